import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, errorOf, generate, generateToEnd, resultUrls, sandboxForTest, type Json } from './client.ts';

describe('creating a generation', () => {
  it('answers like the documented example', async () => {
    const sandbox = await sandboxForTest({ now: () => Date.UTC(2026, 4, 11) });
    const { status, body } = await generate(sandbox, { client_request_id: 'order-123' });
    expect(status).toBe(202);
    expect(body).toEqual({
      id: expect.stringMatching(/^task_z_image_/) as string,
      status: 'queued',
      model: 'z-image',
      reserved_credits: 1,
      final_credits: 0,
      created_at: '2026-05-11T00:00:00.000Z',
      updated_at: '2026-05-11T00:00:00.000Z',
      result: null,
      error: null,
    });
    expect(sandbox.control.charges()).toMatchObject([
      { taskId: body['id'], credits: 1, clientRequestId: 'order-123' },
    ]);
  });

  it.each<[string, Json, RegExp]>([
    ['a missing model', { model: undefined }, /^model is required/],
    ['an unknown model', { model: 'nope' }, /no model nope/],
    ['a missing prompt', { prompt: undefined }, /^prompt is required/],
    ['a blank prompt', { prompt: ' \n' }, /only blanks/],
    ['a prompt that is no text', { prompt: 7 }, /must be a string/],
    ['a prompt over the limit', { prompt: 'x'.repeat(1001) }, /1001 characters; z-image takes at most 1000/],
    ['params that are no object', { params: [] }, /params must be an object/],
    ['an unknown param', { params: { shape: 'round' } }, /params\.shape is not a parameter/],
    ['a select value outside its options', { params: { aspect_ratio: '5:1' } }, /allowed: 1:1, 4:3/],
    ['a select value that is no string', { model: 'kling-3-0', params: { duration: 5 } }, /sent as a string/],
    [
      'a number below its range',
      { model: 'seedream-3-0', params: { guidance_scale: 0 } },
      /the minimum is 1/,
    ],
    [
      'a number above its range',
      { model: 'seedream-3-0', params: { guidance_scale: 11 } },
      /the maximum is 10/,
    ],
    ['a number sent as a string', { model: 'seedream-3-0', params: { seed: '7' } }, /must be a number/],
    ['a missing required param', { model: 'elevenlabs-turbo-2-5' }, /params\.voice is required/],
    ['an empty dialogue', { model: 'elevenlabs-dialogue-v3', params: { dialogue: [] } }, /at least one line/],
    [
      'a dialogue line without text',
      { model: 'elevenlabs-dialogue-v3', params: { dialogue: [{}] } },
      /needs a text/,
    ],
    ['a chat model', { model: 'gpt-5-2-chat' }, /chat\/completions/],
    ['a files field', { files: [] }, /^files is not accepted here/],
    ['an unknown field', { quality: 'best' }, /^quality is not a field/],
    ['a long client_request_id', { client_request_id: 'x'.repeat(129) }, /at most 128/],
  ])('refuses %s', async (_what, json, message) => {
    const sandbox = await sandboxForTest();
    const answer = await generate(sandbox, json);
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      code: 'validation_failed',
      message: expect.stringMatching(message) as string,
    });
    expect(sandbox.control.charges()).toEqual([]);
  });

  it('counts the prompt in characters, not in UTF-16 units', async () => {
    const sandbox = await sandboxForTest();
    expect((await generate(sandbox, { prompt: '🚢'.repeat(1000) })).status).toBe(202);
  });

  it('takes a dialogue without a prompt', async () => {
    const sandbox = await sandboxForTest();
    const dialogue = [{ voice: 'Adam', text: 'Good morning.' }];
    expect(
      (await generate(sandbox, { model: 'elevenlabs-dialogue-v3', prompt: undefined, params: { dialogue } }))
        .status,
    ).toBe(202);
  });

  it('refuses a model that is not open to the API, or gone', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.setModelStatus('z-image', 'coming_soon');
    expect(errorOf(await generate(sandbox, {})).message).toMatch(/coming soon/);
    sandbox.control.setModelStatus('z-image', 'studio_only');
    expect(errorOf(await generate(sandbox, {})).message).toMatch(/Studio only/);
    sandbox.control.removeModel('z-image');
    expect(errorOf(await generate(sandbox, {})).message).toMatch(/no model z-image/);
  });

  it.each([
    ['{"model":', 'application/json', /not valid JSON/],
    ['[]', 'application/json', /must be a JSON object/],
    ['{}', 'text/plain', /Content-Type: application\/json/],
  ])('refuses the body %s as %s', async (body, contentType, message) => {
    const sandbox = await sandboxForTest();
    const response = await fetch(`${sandbox.url}/api/v1/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.apiKey}`, 'content-type': contentType },
      body,
    });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: Json }).error['message']).toMatch(message);
  });
});

describe('a generation over time', () => {
  it('is queued for a third of its time, then processing, then done', async () => {
    let now = 1_000_000;
    const sandbox = await sandboxForTest({ taskDurationMs: 3000, now: () => now });
    const { body } = await generate(sandbox, {});
    const statusAt = async (elapsed: number): Promise<unknown> => {
      now = 1_000_000 + elapsed;
      return (await call(sandbox, `/generations/${String(body['id'])}`)).body['status'];
    };
    expect(await statusAt(0)).toBe('queued');
    expect(await statusAt(999)).toBe('queued');
    expect(await statusAt(1000)).toBe('processing');
    expect(await statusAt(2999)).toBe('processing');
    expect(await statusAt(3000)).toBe('succeeded');
    // A clock that jumps back does not undo a finished task.
    expect(await statusAt(10)).toBe('succeeded');
  });

  it('shows its result and its final credits once it succeeded', async () => {
    const sandbox = await sandboxForTest();
    const task = await generateToEnd(sandbox, {});
    expect(task).toMatchObject({ status: 'succeeded', reserved_credits: 1, final_credits: 1, error: null });
    expect(task['result']).toEqual({
      primary_url: `${sandbox.url}/media/${String(task['id'])}/0.png`,
      urls: [`${sandbox.url}/media/${String(task['id'])}/0.png`],
    });
    expect(sandbox.control.charges()).toMatchObject([{ status: 'settled', credits: 1 }]);
  });

  it('gives several results when the model is asked for them', async () => {
    const sandbox = await sandboxForTest({ credits: 500 });
    const many = await generateToEnd(sandbox, { model: 'seedream-4-0', params: { max_images: 3 } });
    expect(resultUrls(many).map(url => url.split('/').at(-1))).toEqual(['0.png', '1.png', '2.png']);
    const withFrame = await generateToEnd(sandbox, {
      model: 'seedance-2',
      params: { return_last_frame: 'true' },
    });
    expect(resultUrls(withFrame).map(url => url.split('/').at(-1))).toEqual(['0.mp4', '1.png']);
  });

  it('fails when told to, and gives the credits back even if nobody polls', async () => {
    let now = 0;
    const sandbox = await sandboxForTest({ credits: 10, taskDurationMs: 100, now: () => now });
    sandbox.control.failNextGeneration({ code: 'moderation_blocked', message: 'The prompt was refused.' });
    const { body } = await generate(sandbox, { model: 'nano-banana' });
    expect(sandbox.control.credits()).toBe(7);
    now = 100;
    expect(sandbox.control.credits()).toBe(10);
    expect((await call(sandbox, `/generations/${String(body['id'])}`)).body).toMatchObject({
      status: 'failed',
      reserved_credits: 3,
      final_credits: 0,
      result: null,
      error: { code: 'moderation_blocked', message: 'The prompt was refused.' },
    });
    expect(sandbox.control.charges()).toMatchObject([{ status: 'refunded', credits: 0, reserved: 3 }]);
  });

  it('can be finished by hand', async () => {
    const sandbox = await sandboxForTest({ taskDurationMs: 3_600_000 });
    const { body } = await generate(sandbox, {});
    sandbox.control.finishTasks();
    expect((await call(sandbox, `/generations/${String(body['id'])}`)).body['status']).toBe('succeeded');
  });

  it('is not found by another account', async () => {
    const sandbox = await sandboxForTest();
    const { body } = await generate(sandbox, {});
    const stranger = sandbox.control.addKey({ account: 'acct_other' });
    const path = `/generations/${String(body['id'])}`;
    for (const answer of [
      await call(sandbox, path, { key: stranger.key }),
      await call(sandbox, '/generations/task_x'),
    ]) {
      expect(answer.status).toBe(404);
      expect(errorOf(answer).code).toBe('not_found');
    }
  });
});

describe('credits', () => {
  it('are reserved at once, and refused with 402 when they do not suffice', async () => {
    const sandbox = await sandboxForTest({ credits: 4, taskDurationMs: 3_600_000 });
    expect((await generate(sandbox, { model: 'nano-banana' })).status).toBe(202);
    expect((await call(sandbox, '/credits')).body).toEqual({ current_credits: 1 });
    const refused = await generate(sandbox, { model: 'nano-banana' });
    expect(refused.status).toBe(402);
    expect(errorOf(refused)).toMatchObject({
      code: 'insufficient_credits',
      message: 'nano-banana costs 3 credits and the balance is 1. Buy credits and try again.',
    });
    expect(sandbox.control.credits()).toBe(1);
  });
});

describe('idempotency', () => {
  it('replays the first answer for the same key and body, and charges once', async () => {
    const sandbox = await sandboxForTest();
    const first = await generate(sandbox, { params: { aspect_ratio: '4:3' } }, 'key-1');
    await call(sandbox, `/generations/${String(first.body['id'])}`);
    const again = await generate(sandbox, { params: { aspect_ratio: '4:3' } }, 'key-1');
    expect(again).toMatchObject({ status: first.status, body: first.body });
    expect(sandbox.control.charges()).toHaveLength(1);
    expect(sandbox.control.requests().map(request => request.replayed)).toEqual([false, false, true]);
  });

  it('does not care about the order of fields', async () => {
    const sandbox = await sandboxForTest();
    const one = await call(sandbox, '/generations', {
      idempotencyKey: 'k',
      json: { model: 'z-image', prompt: 'a' },
    });
    const two = await call(sandbox, '/generations', {
      idempotencyKey: 'k',
      json: { prompt: 'a', model: 'z-image' },
    });
    expect(two.body).toEqual(one.body);
  });

  it('refuses the same key with another body', async () => {
    const sandbox = await sandboxForTest();
    await generate(sandbox, {}, 'key-1');
    const answer = await generate(sandbox, { prompt: 'Something else' }, 'key-1');
    expect(answer.status).toBe(409);
    expect(errorOf(answer).code).toBe('idempotency_conflict');
    expect(sandbox.control.charges()).toHaveLength(1);
  });

  it('keeps keys apart by account', async () => {
    const sandbox = await sandboxForTest();
    const other = sandbox.control.addKey({ account: 'acct_other' });
    const first = await generate(sandbox, {}, 'key-1');
    const json = { model: 'z-image', prompt: 'Something else' };
    const second = await call(sandbox, '/generations', { key: other.key, idempotencyKey: 'key-1', json });
    expect(second.status).toBe(202);
    expect(second.body['id']).not.toBe(first.body['id']);
    expect(sandbox.control.charges().map(charge => charge.account)).toEqual(['acct_sandbox', 'acct_other']);
  });

  it('does not use up a key on a refused request', async () => {
    const sandbox = await sandboxForTest({ credits: 0 });
    expect((await generate(sandbox, {}, 'key-1')).status).toBe(402);
    sandbox.control.setCredits(5);
    expect((await generate(sandbox, {}, 'key-1')).status).toBe(202);
  });

  it('refuses a key over 255 characters', async () => {
    const sandbox = await sandboxForTest();
    expect(errorOf(await generate(sandbox, {}, 'k'.repeat(256))).message).toMatch(/1 to 255/);
  });

  it('charges once for each key, however many copies of a request arrive at once', async () => {
    const sandbox = await sandboxForTest({ credits: 1_000_000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 24 }),
        async intents => {
          sandbox.control.reset();
          const answers = await Promise.all(
            intents.map(intent => generate(sandbox, { prompt: `Intent ${intent}` }, `key-${intent}`)),
          );
          const idOf = new Map<number, Set<unknown>>();
          answers.forEach((answer, index) => {
            const intent = intents[index] ?? -1;
            idOf.set(intent, (idOf.get(intent) ?? new Set()).add(answer.body['id']));
          });
          const distinct = new Set(intents).size;
          expect(answers.every(answer => answer.status === 202)).toBe(true);
          expect([...idOf.values()].every(ids => ids.size === 1)).toBe(true);
          expect(sandbox.control.charges()).toHaveLength(distinct);
          expect(sandbox.control.credits()).toBe(1_000_000 - distinct);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a metered generation', () => {
  it.each([
    [20, 6, 1],
    [500, 6, 3],
    [1000, 6, 6],
    [1500, 12, 9],
  ])('of %i characters reserves %i credits and settles %i', async (length, reserved, final) => {
    const sandbox = await sandboxForTest();
    const task = await generateToEnd(sandbox, {
      model: 'elevenlabs-turbo-2-5',
      prompt: 'a'.repeat(length),
      params: { voice: 'TX3LPaxmHKxFdv7VOQHJ' },
    });
    expect(task).toMatchObject({ status: 'succeeded', reserved_credits: reserved, final_credits: final });
    expect(sandbox.control.credits()).toBe(100 - final);
  });
});
