import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { isRivyaError } from '../../../src/api/errors/errors.ts';
import { contract } from '../../../src/shared/openapi.ts';
import { hostileAnswers, secret, type HostileAnswer, type Operation } from '../../support/hostileAnswers.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';
import { impatientClock, recordingLog } from './testClock.ts';

/** Of each operation; with the streams (hostileStreams.test.ts) 2,000 in all, or 20,000 in the long run. */
const runs = propertyRuns(80);

interface Called extends Omit<Operation, 'id' | 'schema' | 'paid'> {
  readonly paid?: true;
  readonly call: (client: RivyaClient) => Promise<unknown>;
}

const upload = { data: new Blob(['x']), name: 'n', type: 't', kind: 'image' } as const;
const webhook = { name: 'n', url: 'u', event_types: [] };

const operations: Readonly<Record<string, Called>> = {
  listModels: { needs: ['data'], entryNeeds: 'id', call: client => client.models.list() },
  createGeneration: {
    paid: true,
    needs: ['id', 'status'],
    call: client => client.generations.create({ model: 'm' }, { idempotencyKey: 'k' }),
  },
  retrieveGeneration: { needs: ['id', 'status'], call: client => client.generations.retrieve('t') },
  uploadFile: { needs: ['id'], call: client => client.files.upload(upload) },
  retrieveFile: { needs: ['id'], call: client => client.files.retrieve('f') },
  retrieveCredits: { needs: ['current_credits'], call: client => client.credits.retrieve() },
  createChatCompletion: {
    paid: true,
    needs: ['message'],
    call: client => client.chat.completions.create({ model: 'm', message: 'x' }, { idempotencyKey: 'k' }),
  },
  listChatSessions: { needs: ['data'], entryNeeds: 'id', call: client => client.chat.sessions.list() },
  retrieveChatSession: { needs: ['id'], call: client => client.chat.sessions.retrieve('s') },
  listWebhooks: { needs: ['data'], entryNeeds: 'id', call: client => client.webhooks.list() },
  createWebhook: { needs: ['id'], call: client => client.webhooks.create(webhook) },
  retrieveWebhook: { needs: ['id'], call: client => client.webhooks.retrieve('w') },
  rotateWebhookSecret: { needs: [], call: client => client.webhooks.rotateSecret('w') },
  listWebhookDeliveries: { needs: ['data'], call: client => client.webhooks.deliveries.list('w') },
  listWebhookEvents: { needs: ['data'], entryNeeds: 'type', call: client => client.webhooks.events.list() },
  // Of these two, an answer says nothing that anybody reads.
  deleteWebhook: { needs: [], call: client => client.webhooks.delete('w') },
  testWebhook: { needs: [], call: client => client.webhooks.test('w') },
  updateWebhook: { needs: [], call: client => client.webhooks.update('w', {}) },
};

function schemaOf(id: string): Operation['schema'] {
  const all = Object.values(contract.paths).flatMap(item => Object.values(item));
  const answer = all.find(({ operationId }) => operationId === id)?.responses['2XX'];
  return answer && 'content' in answer ? answer.content['application/json']?.schema : undefined;
}

/** Fails unless the client makes of the answer what is true. */
async function judge({ how, response, truth }: HostileAnswer, call: Called['call']): Promise<void> {
  const log = recordingLog();
  const client = createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => secret,
    fetch: () => Promise.resolve(response()),
    maxRetries: 0,
    clock: impatientClock,
    log,
  });
  const outcome = await call(client).then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  );
  expect(log.lines.join('\n')).not.toContain(secret);
  if ('value' in truth) {
    if ('error' in outcome) throw new Error(`${how}: an error in place of a value`, { cause: outcome.error });
    // Of what nobody reads there may be nothing.
    if (truth.value !== undefined) expect(outcome.value, how).toMatchObject(truth.value as object);
    return;
  }
  if (!('error' in outcome)) throw new Error(`${how}: taken for ${JSON.stringify(outcome.value)}`);
  if (!isRivyaError(outcome.error)) throw outcome.error;
  expect(outcome.error, how).toMatchObject(truth.error);
  expect(`${outcome.error.message} ${outcome.error.code} ${outcome.error.requestId}`).not.toContain(secret);
}

const seen = new Map<string, number>();
afterAll(() => {
  // A generator that makes one thing only would prove nothing.
  for (const kind of ['harmless', 'no JSON', 'cut off', 'broken off', "Rivya's", 'of something between'])
    expect(
      [...seen.keys()].some(how => how.includes(kind)),
      kind,
    ).toBe(true);
});

describe('a hostile answer is an error of the right kind or the right value, never a wrong one', () => {
  test('to every operation that the client has', () => {
    const all = Object.values(contract.paths).flatMap(item => Object.values(item));
    const others = ['describeApi', 'streamChatCompletion'];
    expect(Object.keys(operations).concat(others).toSorted()).toEqual(
      all.map(({ operationId }) => operationId).toSorted(),
    );
  });

  test.each(Object.entries(operations))('%s', async (id, { call, paid = false, ...needs }) => {
    // Of an update the endpoint is read again when the answer says nothing.
    const schema = id === 'updateWebhook' ? undefined : schemaOf(id);
    const answers = hostileAnswers({ id, paid, schema, ...needs });
    await fc.assert(
      fc.asyncProperty(answers, async answer => {
        if (id === 'updateWebhook' && answer.how.startsWith('harmless')) return;
        seen.set(answer.how, (seen.get(answer.how) ?? 0) + 1);
        await judge(answer, call);
      }),
      { numRuns: runs },
    );
  });
});
