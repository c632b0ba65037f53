import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Clients } from '../../../../src/api/clients.ts';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { Account } from '../../../../src/core/account/account.ts';
import { Balance } from '../../../../src/core/credits/balance.ts';
import { refreshCredits, setKey, verifyKey } from '../../../../src/vscode/account/accountCommands.ts';
import { retrieveBalance, type HostContext } from '../../../../src/vscode/host/hostContext.ts';
import { messageOf } from '../../../../src/vscode/messages/messageOf.ts';
import { answer, startScriptedServer, type Answer } from '../../../support/scriptedServer.ts';

/** What was shown, and what the person answers. */
const dialogs = vi.hoisted(() => ({ shown: [] as string[], typed: '', pressed: '' }));
vi.mock('../../../../src/vscode/messages/dialogs.ts', () => ({
  inform: (text: string) => void dialogs.shown.push(text),
  ask: (_severity: string, text: string) => {
    dialogs.shown.push(text);
    return Promise.resolve(dialogs.pressed);
  },
  askText: () => Promise.resolve(dialogs.typed),
}));
vi.mock('../../../../src/vscode/messages/progress.ts', () => ({
  withProgress: (_options: unknown, work: () => unknown) => work(),
}));

beforeEach(() => {
  dialogs.shown.length = 0;
  dialogs.typed = '';
  dialogs.pressed = '';
  delete process.env['RIVYA_API_KEY'];
});

interface Scene extends AsyncDisposable {
  readonly hostContext: HostContext;
  stored(): Promise<string | undefined>;
}

async function scene(reply: Answer, key?: string): Promise<Scene> {
  const server = await startScriptedServer(reply);
  const base = { href: server.url, origin: server.url, loopback: true };
  const kept = new Map(key === undefined ? [] : [[`rivya.apiKey:${server.url}`, key]]);
  const account = new Account({
    get: name => Promise.resolve(kept.get(name)),
    store: (name, value) => Promise.resolve(void kept.set(name, value)),
    delete: name => Promise.resolve(void kept.delete(name)),
    onDidChange: new Emitter<{ key: string }>().event,
  });
  const clients = new Clients(origin => account.key(origin), { fetch, log: silentLog, maxRetries: 0 });
  const hostContext = {
    account,
    log: silentLog,
    server: { base, origin: server.url, isSandbox: false, reachable: [base] },
    balance: new Balance(origin => retrieveBalance(hostContext, origin)),
    clients: () => Promise.resolve(clients),
  } as unknown as HostContext;
  return {
    hostContext,
    stored: () => account.key(server.url),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const own = (code: string): unknown => ({ error: { code, message: 'So it is', requestId: 'req_1' } });

/** What the funnel of commands would show. */
async function told(work: Promise<void>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => messageOf(error)?.text,
  );
}

const failures: [name: string, reply: Answer, text: RegExp][] = [
  ['Rivya says that the key was revoked', answer(401, own('api_key_revoked')), /was revoked/],
  ['a firewall stands in the way', answer(403, '<html>Blocked'), /status 403.*firewall/],
  ['a gateway wants a sign-in', answer(401, '<html>Sign in'), /status 401.*doesn't look like/],
  ['a captive portal answers', answer(200, '<html>Accept our terms'), /other than Rivya/],
  ['Rivya asks for silence', answer(429, own('rate_limited')), /Rate limit reached\. Try again/],
  ['a gateway is down', answer(502, '<html>Bad gateway'), /isn't working right now/],
];

describe('a command that the person has given says why it failed', () => {
  it.each(failures)('Refresh Credits and Verify, when %s', async (_name, reply, text) => {
    await using own = await scene(reply, 'rvya_sk_test');
    expect(await told(refreshCredits(own.hostContext))).toMatch(text);
    expect(await told(verifyKey(own.hostContext))).toMatch(text);
    expect(dialogs.shown).toEqual([]);
  });

  it('also that there is no key, and that the key may not look', async () => {
    await using keyless = await scene(answer(200, { current_credits: 1 }));
    expect(await told(refreshCredits(keyless.hostContext))).toMatch(/No API key is set/);
    await using blind = await scene(answer(403, own('api_scope_denied')), 'rvya_sk_test');
    expect(await told(refreshCredits(blind.hostContext))).toMatch(/the credits:read scope, so your balance/);
  });

  it('and says nothing when all is well, for the status bar shows it', async () => {
    await using good = await scene(answer(200, { current_credits: 7 }), 'rvya_sk_test');
    expect(await told(refreshCredits(good.hostContext))).toBeUndefined();
    expect(good.hostContext.balance.state(good.hostContext.server.base.origin).credits).toBe(7);
  });
});

describe('a key that is set', () => {
  it.each<[string, Answer]>([
    ['a block page', answer(403, '<html><title>Blocked</title></html>')],
    ['the sign-in page of a gateway', answer(401, '<html>Sign in')],
    ['JSON of a gateway', answer(403, { message: 'Forbidden' })],
    ['a page in place of the answer', answer(200, '<html>')],
    ['a backend that is not there', answer(404, 'default backend - 404')],
  ])('is not verified by %s: whether to store it is asked', async (_name, reply) => {
    await using unsure = await scene(reply);
    dialogs.typed = 'rvya_sk_new';
    expect(await told(setKey(unsure.hostContext))).toBeUndefined();
    expect(dialogs.shown).toEqual([expect.stringMatching(/Couldn't verify the API key/)]);
    expect(await unsure.stored()).toBeUndefined();
    dialogs.pressed = 'Store Anyway';
    await setKey(unsure.hostContext);
    expect(await unsure.stored()).toBe('rvya_sk_new');
  });

  it('is not stored when Rivya itself refuses it, and is when it only may not see the balance', async () => {
    dialogs.typed = 'rvya_sk_new';
    await using refused = await scene(answer(401, own('api_key_invalid')));
    expect(await told(setKey(refused.hostContext))).toMatch(/doesn't recognize this API key/);
    expect(dialogs.shown).toEqual([]);
    expect(await refused.stored()).toBeUndefined();
    await using blind = await scene(answer(403, own('api_scope_denied')));
    await setKey(blind.hostContext);
    expect(dialogs.shown).toEqual([expect.stringMatching(/the credits:read scope, so your balance/)]);
    expect(await blind.stored()).toBe('rvya_sk_new');
  });
});
