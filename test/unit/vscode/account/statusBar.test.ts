import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { RivyaError, type RivyaErrorKind } from '../../../../src/api/errors/errors.ts';
import { menuChoices } from '../../../../src/vscode/account/menu.ts';
import { statusTooltip, statusView, type StatusState } from '../../../../src/vscode/account/statusBar.ts';
import { messageOf } from '../../../../src/vscode/messages/messageOf.ts';

const ready: StatusState = {
  account: 'ready',
  sandbox: false,
  sandboxLost: false,
  remoteServer: undefined,
  balance: { credits: 98.5, checking: false, problem: undefined, offline: false },
  problem: undefined,
  lowBalance: 10,
  running: 0,
  ready: 0,
  spent: undefined,
};
const { balance } = ready;
const failure = new Error('It failed.');

describe('the status bar', () => {
  for (const [state, change, text, sentence] of [
    ['a balance', {}, '$(sparkle) Rivya 98.5 credits', /^Rivya credits: 98\.5$/],
    ['no key', { account: 'none' }, '$(key) Rivya', /^No Rivya API key is set\.$/],
    [
      'a first look at the balance',
      { balance: { ...balance, credits: undefined, checking: true } },
      '$(loading~spin) Rivya',
      /balance isn't available yet/,
    ],
    [
      'another look',
      { balance: { ...balance, checking: true } },
      '$(loading~spin) Rivya 98.5 credits',
      /98\.5/,
    ],
    [
      'a large balance',
      { balance: { ...balance, credits: 12_345 } },
      '$(sparkle) Rivya 12,345 credits',
      /12,345/,
    ],
    [
      'a low balance',
      { balance: { ...balance, credits: 9.5 } },
      '$(warning) Rivya 9.5 credits',
      /Low balance/,
    ],
    ['no credits left', { balance: { ...balance, credits: 0 } }, '$(warning) Rivya 0 credits', /Low balance/],
    [
      'no connection',
      { balance: { ...balance, problem: failure, offline: true } },
      '$(debug-disconnect) Rivya 98.5 credits',
      /can't be reached right now\.$/,
    ],
    [
      'a failed look',
      { balance: { ...balance, problem: failure }, problem: { text: 'Error 500.', actions: [] } },
      '$(warning) Rivya 98.5 credits',
      /Couldn't update the balance: Error 500\./,
    ],
    ['running jobs', { running: 3 }, '$(loading~spin) 3 $(sparkle) Rivya 98.5 credits', /Running tasks: 3/],
    ['results that wait', { ready: 2 }, '$(sparkle) Rivya 98.5 credits', /Ready to insert: 2/],
    [
      'running jobs without a connection',
      { running: 3, balance: { ...balance, problem: failure, offline: true } },
      '$(loading~spin) 3 $(debug-disconnect) Rivya 98.5 credits',
      /right now\.\nRunning tasks are saved and continue automatically\.\nRunning tasks: 3/,
    ],
    [
      'the server of a remote window',
      { remoteServer: 'https://rivya.ai' },
      '$(sparkle) Rivya 98.5 credits',
      /^Server in this remote window: https:\/\/rivya\.ai$/m,
    ],
    ['the sandbox', { sandbox: true }, '$(sparkle) Sandbox 98.5 credits', /nothing is charged/],
    [
      'a sandbox that has ended by itself',
      { sandboxLost: true, account: 'none' },
      '$(warning) Sandbox stopped',
      /Nothing is sent until you choose/,
    ],
    [
      'what was spent',
      { spent: { today: 12, session: 3.5, isMore: true, agents: 0 } },
      '$(sparkle) Rivya 98.5 credits',
      /today: 12 credits\nThe credits of some of today's tasks aren't known\.\nSpent since this window opened: 3\.5 credits/,
    ],
    [
      'what agents have spent of it',
      { spent: { today: 12, session: 0, isMore: false, agents: 5 } },
      '$(sparkle) Rivya 98.5 credits',
      /today: 12 credits\nBy agents today: 5 credits\n/,
    ],
  ] as const satisfies [string, Partial<StatusState>, string, RegExp][]) {
    it(`shows ${state}`, () => {
      const view = statusView({ ...ready, ...change });
      assert.equal(view?.text, text);
      assert.match(view.sentences.join('\n'), sentence);
    });
  }

  it('shows nothing before it is known whether there is a key', () => {
    assert.equal(statusView({ ...ready, account: 'unknown' }), undefined);
  });

  it('warns below the limit, and only there', () => {
    const at = (credits: number | undefined): boolean | undefined =>
      statusView({ ...ready, balance: { ...balance, credits } })?.warning;
    assert.deepEqual([at(9.99), at(10), at(0), at(undefined)], [true, false, true, false]);
  });

  it('leads to credits when they run low', () => {
    const linksOf = (change: Partial<StatusState>): string[] =>
      statusView({ ...ready, ...change })?.links.map(link => link.title) ?? [];
    const low = { ...balance, credits: 1 };
    assert.deepEqual(linksOf({ balance: low }), ['Refresh', 'Buy Credits', 'Open Dashboard']);
    assert.ok(!linksOf({}).includes('Buy Credits'));
    assert.ok(!linksOf({ sandbox: true, balance: low }).includes('Buy Credits'));
  });

  it.each<[code: string, kind: RivyaErrorKind, sentence: RegExp, links: string[]]>([
    ['api_key_revoked', 'authentication', /was revoked/, ['Set API Key']],
    ['api_key_expired', 'authentication', /has expired/, ['Set API Key']],
    ['api_key_invalid', 'authentication', /doesn't recognize this API key/, ['Set API Key']],
    ['api_scope_denied', 'scope', /missing a required scope/, ['Set API Key']],
    ['public_api_disabled', 'unavailable', /currently unavailable/, []],
    ['rate_limited', 'rateLimit', /Rate limit reached/, []],
    ['certificate_rejected', 'network', /use its own certificate/, ['Check Installation']],
    ['proxy_refused', 'network', /http\.proxy/, ['Check Installation']],
  ])('says of %s what messages say of it', (code, kind, sentence, offered) => {
    const error = new RivyaError(kind, 'It is so.', { code, isRivyasWord: kind !== 'network' });
    const view = statusView({
      ...ready,
      balance: { ...balance, problem: error, offline: kind === 'network' },
      problem: messageOf(error),
    });
    assert.match(view?.sentences.join('\n') ?? '', sentence);
    const titles = view?.links.map(({ title }) => title) ?? [];
    for (const each of offered) assert.ok(titles.includes(each), each);
    assert.equal(new Set(titles).size, titles.length);
  });

  it('lets its tooltip run what it links to, and nothing else', () => {
    for (const change of [{}, { account: 'none' }, { sandbox: true }, { sandboxLost: true }] as const) {
      const state = { ...ready, ...change };
      const view = statusView({
        ...state,
        balance: { ...balance, problem: failure },
        problem: {
          text: '[x](command:rivya.account.removeKey) $(bug)',
          actions: [{ title: 'Remove', command: 'rivya.account.removeKey' }],
        },
      });
      assert.ok(view);
      const { value, isTrusted } = statusTooltip(view);
      assert.ok(typeof isTrusted === 'object');
      const linked = Array.from(value.matchAll(/(?<!\\)\]\(command:([\w.]+)\)/g), match => match[1]);
      assert.ok(linked.length >= 2);
      for (const command of linked) assert.ok(isTrusted.enabledCommands.includes(command ?? ''), command);
      assert.ok(!isTrusted.enabledCommands.includes('rivya.account.removeKey'));
    }
  });
});

describe('the menu of the status bar', () => {
  function labels(choices: ReturnType<typeof menuChoices>): string[] {
    return choices.map(choice => choice.label);
  }

  it('begins with a key or the sandbox when there is neither', () => {
    const all = labels(menuChoices(false, false));
    assert.deepEqual(all.slice(0, 3), ['Get Started', 'Set API Key', 'Try Sandbox']);
    assert.ok(!all.includes('Generate Image'));
    assert.ok(!all.includes('Refresh Credits'));
  });

  it('offers the work when there is a key', () => {
    const all = labels(menuChoices(false, true));
    for (const label of ['Generate Image', 'Show Tasks', 'Refresh Credits', 'Buy Credits', 'Try Sandbox']) {
      assert.ok(all.includes(label), label);
    }
    assert.ok(!all.includes('Stop Sandbox'));
  });

  it('offers to leave the sandbox, and sells nothing there', () => {
    const all = labels(menuChoices(true, false));
    assert.ok(all.includes('Stop Sandbox'));
    assert.ok(!all.includes('Buy Credits'));
    assert.ok(!all.includes('Try Sandbox'));
  });
});
