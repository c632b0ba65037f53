import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { renderPicture } from '../../../src/sandbox/media/pictures.ts';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import { contract, type ContractMethod } from '../../../src/shared/openapi.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';
import { sandboxForTest, send, type CallOptions, type Json } from './client.ts';

// `strict` would refuse the keywords of OpenAPI around the schemas.
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
// Rivya may say new words at any time; the sandbox says only those that are known.
ajv.addKeyword({
  keyword: 'x-extensible-enum',
  validate: (known: readonly string[], value: unknown) => known.includes(String(value)),
});
ajv.addSchema({ ...contract, $id: 'contract' });

const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  (Object.keys(item) as ContractMethod[]).map(method => `${method} ${path}`),
);

function pointer(...parts: string[]): string {
  return parts.map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
}

/** Fails with what is wrong unless the response is as the contract has it for this operation and status. */
async function hold(operation: string, response: Response): Promise<Json> {
  const [method, path] = operation.split(' ') as [ContractMethod, string];
  const status = `${Math.floor(response.status / 100)}XX`;
  const described = contract.paths[path]?.[method]?.responses[status];
  if (!described) throw new Error(`${operation} has no ${response.status} in the contract.`);
  const shared = '$ref' in described;
  const content = shared
    ? contract.components.responses['Error']?.content
    : 'content' in described
      ? described.content
      : undefined;
  const text = await response.text();
  const [type] = Object.keys(content ?? {});
  if (type === undefined) return text === '' ? {} : (JSON.parse(text) as Json);
  expect(response.headers.get('content-type')).toContain(type);
  const place = shared ? ['components', 'responses', 'Error'] : ['paths', path, method, 'responses', status];
  const validate = ajv.compile({ $ref: `contract#/${pointer(...place, 'content', type, 'schema')}` });
  const body: unknown = type === 'application/json' ? JSON.parse(text) : text;
  validate(body);
  expect(validate.errors, `${operation} ${response.status}: ${text}`).toBeNull();
  return typeof body === 'object' ? (body as Json) : {};
}

/** Calls a sandbox and holds what comes back. */
class Held {
  readonly done = new Set<string>();
  readonly #sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  async call(operation: string, options: CallOptions & { id?: unknown; status: number }): Promise<Json> {
    const [method = '', path = ''] = operation.split(' ');
    const { id, status, ...rest } = options;
    const filled = path.replace(/\{\w+\}/, typeof id === 'string' ? id : 'x');
    const response = await send(this.#sandbox, filled, { ...rest, method: method.toUpperCase() });
    expect(response.status, operation).toBe(status);
    this.done.add(operation);
    return hold(operation, response);
  }

  async upload(form: FormData, status: number): Promise<Json> {
    const response = await fetch(`${this.#sandbox.url}/api/v1/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#sandbox.apiKey}` },
      body: form,
    });
    expect(response.status).toBe(status);
    this.done.add('post /files');
    return hold('post /files', response);
  }
}

describe('the sandbox keeps the contract', () => {
  it('in every answer of success', async () => {
    const sandbox = await sandboxForTest();
    const held = new Held(sandbox);
    await held.call('get /openapi.json', { status: 200, key: null });
    const models = await held.call('get /models', { status: 200, key: null });
    expect(models['data']).toHaveLength(59);
    await held.call('get /credits', { status: 200 });

    const json = { model: 'z-image', prompt: 'A paper boat' };
    const queued = await held.call('post /generations', { status: 202, json });
    expect(queued['status']).toBe('queued');
    const succeeded = await held.call('get /generations/{taskId}', { status: 200, id: queued['id'] });
    expect(succeeded['status']).toBe('succeeded');
    sandbox.control.failNextGeneration({ code: 'provider_error' });
    const failing = await held.call('post /generations', { status: 202, json });
    const failed = await held.call('get /generations/{taskId}', { status: 200, id: failing['id'] });
    expect(failed['status']).toBe('failed');

    const form = new FormData();
    form.set('kind', 'image');
    const picture = await renderPicture({ model: 'z-image', prompt: '', params: {}, index: 0 }, 16);
    form.set('file', new File([picture], 'a.png', { type: 'image/png' }));
    const file = await held.upload(form, 201);
    await held.call('get /files/{fileId}', { status: 200, id: file['id'] });

    const question = { model: 'gpt-5-2-chat', message: 'What is a lighthouse?' };
    const completion = await held.call('post /chat/completions', { status: 200, json: question });
    await held.call('post /chat/completions/stream', { status: 200, json: question });
    const sessions = await held.call('get /chat/sessions', { status: 200 });
    expect(sessions['data']).toHaveLength(2);
    const id = completion['session_id'];
    const session = await held.call('get /chat/sessions/{sessionId}', { status: 200, id });
    expect(session['messages']).toHaveLength(2);

    await using receiver = await startScriptedServer(answer(204));
    await webhooks(held, receiver.url);
    expect(operations.filter(operation => !held.done.has(operation))).toEqual([]);
  });

  it('in what it refuses, with and without a key', async () => {
    const sandbox = await sandboxForTest();
    const held = new Held(sandbox);
    const nobody = sandbox.control.addKey({ scopes: [] }).key;
    const open = new Set(['get /models', 'get /openapi.json']);
    for (const operation of operations.filter(each => !open.has(each))) {
      await held.call(operation, { status: 401, key: null });
      await held.call(operation, { status: 403, key: nobody });
    }
    for (const operation of operations.filter(each => each.includes('{')))
      await held.call(operation, { status: 404, ...(operation.startsWith('patch') && { json: {} }) });
    for (const operation of ['post /generations', 'post /chat/completions', 'post /webhooks'])
      await held.call(operation, { status: 400, json: {} });
    await held.upload(new FormData(), 400);
    sandbox.control.setCredits(0);
    const json = { model: 'z-image', prompt: 'A paper boat' };
    await held.call('post /generations', { status: 402, json });
    sandbox.control.addFault({ action: { type: 'status', status: 429, retryAfter: 1 } });
    await held.call('get /credits', { status: 429 });
    sandbox.control.addFault({ action: { type: 'status', status: 500 } });
    await held.call('get /credits', { status: 500 });
    sandbox.control.update({ publicApiEnabled: false });
    for (const operation of operations) await held.call(operation, { status: 503 });
  });
});

async function webhooks(held: Held, url: string): Promise<void> {
  const json = { name: 'Builds', url, event_types: ['generation.succeeded', 'generation.failed'] };
  const created = await held.call('post /webhooks', { status: 201, json });
  expect(created['signing_secret']).toMatch(/^whsec_/);
  const { id } = created;
  const list = await held.call('get /webhooks', { status: 200 });
  expect(list['data']).toHaveLength(1);
  await held.call('get /webhooks/{endpointId}', { status: 200, id });
  await held.call('post /webhooks/{endpointId}/rotate-secret', { status: 200, id });
  await held.call('post /webhooks/{endpointId}/test', { status: 200, id });
  const deliveries = await held.call('get /webhooks/{endpointId}/deliveries', { status: 200, id });
  expect(deliveries['data']).toHaveLength(1);
  const events = await held.call('get /webhook-events', { status: 200 });
  expect(events['data']).not.toHaveLength(0);
  const change = { json: { status: 'disabled' } };
  const changed = await held.call('patch /webhooks/{endpointId}', { status: 200, id, ...change });
  expect(changed['status']).toBe('disabled');
  await held.call('delete /webhooks/{endpointId}', { status: 200, id });
}

describe('the contract', () => {
  const validate = (schema: string, value: unknown): boolean =>
    ajv.validate({ $ref: `contract#/components/schemas/${schema}` }, value);

  it('is itself one that can be refused', () => {
    expect(validate('Credits', { current_credits: 1 })).toBe(true);
    expect(validate('Credits', { current_credits: '1' })).toBe(false);
    expect(validate('Generation', { id: 't', status: 'queued', result: null, error: null })).toBe(true);
    expect(validate('Generation', { id: 't', status: 'waiting', result: null, error: null })).toBe(false);
    expect(validate('Generation', { id: 't', status: 'queued', result: null })).toBe(false);
  });

  it('says of every array what is in it', () => {
    const arrays = Array.from(JSON.stringify(contract).matchAll(/"type":"array"(,"items":)?/g));
    expect(arrays.length).toBeGreaterThan(10);
    expect(arrays.filter(([, items]) => items === undefined)).toEqual([]);
  });

  it('has no reference that leads nowhere, and no schema that nothing uses', () => {
    const references = new Set(
      Array.from(
        JSON.stringify(contract).matchAll(/"\$ref":"#\/components\/(\w+\/\w+)"/g),
        match => match[1],
      ),
    );
    const { schemas, responses } = contract.components;
    const defined = [
      ...Object.keys(schemas).map(name => `schemas/${name}`),
      ...Object.keys(responses).map(name => `responses/${name}`),
    ];
    expect([...references].toSorted()).toEqual(defined.toSorted());
  });
});
