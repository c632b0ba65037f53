import { describe, expect, it } from 'vitest';
import { renderPicture } from '../../../src/sandbox/media/pictures.ts';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import { renderSound } from '../../../src/sandbox/media/sounds.ts';
import { renderVideo } from '../../../src/sandbox/media/clips.ts';
import { call, download, errorOf, generate, sandboxForTest, type Answer, type Json } from './client.ts';

const request = { model: 'z-image', prompt: 'reference', params: {}, index: 0 };
const png = await renderPicture(request, 32);
const wav = await renderSound(request);
const mp4 = await renderVideo(request);

async function upload(
  sandbox: Sandbox,
  fields: Record<string, string>,
  file?: { bytes: Uint8Array<ArrayBuffer>; name: string; type?: string },
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file) form.set('file', new File([file.bytes], file.name, { type: file.type ?? '' }));
  const response = await fetch(`${sandbox.url}/api/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.apiKey}` },
    body: form,
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

const picture = { bytes: png, name: 'boat.png', type: 'image/png' };

describe('uploading', () => {
  it('stores an image and gives it back', async () => {
    const sandbox = await sandboxForTest();
    const { status, body } = await upload(sandbox, { kind: 'image', model: 'nano-banana-2' }, picture);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      object: 'file',
      kind: 'image',
      name: 'boat.png',
      mime_type: 'image/png',
      size_bytes: png.length,
      duration_token: null,
    });
    expect((await call(sandbox, `/files/${String(body['id'])}`)).body).toEqual(body);
    const { bytes, headers } = await download(String(body['url']));
    expect(headers.get('content-type')).toBe('image/png');
    expect(Buffer.compare(bytes, png)).toBe(0);
  });

  it('gives audio and video a duration token, and a WAV or MP4 its length', async () => {
    const sandbox = await sandboxForTest();
    const sound = await upload(
      sandbox,
      { kind: 'audio' },
      { bytes: wav, name: 'a.wav', type: 'audio/x-wav' },
    );
    expect(sound.body).toMatchObject({ mime_type: 'audio/wav', duration_seconds: 3.6 });
    const clip = await upload(sandbox, { kind: 'video' }, { bytes: mp4, name: 'a.mp4', type: 'video/mp4' });
    expect(clip.body).toMatchObject({ mime_type: 'video/mp4', duration_seconds: 3 });
    for (const { body } of [sound, clip]) expect(body['duration_token']).toMatch(/^durtok_/);
  });

  it.each<[string, Record<string, string>, typeof picture | undefined, RegExp]>([
    ['no file', { kind: 'image' }, undefined, /^file is required/],
    ['an empty file', { kind: 'image' }, { ...picture, bytes: new Uint8Array() }, /is empty/],
    ['no kind', {}, picture, /^kind is required/],
    ['another kind', { kind: 'text' }, picture, /^kind is required/],
    ['a kind that the content is not', { kind: 'audio' }, picture, /content of the file is image\/png/],
    [
      'content of no known type',
      { kind: 'image' },
      { ...picture, bytes: new Uint8Array(64) },
      /of no known type/,
    ],
    [
      'another type than declared',
      { kind: 'image' },
      { ...picture, type: 'image/jpeg' },
      /declared as image\/jpeg/,
    ],
    [
      'a model that takes no files',
      { kind: 'image', model: 'z-image' },
      picture,
      /z-image takes no image files/,
    ],
    ['an unknown model', { kind: 'image', model: 'nope' }, picture, /no model nope/],
    [
      'a file over the limit',
      { kind: 'image' },
      { ...picture, bytes: padded(10_000_001) },
      /limit for image files here is 10 MB/,
    ],
  ])('refuses %s', async (_what, fields, file, message) => {
    const sandbox = await sandboxForTest();
    const answer = await upload(sandbox, fields, file);
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      code: 'validation_failed',
      message: expect.stringMatching(message) as string,
    });
  });

  it('allows what the model allows beyond the defaults', async () => {
    const sandbox = await sandboxForTest();
    const large = { ...picture, bytes: padded(10_000_001) };
    expect((await upload(sandbox, { kind: 'image', model: 'nano-banana-2' }, large)).status).toBe(201);
  });

  it('refuses a body that is no form', async () => {
    const sandbox = await sandboxForTest();
    expect(errorOf(await call(sandbox, '/files', { json: {} })).message).toMatch(/multipart\/form-data/);
  });

  it('keeps files from other accounts', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await upload(sandbox, { kind: 'image' }, picture);
    const stranger = sandbox.control.addKey({ account: 'acct_other' });
    expect((await call(sandbox, `/files/${String(body['id'])}`, { key: stranger.key })).status).toBe(404);
  });
});

function padded(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set(png);
  return bytes;
}

describe('inputs of a generation', () => {
  async function withReference(sandbox: Sandbox, model: string, item: Json): Promise<Answer> {
    return generate(sandbox, { model, params: { referenceMediaItems: [item] } });
  }

  it('may be an uploaded image', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await upload(sandbox, { kind: 'image' }, picture);
    expect((await withReference(sandbox, 'nano-banana', { url: body['url'], kind: 'image' })).status).toBe(
      202,
    );
  });

  it('need the duration token for video', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await upload(
      sandbox,
      { kind: 'video' },
      { bytes: mp4, name: 'a.mp4', type: 'video/mp4' },
    );
    const item = { url: body['url'], kind: 'video' };
    expect(errorOf(await withReference(sandbox, 'wan-2-6', item)).message).toMatch(/needs the durationToken/);
    expect(
      (await withReference(sandbox, 'wan-2-6', { ...item, durationToken: body['duration_token'] })).status,
    ).toBe(202);
  });

  it.each([
    ['a model without inputs', 'z-image', 'image', undefined, /takes no input files/],
    [
      'a kind that the model does not take',
      'nano-banana',
      'video',
      undefined,
      /takes image inputs, not video/,
    ],
    [
      'a foreign address',
      'nano-banana',
      'image',
      'https://example.com/a.png',
      /must come from POST \/api\/v1\/files/,
    ],
  ])('are refused for %s', async (_what, model, kind, url, message) => {
    const sandbox = await sandboxForTest();
    const { body } = await upload(sandbox, { kind: 'image' }, picture);
    const answer = await withReference(sandbox, model, { url: url ?? body['url'], kind });
    expect(errorOf(answer)).toMatchObject({
      code: 'validation_failed',
      message: expect.stringMatching(message) as string,
    });
  });

  it('are limited in number', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await upload(sandbox, { kind: 'image' }, picture);
    const item = { url: body['url'], kind: 'image' };
    const answer = await generate(sandbox, {
      model: 'qwen-image',
      params: { referenceMediaItems: [item, item] },
    });
    expect(errorOf(answer).message).toBe('qwen-image takes at most 1 input files; 2 were sent.');
  });
});
