import { expect, it } from 'vitest';
import { createRivyaClient } from '../../../src/api/client.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';

const key = 'odd-key-without-a-prefix';

it.each([
  [
    {
      code: `${key}\nforged line`,
      message: `Bad\r\nkey ${key}, \u202ersecret rvya_sk_abc ${'x'.repeat(2_000)}`,
    },
    /^\[redacted\] forged line$/,
    /^Bad key \[redacted\], rsecret \[redacted\] x{400,}…$/,
  ],
  [{ code: 'c'.repeat(300), message: '\u0000' }, /^c{99}…$/, null],
  [{ code: null, message: null }, null, null],
])('an error inside a generation is as clean as one of HTTP: %j', async (error, code, message) => {
  const generation = { id: 'task_1', status: 'failed', model: 'm', result: null, error };
  await using server = await startScriptedServer(answer(200, generation), answer(202, generation));
  const client = createRivyaClient({ baseUrl: server.url, apiKey: () => key, fetch });
  for (const read of [
    await client.generations.retrieve('task_1'),
    await client.generations.create({ model: 'm', prompt: 'p' }),
  ]) {
    for (const [value, wanted] of [
      [read.error?.code, code],
      [read.error?.message, message],
    ] as const) {
      if (wanted === null) expect(value).toBeNull();
      else expect(value).toMatch(wanted);
    }
    expect(read.error?.message?.length ?? 0).toBeLessThanOrEqual(500);
  }
});
