import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox } from '../../../src/sandbox/server.ts';
import { jsonAnswer, type ApiAnswer, type ApiRequest, type Charge, type Dialect } from './endpoint.ts';
import type { Step } from './faults.ts';

export const clientNames = ['rivya', 'fal', 'replicate', 'openai'] as const;
export type ClientName = (typeof clientNames)[number];

/** @param workMs how long the paid work takes, in milliseconds */
export const startDialect: Record<ClientName, (workMs: number) => Promise<Dialect>> = {
  rivya: startRivya,
  fal: async workMs => Promise.resolve(fal(workMs)),
  replicate: async workMs => Promise.resolve(replicate(workMs)),
  openai: async workMs => Promise.resolve(openai(workMs)),
};

/** The paid work of a stand-in. It would recognise an idempotency key as the sandbox does, if one came. */
class Jobs {
  readonly charges: Charge[] = [];
  readonly #workMs: number;
  readonly #byKey = new Map<string, Charge>();
  readonly #doneAt = new Map<string, number>();

  constructor(workMs: number) {
    this.#workMs = workMs;
  }

  accept(request: ApiRequest): Charge {
    const key = request.headers['idempotency-key']?.toString();
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known) return known;
    const charge = { job: randomUUID(), intent: intentIn(request) };
    this.charges.push(charge);
    this.#doneAt.set(charge.job, performance.now() + this.#workMs);
    if (key !== undefined) this.#byKey.set(key, charge);
    return charge;
  }

  isDone(job: string): boolean {
    return performance.now() >= (this.#doneAt.get(job) ?? Infinity);
  }

  /** @throws when there is no such job */
  intentOf(job: string): string {
    const charge = this.charges.find(each => each.job === job);
    if (!charge) throw new Error(`There is no job ${job}.`);
    return charge.intent;
  }
}

/** The prompt names the intent, wherever the dialect puts the prompt. */
function intentIn(request: ApiRequest): string {
  const intent = /intent-\d+/.exec(request.body.toString())?.[0];
  if (intent === undefined) throw new Error(`${request.method} ${request.path} names no intent.`);
  return intent;
}

interface StandIn {
  readonly jobs: Jobs;
  readonly synchronous: boolean;
  /** @returns the step, and the job unless it is a submit */
  readonly parse: (request: ApiRequest) => { step: Step; job: string };
  readonly submit: (charge: Charge) => Promise<ApiAnswer> | ApiAnswer;
  readonly poll: (job: string) => ApiAnswer;
  readonly result: (job: string) => ApiAnswer;
}

function dialectOf({ jobs, synchronous, parse, submit, poll, result }: StandIn): Dialect {
  return {
    synchronous,
    route: request => {
      const { step, job } = parse(request);
      return { step, intent: step === 'submit' ? intentIn(request) : jobs.intentOf(job) };
    },
    answer: async request => {
      const { step, job } = parse(request);
      if (step === 'submit') return submit(jobs.accept(request));
      return step === 'poll' ? poll(job) : result(job);
    },
    charges: () => jobs.charges,
    [Symbol.asyncDispose]: async () => Promise.resolve(),
  };
}

function unexpected(request: ApiRequest): never {
  throw new Error(`${request.method} ${request.path} was not expected.`);
}

/** fal's queue, reached through the client's `proxyUrl`: the true URL is in a header. */
function fal(workMs: number): Dialect {
  const jobs = new Jobs(workMs);
  const queue = 'https://queue.fal.run/fal-ai/flux';
  const status = (job: string, state: string): ApiAnswer =>
    jsonAnswer(200, {
      status: state,
      request_id: job,
      queue_position: 0,
      response_url: `${queue}/requests/${job}`,
      status_url: `${queue}/requests/${job}/status`,
      cancel_url: `${queue}/requests/${job}/cancel`,
    });
  return dialectOf({
    jobs,
    synchronous: false,
    parse: request => {
      const target = new URL(request.headers['x-fal-target-url']?.toString() ?? unexpected(request));
      const match = /^\/fal-ai\/flux\/requests\/([\w-]+)(\/status)?$/.exec(target.pathname);
      if (request.method === 'POST' && target.pathname === '/fal-ai/flux/dev')
        return { step: 'submit', job: '' };
      if (request.method !== 'GET' || match?.[1] === undefined) return unexpected(request);
      return { step: match[2] === undefined ? 'result' : 'poll', job: match[1] };
    },
    submit: ({ job }) => status(job, 'IN_QUEUE'),
    poll: job => status(job, jobs.isDone(job) ? 'COMPLETED' : 'IN_PROGRESS'),
    result: job => jsonAnswer(200, { images: [{ url: `https://media.example/${job}.png` }] }),
  });
}

function replicate(workMs: number): Dialect {
  const jobs = new Jobs(workMs);
  const prediction = (job: string): Record<string, unknown> => ({
    id: job,
    status: jobs.isDone(job) ? 'succeeded' : 'processing',
    output: jobs.isDone(job) ? [`https://replicate.delivery/files/${job}`] : null,
    error: null,
  });
  return dialectOf({
    jobs,
    synchronous: false,
    parse: request => {
      const match = /^\/v1\/predictions\/([\w-]+)$|^\/files\/([\w-]+)$/.exec(request.path);
      if (request.method === 'POST' && request.path === '/v1/models/owner/name/predictions')
        return { step: 'submit', job: '' };
      const job = match?.[1] ?? match?.[2];
      if (request.method !== 'GET' || job === undefined) return unexpected(request);
      return { step: match?.[1] === undefined ? 'result' : 'poll', job };
    },
    submit: ({ job }) => jsonAnswer(201, prediction(job)),
    poll: job => jsonAnswer(200, prediction(job)),
    result: job => ({ status: 200, contentType: 'image/png', body: Buffer.from(job) }),
  });
}

/** `images.generate`: the answer to the POST is the picture. */
function openai(workMs: number): Dialect {
  const jobs = new Jobs(workMs);
  const never = (): never => {
    throw new Error('images.generate has neither polls nor result files.');
  };
  return dialectOf({
    jobs,
    synchronous: true,
    parse: request =>
      request.method === 'POST' && request.path === '/v1/images/generations'
        ? { step: 'submit', job: '' }
        : unexpected(request),
    submit: async ({ job }) => {
      await wait(workMs);
      return jsonAnswer(200, { created: 0, data: [{ b64_json: Buffer.from(job).toString('base64') }] });
    },
    poll: never,
    result: never,
  });
}

/** The sandbox behind the same fault injector as the stand-ins; it counts the charges itself. */
async function startRivya(workMs: number): Promise<Dialect> {
  const sandbox = await startSandbox({ credits: 1_000_000, taskDurationMs: workMs });
  sandbox.control.update({ pictureLongEdge: 16 });
  const intentOf = (job: string): string => {
    const charge = sandbox.control.charges().find(each => each.taskId === job);
    if (!charge?.clientRequestId) throw new Error(`There is no job ${job}.`);
    return charge.clientRequestId;
  };
  return {
    synchronous: false,
    route: request => {
      const match = /^\/api\/v1\/generations\/(\w+)$|^\/media\/(\w+)\/0\.png$/.exec(request.path);
      if (request.method === 'POST' && request.path === '/api/v1/generations')
        return { step: 'submit', intent: intentIn(request) };
      const job = match?.[1] ?? match?.[2];
      if (request.method !== 'GET' || job === undefined) return unexpected(request);
      return { step: match?.[1] === undefined ? 'result' : 'poll', intent: intentOf(job) };
    },
    answer: async ({ method, path, headers, body }) => {
      const passed = ['authorization', 'content-type', 'idempotency-key'].flatMap(name => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, value] as [string, string]] : [];
      });
      const init = method === 'POST' ? { body: new Uint8Array(body) } : {};
      const answer = await fetch(sandbox.url + path, { method, headers: passed, ...init });
      const contentType = answer.headers.get('content-type') ?? '';
      const bytes = Buffer.from(await answer.arrayBuffer());
      // The result must come through the fault injector as well.
      const here = `http://${headers.host ?? ''}`;
      const whole = contentType.includes('json')
        ? Buffer.from(bytes.toString().replaceAll(sandbox.url, here))
        : bytes;
      return { status: answer.status, contentType, body: whole };
    },
    charges: () =>
      sandbox.control
        .charges()
        .map(charge => ({ job: charge.taskId, intent: charge.clientRequestId ?? 'unknown' })),
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}
