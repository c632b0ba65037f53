import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/server.ts';
import { faultSwitches } from '../../../src/sandbox/faults/faultSwitches.ts';
import { call, errorOf, generate, generateToEnd, sandboxForTest, send, type Json } from './client.ts';

/** The switches as the page sees them. */
async function switchesOn(sandbox: Sandbox): Promise<string[]> {
  const response = await fetch(`${sandbox.url}/__sandbox/events?${sandbox.token}`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  await reader.cancel();
  const text = new TextDecoder().decode(value).replace(/^data: /, '');
  const { switches } = JSON.parse(text) as { switches: { name: string; on: boolean }[] };
  return switches.filter(each => each.on).map(each => each.name);
}

const question = { model: 'gpt-5-2-chat', message: 'Hello' };

describe('a fault that a person switches', () => {
  it.each(faultSwitches.map(each => each.name))('%s goes on and off, and leaves no trace', async name => {
    const sandbox = await sandboxForTest();
    sandbox.control.setSwitch(name, true);
    sandbox.control.setSwitch(name, true);
    expect(await switchesOn(sandbox)).toEqual([name]);
    sandbox.control.setSwitch(name, false);
    expect(await switchesOn(sandbox)).toEqual([]);
    expect(await generateToEnd(sandbox, {})).toMatchObject({ status: 'succeeded' });
  });

  it.each<[string, (sandbox: Sandbox) => Promise<unknown>, unknown]>([
    ['generation-fails', async sandbox => (await generateToEnd(sandbox, {}))['status'], 'failed'],
    ['too-many-requests', async sandbox => (await call(sandbox, '/credits')).headers.get('retry-after'), '3'],
    ['server-error', async sandbox => (await call(sandbox, '/credits')).status, 500],
    [
      'lost-answer',
      sandbox =>
        generate(sandbox, {}).then(
          answer => answer.status,
          () => sandbox.control.credits(),
        ),
      99,
    ],
    [
      'truncated-stream',
      async sandbox => {
        const response = await send(sandbox, '/chat/completions/stream', { json: question });
        return response.text().then(
          () => 'whole',
          () => 'broken',
        );
      },
      'broken',
    ],
  ])('%s happens once', async (name, act, outcome) => {
    const sandbox = await sandboxForTest();
    sandbox.control.setSwitch(name, true);
    expect(await act(sandbox)).toBe(outcome);
    expect(await switchesOn(sandbox)).toEqual([]);
    expect(await act(sandbox)).not.toBe(outcome);
  });

  it('stays while it is on', async () => {
    const sandbox = await sandboxForTest();
    sandbox.control.setSwitch('api-disabled', true);
    for (let count = 0; count < 2; count += 1) {
      expect(errorOf(await call(sandbox, '/credits')).code).toBe('public_api_disabled');
    }
    sandbox.control.setSwitch('api-disabled', false);
    sandbox.control.setSwitch('strict-webhooks', true);
    const json: Json = { name: 'Shop', url: 'http://127.0.0.1:3000/', event_types: ['generation.failed'] };
    expect(errorOf(await call(sandbox, '/webhooks', { json })).code).toBe('webhook_url_rejected');
    sandbox.control.setSwitch('rate-limit', true);
    expect((await call(sandbox, '/credits')).headers.get('x-ratelimit-limit')).toBe('60');
  });
});

describe('prices and keys', () => {
  it('doubles the price of a param, and says so only in the answer', async () => {
    const sandbox = await sandboxForTest({ credits: 100 });
    const order = { model: 'nano-banana-pro', params: { resolution: '2K' } };
    const before = await generate(sandbox, order);
    sandbox.control.setSwitch('dearer-params', true);
    const after = await generate(sandbox, order);
    expect(after.body['reserved_credits']).toBe(2 * Number(before.body['reserved_credits']));
    expect((await generate(sandbox, { model: 'nano-banana-pro' })).body['reserved_credits']).toBe(
      before.body['reserved_credits'],
    );
  });

  it('forgets keys once, or never remembers them', async () => {
    const sandbox = await sandboxForTest({ credits: 100 });
    const again = async (): Promise<number> => {
      await generate(sandbox, {}, 'the same');
      return sandbox.control.charges().length;
    };
    expect([await again(), await again()]).toEqual([1, 1]);
    sandbox.control.forgetKeys();
    expect([await again(), await again()]).toEqual([2, 2]);
    sandbox.control.setSwitch('forgets-keys', true);
    expect([await again(), await again()]).toEqual([3, 4]);
  });
});
