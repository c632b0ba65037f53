import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { createRivyaClient, type RivyaClient } from '../../../src/api/client.ts';
import { also, Decoder, inEnvelope } from '../../../src/api/schema/decode.ts';
import { recordingLog } from './testClock.ts';

const log = recordingLog();

function clientFor(body: unknown): RivyaClient {
  log.lines.length = 0;
  const fetch: Fetch = () => Promise.resolve(Response.json(body));
  return createRivyaClient({ baseUrl: 'https://api.example', apiKey: () => 'k', fetch, log });
}

const notUnderstood = (): string[] =>
  log.lines.filter(line => line.includes('Not understood')).map(line => line.replace(/^.*answer: /, ''));

const bare = { id: 't', status: 'queued' };
const empty = {
  ...bare,
  model: null,
  reserved_credits: null,
  final_credits: null,
  created_at: null,
  updated_at: null,
  result: null,
  error: null,
};

describe('a generation', () => {
  test.each([
    ['the least there can be', bare, empty],
    ['nulls', { ...empty }, empty],
    [
      'camelCase and numbers as text',
      { taskId: 7, status: 'queued', reservedCredits: '3' },
      { ...empty, id: '7', reserved_credits: 3 },
    ],
    ['a status of its own', { ...bare, status: 'on_hold' }, { ...empty, status: 'on_hold' }],
    ['new fields', { ...bare, colour: { a: 1 } }, { ...empty, colour: { a: 1 } }],
  ])('is read from %s', async (_name, wire, expected) => {
    expect(await clientFor(wire).generations.retrieve('t')).toEqual(expected);
  });

  test.each([
    ['both', { primary_url: 'a', urls: ['a', 'b', 'b'] }, ['a', 'b']],
    ['a primary one that is not first', { primary_url: 'b', urls: ['a', 'b'] }, ['b', 'a']],
    ['the primary one only', { primary_url: 'a' }, ['a']],
    ['the list only', { urls: ['a', 'b'] }, ['a', 'b']],
    ['objects in the list', { urls: [{ url: 'a' }, { url: 'b', kind: 'image' }] }, ['a', 'b']],
    ['one field', { url: 'a' }, ['a']],
    ['some that cannot be read', { urls: ['a', null, 7, 'b'] }, ['a', 'b']],
    ['none', {}, []],
  ])('has all its result URLs, from %s', async (_name, result, urls) => {
    const read = await clientFor({ ...bare, status: 'succeeded', result }).generations.retrieve('t');
    expect(read.result).toMatchObject({ urls, primary_url: urls[0] ?? null });
  });

  test('keeps what it cannot read, beside its default', async () => {
    const read = await clientFor({
      ...bare,
      result: 5,
      reserved_credits: {},
    }).generations.retrieve('t');
    expect(read).toEqual({ ...empty, unread: { result: 5, reserved_credits: {} } });
    expect(notUnderstood()).toEqual([
      'generation.reserved_credits: (number | string) expected, found object',
      'generation.result: object expected, found number',
    ]);
  });

  test.each([
    [{}],
    [{ id: 't' }],
    [{ status: 'queued' }],
    [{ id: '', status: 'queued' }],
    [null],
    ['t'],
    [[bare]],
  ])('is not read from %j', async wire => {
    const reading = clientFor(wire).generations.retrieve('t');
    await expect(reading).rejects.toMatchObject({ kind: 'protocol', code: 'response_unreadable' });
  });
});

describe('the list of models', () => {
  test.each([
    ['as documented', { object: 'list', data: [{ id: 'a' }] }],
    ['as a bare list', [{ id: 'a' }]],
    ['under another name', { models: [{ id: 'a' }] }],
    ['with entries that cannot be read', { data: [null, { id: 'a' }, {}, 'b'] }],
  ])('is read %s', async (_name, wire) => {
    expect((await clientFor(wire).models.list()).data.map(model => model.id)).toEqual(['a']);
  });

  test('is not read from something else', async () => {
    await expect(clientFor({ hello: 1 }).models.list()).rejects.toMatchObject({ kind: 'protocol' });
  });
});

describe('what is not understood', () => {
  test('is logged once for each path, with new words but without values', async () => {
    const model = {
      id: 'a',
      category: 'smell',
      sparkle: 'private',
      requires_files_api: 'maybe',
      params: { any: 1 },
    };
    const client = clientFor({ object: 'list', data: [model, { ...model, id: 'b' }] });
    await client.models.list();
    await client.models.list();
    expect(notUnderstood()).toEqual([
      'models.data[].category: new value "smell"',
      'models.data[].requires_files_api: (boolean | ("true" | "false")) expected, found string',
      'models.data[]."sparkle": new field',
    ]);
    expect(log.lines.join()).not.toContain('private');
  });

  test('does not fill the log, however much there is', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`f${index}${'x'.repeat(500)}`, 1]),
    );
    const client = clientFor({ ...bare, ...many });
    await client.generations.retrieve('t');
    expect(notUnderstood().length).toBeLessThan(100);
    expect(Math.max(...notUnderstood().map(line => line.length))).toBeLessThan(150);
  });
});

test('credits are read, also as text, and are never guessed', async () => {
  expect(await clientFor({ current_credits: 12.5 }).credits.retrieve()).toEqual({ current_credits: 12.5 });
  expect(await clientFor({ currentCredits: '12' }).credits.retrieve()).toEqual({ current_credits: 12 });
  for (const wire of [{}, { current_credits: null }, { current_credits: 'many' }, { current_credits: '' }]) {
    await expect(clientFor(wire).credits.retrieve()).rejects.toMatchObject({ kind: 'protocol' });
  }
});

test('a file is read in its likely spellings', async () => {
  const wire = {
    file_id: 'f',
    url: 'u',
    filename: 'a.wav',
    mimeType: 'audio/wav',
    size: 3,
    durationSeconds: 1.5,
    durationToken: 'd',
  };
  expect(await clientFor({ file: wire }).files.retrieve('f')).toMatchObject({
    id: 'f',
    url: 'u',
    name: 'a.wav',
    mime_type: 'audio/wav',
    size_bytes: 3,
    duration_seconds: 1.5,
    duration_token: 'd',
  });
});

test('the contract is handed out as it is', async () => {
  const document = { openapi: '3.1.0', paths: { '/x': {} } };
  expect(await clientFor(document).openapi.retrieve()).toEqual(document);
});

describe('a schema of valibot is built as the decoder walks it', () => {
  const item = v.string();
  const list = v.array(item);
  const optional = v.nullish(list, () => ['none']);
  const object = v.looseObject({ list: optional });
  const parts: [string, v.GenericSchema, object][] = [
    ['nullish', optional, { type: 'nullish', wrapped: list }],
    ['looseObject', object, { type: 'loose_object', entries: { list: optional } }],
    ['array', list, { type: 'array', item }],
  ];

  test.each(parts)('%s', (_name, schema, expected) => {
    expect(schema).toMatchObject(expected);
  });

  test.each(parts)('%s in a pipe, with what was noted beside it', (_name, schema, expected) => {
    expect(also(schema, 'other')).toMatchObject(expected);
    expect(v.getMetadata(also(schema, 'other'))).toEqual({ names: ['other'] });
    expect(v.getMetadata(inEnvelope(schema, 'outer'))).toEqual({ envelopes: ['outer'] });
    expect(v.getMetadata(inEnvelope(also(schema, 'other'), 'outer'))).toEqual({
      names: ['other'],
      envelopes: ['outer'],
    });
  });

  test('so that the decoder is tolerant at each depth', () => {
    const decoder = new Decoder(recordingLog());
    expect(decoder.decode(object, { list: ['a', 1, 'b'] }, 'x')).toEqual({
      list: ['a', 'b'],
      unread: { list: [1] },
    });
    expect(decoder.decode(object, { list: 7 }, 'x')).toEqual({ list: ['none'], unread: { list: 7 } });
  });
});
