import { expect, it } from 'vitest';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';

// What is not documented may come in any shape that other APIs have; nothing that was paid for is lost.

function clientFor(body: unknown, status = 200): RivyaClient {
  const fetch = (): Promise<Response> => Promise.resolve(Response.json(body, { status }));
  return createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => 'rvya_sk_test',
    fetch,
    maxRetries: 0,
  });
}

const one = 'https://files.example/a.png';
const two = 'https://files.example/b.png';
const done = { id: 't', status: 'succeeded' };
const whole = { ...done, result: { primary_url: one, urls: [one, two] } };

it.each([
  ['two envelopes', { success: true, data: { generation: whole } }],
  ['a result as envelope', { result: whole }],
  ['a response', { response: whole }],
  ['a job', { job: { ...whole, id: undefined, job_id: 't' } }],
  ['generationId and state', { generationId: 't', state: 'succeeded', result: whole.result }],
  ['a list as result', { ...done, result: [one, two] }],
  [
    'objects as result',
    { ...done, result: [{ url: one }, { url: two, thumbnail_url: 'https://x.example/t' }] },
  ],
  ['images', { ...done, result: { images: [{ url: one }, { url: two }] } }],
  [
    'videos with covers',
    { ...done, result: { videos: [{ cover: 'https://x.example/c', url: one }, { url: two }] } },
  ],
  ['files with download_url', { ...done, result: { files: [{ download_url: one }, { download_url: two }] } }],
  ['output', { ...done, result: { output: [one, two] } }],
  ['output beside an empty result', { ...done, result: null, output: [one, two] }],
  ['resultUrls beside', { ...done, resultUrls: [one, two] }],
  ['urls with holes', { ...done, result: { urls: [null, one, '', two] } }],
  ['the status in capitals', { ...whole, status: 'SUCCEEDED' }],
  ['completed', { ...whole, status: 'completed' }],
  ['success', { ...whole, status: 'success' }],
])('a generation with %s has all its files', async (_name, wire) => {
  const read = await clientFor(wire).generations.retrieve('t');
  expect(read).toMatchObject({
    id: 't',
    status: 'succeeded',
    result: { primary_url: one, urls: [one, two] },
  });
});

it('a success without a file is none, and other links are no files', async () => {
  const wire = { id: 't', status: 'completed', result: { poster: one, webhook_url: two }, docs_url: one };
  const read = await clientFor(wire).generations.retrieve('t');
  expect(read).toMatchObject({ status: 'completed', result: { urls: [] } });
});

it.each([
  ['a text', { error: 'Not allowed' }, null],
  ['a list', { error: [{ code: 'moderation', message: 'Not allowed' }] }, 'moderation'],
  ['errors', { errors: [{ code: 'moderation', message: 'Not allowed' }] }, 'moderation'],
  [
    'an error in an error',
    { error: { error: { code: 'moderation', message: 'Not allowed' } } },
    'moderation',
  ],
  ['type and detail', { error: { type: 'moderation', detail: 'Not allowed' } }, 'moderation'],
  ['msg', { error: { code: 'moderation', msg: 'Not allowed' } }, 'moderation'],
  ['error_code and error_message', { error_code: 'moderation', error_message: 'Not allowed' }, 'moderation'],
  ['failure_reason', { failure_reason: 'Not allowed' }, null],
])('a failed generation with %s says why', async (_name, wire, code) => {
  const read = await clientFor({ id: 't', status: 'failed', ...wire }).generations.retrieve('t');
  expect(read.error).toMatchObject({ code, message: 'Not allowed' });
});

it('credits of a generation are read from an object too', async () => {
  const read = await clientFor({ ...whole, credits: { reserved: 3, final: 2 } }).generations.retrieve('t');
  expect(read).toMatchObject({ reserved_credits: 3, final_credits: 2 });
});

it.each([
  { available_credits: 5 },
  { availableCredits: 5 },
  { remaining: 5 },
  { credits: { current: 5 } },
  { balance: { credits: 5 } },
  { data: { wallet: { current_credits: 5 } } },
  { result: { current_credits: '5' } },
])('credits are read from %j', async wire => {
  expect((await clientFor(wire).credits.retrieve()).current_credits).toBe(5);
});

it.each([
  { data: { file: { id: 'f', url: one } } },
  { public_file: { id: 'f', url: one } },
  { upload: { fileId: 'f', fileUrl: one } },
  { id: 'f', public_url: one },
  { id: 'f', signedUrl: one },
  { uuid: 'f', url: { url: one } },
])('a file is read from %j', async wire => {
  expect(await clientFor(wire).files.retrieve('f')).toMatchObject({ id: 'f', url: one });
});

it.each([
  { duration: { seconds: 3, token: 'd' } },
  { metadata: { duration_seconds: 3, duration_token: 'd' } },
  { duration_token: { token: 'd' }, duration_ms: 3_000 },
])('the duration of a file is read from %j', async wire => {
  const read = await clientFor({ id: 'f', url: one, ...wire }).files.retrieve('f');
  expect(read).toMatchObject({ duration_seconds: 3, duration_token: 'd' });
});

it.each([
  [403, 'moderation_blocked', 'validation'],
  [403, 'account_suspended', 'validation'],
  [403, 'insufficient_scope', 'scope'],
  [403, 'forbidden', 'scope'],
  [409, 'request_in_progress', 'conflict'],
  [425, 'idempotency_key_in_use', 'conflict'],
  [400, 'idempotency_error', 'conflict'],
  [422, 'concurrent_request', 'conflict'],
])('a status %i with the new code %s is of the kind %s', async (status, code, kind) => {
  const call = clientFor({ error: { code, message: 'So it is', requestId: 'r' } }, status).credits.retrieve();
  await expect(call).rejects.toMatchObject({ kind, code, isRivyasWord: true });
});
