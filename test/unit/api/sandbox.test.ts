import { mkdtemp, open, rm } from 'node:fs/promises';
import { openAsBlob } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch as undiciFetch } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { modelFields, toWireParams } from '../../../src/api/resources/modelParameters.ts';
import type { ChatResult } from '../../../src/api/chat/chatStream.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { openResult } from '../../../src/api/transport/download.ts';
import { verifyWebhook } from '../../../src/api/resources/webhookSignature.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { streamDialectNames } from '../../../src/sandbox/state/streamSettings.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';
import { impatientClock, recordingLog } from './testClock.ts';

const fetchPort = undiciFetch as unknown as Fetch;
let sandbox: Sandbox;
let client: RivyaClient;
let log: ReturnType<typeof recordingLog>;

beforeEach(async () => {
  sandbox = await startSandbox({ taskDurationMs: 0 });
  sandbox.control.update({ pictureLongEdge: 64, stream: { deltaIntervalMs: 0 } });
  log = recordingLog();
  client = createRivyaClient({
    baseUrl: sandbox.url,
    apiKey: () => sandbox.apiKey,
    fetch: fetchPort,
    log,
    clock: impatientClock,
  });
});

afterEach(() => sandbox.close());

describe('a generation', () => {
  test('runs from the request to the file', async () => {
    const task = await client.generations.create(
      { model: 'z-image', prompt: 'a lighthouse' },
      { idempotencyKey: 'k' },
    );
    expect(task).toMatchObject({
      model: 'z-image',
      status: 'queued',
      reserved_credits: 1,
      result: null,
      error: null,
    });
    const finished = await client.generations.retrieve(task.id);
    expect(finished).toMatchObject({ status: 'succeeded', final_credits: 1 });
    const [url = ''] = finished.result?.urls ?? [];
    expect(url).toBe(finished.result?.primary_url);
    const { body, contentType } = await openResult(url, { fetch: fetchPort, baseUrl: sandbox.url });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    expect(contentType).toBe('image/png');
    expect(Buffer.concat(chunks).subarray(1, 4).toString()).toBe('PNG');
  });

  test('whose answer was lost is charged once', async () => {
    sandbox.control.addFault({ path: '/api/v1/generations', action: { type: 'dropAfter' } });
    const task = await client.generations.create(
      { model: 'z-image', prompt: 'a lighthouse' },
      { idempotencyKey: 'k' },
    );
    expect(task.id).not.toBe('');
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  test('whose answer breaks off is charged once', async () => {
    sandbox.control.addFault({ path: '/api/v1/generations', action: { type: 'truncate', bytes: 20 } });
    await client.generations.create({ model: 'z-image', prompt: 'a lighthouse' }, { idempotencyKey: 'k' });
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  test('without credits, of an unknown task, with a changed body, and with a bad key are told apart', async () => {
    const options = { idempotencyKey: 'k' };
    await client.generations.create({ model: 'z-image', prompt: 'one' }, options);
    const changed = client.generations.create({ model: 'z-image', prompt: 'two' }, options);
    await expect(changed).rejects.toMatchObject({ kind: 'conflict', code: 'idempotency_conflict' });
    await expect(client.generations.retrieve('task_unknown')).rejects.toMatchObject({ kind: 'notFound' });
    sandbox.control.setCredits(0);
    const poor = client.generations.create({ model: 'z-image', prompt: 'one' }, { idempotencyKey: 'k2' });
    await expect(poor).rejects.toMatchObject({ kind: 'credits', mayHaveBeenCharged: false });
    sandbox.control.setKeyStatus(sandbox.apiKey, 'revoked');
    await expect(client.credits.retrieve()).rejects.toMatchObject({
      kind: 'authentication',
      code: 'api_key_revoked',
    });
  });
});

describe('the catalogue', () => {
  test('passes whole: every param of all models becomes a field', async () => {
    const models = (await client.models.list()).data;
    expect(models).toHaveLength(59);
    for (const model of models) {
      const params = model.params as { key: string; type: string; options?: string[] }[];
      const fields = modelFields(model);
      expect(fields.map(field => field.key)).toEqual(params.map(param => param.key));
      for (const [index, field] of fields.entries()) {
        const { type, options = [] } = params[index] ?? { type: '' };
        const expected = options.length > 0 ? 'select' : /^(?:string|select)$/.test(type) ? 'text' : type;
        expect(field.type, `${model.id} ${field.key}`).toBe(expected);
        expect(field.options.map(option => option.value)).toEqual(options);
      }
      const selects = fields.filter(field => field.type === 'select');
      const chosen = Object.fromEntries(
        selects.map(field => [field.key, field.default ?? field.options[0]?.value]),
      );
      for (const value of Object.values(toWireParams(fields, chosen))) expect(typeof value).toBe('string');
    }
    expect(log.lines.filter(line => line.includes('Not understood'))).toEqual([]);
  });

  test('makes requests that the server accepts for every text model', async () => {
    sandbox.control.setCredits(100_000);
    const models = (await client.models.list()).data;
    const media = models.filter(
      model => model.category !== 'chat' && model.supported_api_inputs.includes('text'),
    );
    expect(media.length).toBeGreaterThan(30);
    for (const model of media) {
      const fields = modelFields(model);
      const values = fields.filter(field => field.required || field.default !== undefined);
      const params = toWireParams(fields, Object.fromEntries(values.map(field => [field.key, field.default ?? example(field.type, field.options[0]?.value)]))); // prettier-ignore
      const request = client.generations.create({ model: model.id, prompt: 'a lighthouse', params });
      await expect(request, model.id).resolves.toMatchObject({ model: model.id });
    }
  });
});

function example(type: string, option: string | undefined): unknown {
  if (option !== undefined) return option;
  if (type === 'number') return 1;
  return type === 'array' ? [{ voice: 'Adam', text: 'Hello' }] : 'x';
}

describe('a file', () => {
  // The smallest PNG that is one: a single pixel.
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'); // prettier-ignore

  test('is uploaded from memory, with progress and an odd name, and can be looked up', async () => {
    const progress: [number, number][] = [];
    const file = await client.files.upload(
      {
        data: new Blob([png]),
        name: 'a "b"\r\nü.png',
        type: 'image/png',
        kind: 'image',
        model: 'nano-banana',
      },
      { onProgress: (sent, total) => progress.push([sent, total]) },
    );
    expect(file).toMatchObject({ kind: 'image', mime_type: 'image/png', size_bytes: png.length });
    expect(file.url).toContain('http');
    expect(await client.files.retrieve(file.id)).toEqual(file);
    const [sent, total] = progress.at(-1) ?? [];
    expect(sent).toBe(total);
    expect(progress.map(each => each[0])).toEqual(progress.map(each => each[0]).sort((a, b) => a - b));
  });

  test('is streamed from disk', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rivya-api-'));
    try {
      const path = join(directory, 'a.png');
      const handle = await open(path, 'w');
      await handle.write(png);
      // PNG readers ignore what follows the picture.
      await handle.truncate(5_000_000);
      await handle.close();
      const data = await openAsBlob(path);
      const file = await client.files.upload({ data, name: 'a.png', type: 'image/png', kind: 'image' });
      expect(file.size_bytes).toBe(5_000_000);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('that the server refuses is a validation error', async () => {
    const data = new Blob(['not a picture']);
    const upload = client.files.upload({ data, name: 'a.png', type: 'image/png', kind: 'image' });
    await expect(upload).rejects.toMatchObject({ kind: 'validation', code: 'validation_failed' });
  });
});

describe('a chat', () => {
  const question = { model: 'gpt-5-2-chat', message: 'What is a lighthouse?' };

  async function ask(): Promise<ChatResult> {
    for await (const event of client.chat.completions.stream(question, { idempotencyKey: 'k' })) {
      if (event.type === 'done') return event;
    }
    throw new Error('A stream ends with "done".');
  }

  test('answers, and the session has both messages', async () => {
    const completion = await client.chat.completions.create(question, { idempotencyKey: 'k' });
    expect(completion.message.content).not.toBe('');
    const session = await client.chat.sessions.retrieve(completion.session_id ?? '');
    expect(session.messages.map(message => message.role)).toEqual(['user', 'assistant']);
    expect((await client.chat.sessions.list()).data.map(each => each.id)).toEqual([completion.session_id]);
  });

  test.each(streamDialectNames)('streams the same answer in the dialect %s', async dialect => {
    sandbox.control.update({
      stream: { dialect },
      chatAnswer: 'Ünë\n\n answer, in parts.',
    });
    const result = await ask();
    expect(result).toMatchObject({
      outcome: 'completed',
      text: 'Ünë\n\n answer, in parts.',
      error: undefined,
    });
  });

  test.each(['end', 'drop'] as const)('that breaks off (%s) is completed from its session', async how => {
    sandbox.control.update({ stream: { stop: { afterDeltas: 2, how } }, chatAnswer: 'One two three four.' });
    expect(await ask()).toMatchObject({ outcome: 'completed', text: 'One two three four.', recovered: true });
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  test('with an error in the middle has failed', async () => {
    sandbox.control.update({ stream: { stop: { afterDeltas: 2, how: 'error', code: 'provider_error' } } });
    const result = await ask();
    expect(result.outcome).toBe('failed');
    expect(result.error).toMatchObject({ code: 'provider_error' });
  });
});

describe('webhooks', () => {
  const event_types = ['generation.succeeded', 'generation.failed'];

  test('are made, changed, tried and removed', async () => {
    await using receiver = await startScriptedServer(answer(204));
    const { webhooks } = client;
    const { id, signing_secret } = await webhooks.create({ name: 'Builds', url: receiver.url, event_types });
    expect(signing_secret).toMatch(/^whsec_/);
    expect((await webhooks.list()).data).toMatchObject([{ id, status: 'active', signing_secret: null }]);
    expect(await webhooks.test(id)).toMatchObject({ endpoint_id: id, response_status: 204 });
    expect((await webhooks.deliveries.list(id)).data).toMatchObject([{ endpoint_id: id, attempt: 1 }]);
    expect((await webhooks.events.list()).data).toHaveLength(1);

    const rotated = await webhooks.rotateSecret(id);
    expect(rotated.signing_secret).toMatch(/^whsec_/);
    expect(rotated.signing_secret).not.toBe(signing_secret);
    const changed = await webhooks.update(id, { name: 'Nightly builds', status: 'disabled' });
    expect(changed).toMatchObject({ id, name: 'Nightly builds', status: 'disabled' });
    expect(await webhooks.retrieve(id)).toEqual(changed);
    await webhooks.delete(id);
    await expect(webhooks.retrieve(id)).rejects.toMatchObject({ kind: 'notFound' });
    expect(log.lines.join()).not.toContain('whsec_');
  });

  test('get deliveries that their secret verifies, and another does not', async () => {
    await using receiver = await startScriptedServer(answer(204));
    const { id, signing_secret } = await client.webhooks.create({
      name: 'n',
      url: receiver.url,
      event_types,
    });
    const task = await client.generations.create(
      { model: 'z-image', prompt: 'a lighthouse' },
      { idempotencyKey: 'k' },
    );
    await client.generations.retrieve(task.id);
    await receiver.received(1);
    const [delivery] = receiver.requests;
    if (!delivery) throw new Error('There was no delivery.');
    const { body, headers } = delivery;
    const signed = { body, headers, now: Date.now() };
    expect(verifyWebhook({ ...signed, secret: signing_secret ?? '' })).toEqual({
      verified: true,
      scheme: 'standardWebhooks',
    });
    const other = await client.webhooks.rotateSecret(id);
    expect(verifyWebhook({ ...signed, secret: other.signing_secret ?? '' })).toMatchObject({
      verified: false,
      reason: 'signatureMismatch',
    });
    expect(JSON.parse(String(body))).toMatchObject({ type: 'generation.succeeded' });
  });

  test('to a private address are refused, with the code of it', async () => {
    const create = client.webhooks.create({ name: 'n', url: 'https://10.0.0.1/', event_types });
    await expect(create).rejects.toMatchObject({ kind: 'validation', code: 'webhook_url_rejected' });
  });
});

test('no line of the log holds the key', async () => {
  await client.credits.retrieve();
  sandbox.control.setKeyStatus(sandbox.apiKey, 'expired');
  await expect(client.credits.retrieve()).rejects.toMatchObject({ code: 'api_key_expired' });
  expect(log.lines).toHaveLength(2);
  expect(log.lines.join()).not.toContain(sandbox.apiKey);
});
