import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startDialect, type ClientName } from './dialects.ts';
import { startEndpoint, type Charge, type RecordedRequest } from './endpoint.ts';
import type { Trouble } from './faults.ts';
import type { Orders, Report } from './orders.ts';

/** What one trouble did to all intents of one client. Numbers of intents unless said otherwise. */
export interface Outcome {
  readonly intents: number;
  /** Executions of the paid work. */
  readonly charges: number;
  /** Executions beyond the first of an intent. */
  readonly paidAgain: number;
  /** Paid, and no result ever reached the caller. */
  readonly lost: number;
  /** Neither paid nor made. */
  readonly unpaid: number;
  /** Undecided when the time was over: these count as lost, and might not have been. */
  readonly late: number;
  /** Paid requests that reached the server, and those of them with an idempotency key. */
  readonly posts: number;
  readonly keyed: number;
  /** Median seconds from the start of the process to a result; undefined without any. */
  readonly seconds: number | undefined;
  /** What the caller was told instead of a result, and how often. */
  readonly problems: ReadonlyMap<string, number>;
  readonly requests: readonly RecordedRequest[];
}

export interface MeasureOptions {
  readonly intents: number;
  readonly seed: number;
  /** How long a client may take, in milliseconds. */
  readonly patience: number;
}

/** @throws when the harness, and not a client, has failed */
export async function measure(
  client: ClientName,
  trouble: Trouble,
  { intents, seed, patience }: MeasureOptions,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'rivya-reliability-'));
  // Nothing may be ready before the death; after it, long before a new process has taken over.
  const dialect = await startDialect[client](trouble.step === 'death' ? 5_000 : 600);
  await using endpoint = await startEndpoint(dialect, trouble);
  try {
    const orders: Orders = {
      client,
      url: endpoint.url,
      intents: Array.from({ length: intents }, (_, index) => `intent-${index + 1}`),
      folder,
      seed,
      resume: false,
    };
    const told = new Told();
    if (trouble.step === 'death') {
      const first = start(orders, told);
      await Promise.race([endpoint.accepted(intents), first.ended]);
      first.child.kill('SIGKILL');
      if ((await first.ended) !== 'SIGKILL' || told.jobs.size > 0)
        throw new Error('It had ended, or had a result, before it could be killed.');
    }
    const { child, ended } = start({ ...orders, resume: trouble.step === 'death' }, told);
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    const end = await ended;
    clearTimeout(timer);
    if (end !== 0 && end !== 'SIGKILL') throw new Error(`${client} crashed: ${String(end)}.`);
    if (endpoint.failures.length > 0) throw new Error(endpoint.failures.join('\n'));
    checkHits(trouble, orders, endpoint.requests);
    // Killed for being slow: what has not been told by now is not known.
    const late = end === 'SIGKILL' ? intents - told.jobs.size - told.problems.size : 0;
    return { ...outcomeOf(orders, told, dialect.charges(), endpoint.requests), late };
  } catch (error) {
    throw new Error(`${client}, ${trouble.title}: the harness failed.`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the processes have said. */
class Told {
  readonly jobs = new Map<string, string>();
  readonly problems = new Map<string, string>();
  readonly seconds: number[] = [];
  readonly #startedAt = performance.now();

  hear(report: Report): void {
    if ('problem' in report) this.problems.set(report.intent, report.problem);
    else if (!this.jobs.has(report.intent)) {
      this.jobs.set(report.intent, report.job);
      this.seconds.push((performance.now() - this.#startedAt) / 1_000);
    }
  }
}

function start(
  orders: Orders,
  told: Told,
): { child: ChildProcess; ended: Promise<number | NodeJS.Signals | null> } {
  const program = join(import.meta.dirname, 'process.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', line => told.hear(JSON.parse(line) as Report));
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(([[code, signal]]) => {
    return (code ?? signal) as number | NodeJS.Signals | null;
  });
  return { child, ended };
}

/** @throws when an intent was spared */
function checkHits(trouble: Trouble, { intents }: Orders, requests: readonly RecordedRequest[]): void {
  if (trouble.step === 'death') return;
  // The injector hits the first request of each intent at the step.
  const hit = new Set(requests.filter(each => each.step === trouble.step).map(each => each.intent));
  if (hit.size !== intents.length) throw new Error(`Only ${hit.size} intents met the fault.`);
}

function outcomeOf(
  { intents }: Orders,
  told: Told,
  charges: readonly Charge[],
  requests: readonly RecordedRequest[],
): Omit<Outcome, 'late'> {
  const paid = new Set(charges.map(charge => charge.intent));
  for (const [intent, job] of told.jobs) {
    if (!charges.some(charge => charge.job === job && charge.intent === intent))
      throw new Error(`${intent} was given the result of another: ${job}.`);
  }
  const posts = requests.filter(request => request.step === 'submit');
  const problems = new Map<string, number>();
  for (const problem of told.problems.values()) problems.set(problem, (problems.get(problem) ?? 0) + 1);
  return {
    intents: intents.length,
    charges: charges.length,
    paidAgain: charges.length - paid.size,
    lost: [...paid].filter(intent => !told.jobs.has(intent)).length,
    unpaid: intents.filter(intent => !paid.has(intent)).length,
    posts: posts.length,
    keyed: posts.filter(request => request.idempotencyKey !== undefined).length,
    seconds: told.seconds.sort((a, b) => a - b)[Math.floor(told.seconds.length / 2)],
    problems,
    requests,
  };
}
