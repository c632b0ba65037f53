import { describe, expect, test } from 'vitest';
import { modelFields } from '../../../src/api/resources/modelParameters.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { contract, type ContractOperation, type ContractSchema } from '../../../src/shared/openapi.ts';

type Call = (client: RivyaClient) => Promise<unknown>;

/** How the client makes each operation that it reads an answer of. */
const calls: Readonly<Record<string, Call>> = {
  listModels: async client =>
    (await client.models.list()).data.map(({ params, ...model }) => [model, modelFields({ params })]),
  createGeneration: client => client.generations.create({ model: 'm' }),
  retrieveGeneration: client => client.generations.retrieve('t'),
  uploadFile: client => client.files.upload({ data: new Blob(['x']), name: 'n', type: 't', kind: 'image' }),
  retrieveFile: client => client.files.retrieve('f'),
  retrieveCredits: client => client.credits.retrieve(),
  createChatCompletion: client => client.chat.completions.create({ model: 'm', message: 'x' }),
  listChatSessions: client => client.chat.sessions.list(),
  retrieveChatSession: client => client.chat.sessions.retrieve('s'),
  listWebhooks: client => client.webhooks.list(),
  createWebhook: client => client.webhooks.create({ name: 'n', url: 'u', event_types: [] }),
  retrieveWebhook: client => client.webhooks.retrieve('w'),
  updateWebhook: client => client.webhooks.update('w', {}),
  rotateWebhookSecret: client => client.webhooks.rotateSecret('w'),
  listWebhookDeliveries: client => client.webhooks.deliveries.list('w'),
  listWebhookEvents: client => client.webhooks.events.list(),
  describeApi: client => client.openapi.retrieve(),
};

function resolved(schema: ContractSchema): ContractSchema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (contract.components.schemas[name] ?? {});
}

/** A value that has everything that the schema names. */
function sample(schema: ContractSchema): unknown {
  const { type = 'string', properties = {}, items, ...rest } = resolved(schema);
  switch ([type].flat()[0]) {
    case 'object':
      return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, sample(each)]));
    case 'array':
      return items ? [sample(items)] : [];
    case 'number':
      return 7;
    case 'boolean':
      return true;
    default:
      return rest['x-extensible-enum']?.[0] ?? (rest.format ? '2026-05-11T00:00:00.000Z' : 'text');
  }
}

/**
 * The sample again for each other spelling and each envelope anywhere in the schema, with the name of the
 * change.
 */
function variants(schema: ContractSchema, place = ''): [string, unknown][] {
  const { properties = {}, items, ...rest } = resolved(schema);
  const whole = sample(schema);
  const found = (rest['x-envelopes'] ?? []).map((name): [string, unknown] => [
    `${place} inside ${name}`,
    { [name]: whole },
  ]);
  if (items)
    found.push(...variants(items, `${place}[]`).map(([name, each]): [string, unknown] => [name, [each]]));
  for (const [name, each] of Object.entries(properties)) {
    const { [name]: value, ...others } = whole as Record<string, unknown>;
    for (const also of each['x-also'] ?? [])
      found.push([`${place}.${name} as ${also}`, { ...others, [also]: value }]);
    for (const [change, inner] of variants(each, `${place}.${name}`))
      found.push([change, { ...others, [name]: inner }]);
  }
  return found;
}

function answerOf({ responses }: ContractOperation): ContractSchema | undefined {
  const answer = responses['2XX'];
  return answer && 'content' in answer ? answer.content['application/json']?.schema : undefined;
}

function clientFor(body: unknown, log: string[] = []): RivyaClient {
  const note = (line: string): void => void log.push(line);
  return createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => 'rvya_sk_x',
    fetch: () => Promise.resolve(Response.json(body)),
    log: { trace: note, debug: () => undefined, info: note, warn: note, error: note },
  });
}

const operations = Object.values(contract.paths)
  .flatMap(item => Object.values(item))
  .flatMap(operation => {
    const schema = answerOf(operation);
    return schema ? [{ id: operation.operationId, schema }] : [];
  });

test('the client reads an answer of every operation in the contract that has one', () => {
  expect(operations.map(each => each.id).toSorted()).toEqual(Object.keys(calls).toSorted());
});

describe.each(operations)('the contract of $id', ({ id, schema }) => {
  const call: Call = calls[id] ?? (() => Promise.reject(new Error(`There is no call for ${id}.`)));

  test('names only what the client knows', async () => {
    const log: string[] = [];
    await call(clientFor(sample(schema), log));
    // An OpenAPI document is read as it is.
    expect(log.filter(line => line.includes('new field'))).toEqual([]);
  });

  const others = variants(schema);
  if (others.length > 0) {
    test.each(others)('holds with%s', async (_change, body) => {
      expect(await call(clientFor(body))).toEqual(await call(clientFor(sample(schema))));
    });
  }
});

test('an error is read under each spelling', async () => {
  const body = contract.components.schemas['ErrorBody'] ?? {};
  const [, ...inner] = [sample(body), ...variants(body).map(([, each]) => each)];
  expect(inner.length).toBeGreaterThan(0);
  for (const each of inner) {
    const client = createRivyaClient({
      baseUrl: 'https://api.example',
      apiKey: () => 'rvya_sk_x',
      fetch: () => Promise.resolve(Response.json(each, { status: 400 })),
      maxRetries: 0,
    });
    await expect(client.credits.retrieve()).rejects.toMatchObject({
      code: 'public_api_disabled',
      requestId: 'text',
    });
  }
});
