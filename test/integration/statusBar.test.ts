import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type * as vscode from 'vscode';
import { menuChoices } from '../../src/vscode/account/menu.ts';
import { statusView, tooltipOf, type StatusState } from '../../src/vscode/statusBar.ts';

const ready: StatusState = {
  account: 'ready',
  sandbox: false,
  balance: { credits: 98.5, checking: false, problem: undefined, offline: false },
  lowBalance: 10,
  running: 0,
  spent: undefined,
};
const { balance } = ready;

describe('the status bar', () => {
  for (const [state, change, text, sentence] of [
    ['a balance', {}, '$(sparkle) 98.5 cr', /^Rivya credits: 98\.5$/],
    ['no key', { account: 'none' }, '$(key) Rivya', /^Rivya has no API key yet\.$/],
    [
      'a first look at the balance',
      { balance: { ...balance, credits: undefined, checking: true } },
      '$(loading~spin) Rivya',
      /not known yet/,
    ],
    ['another look', { balance: { ...balance, checking: true } }, '$(loading~spin) 98.5 cr', /98\.5/],
    ['a large balance', { balance: { ...balance, credits: 12_345 } }, '$(sparkle) 12,345 cr', /12,345/],
    ['a low balance', { balance: { ...balance, credits: 9.5 } }, '$(sparkle) 9.5 cr', /The balance is low/],
    ['no credits left', { balance: { ...balance, credits: 0 } }, '$(sparkle) 0 cr', /The balance is low/],
    [
      'no connection',
      { balance: { ...balance, problem: 'No connection.', offline: true } },
      '$(debug-disconnect) 98.5 cr',
      /cannot be reached at the moment. Running jobs are kept/,
    ],
    [
      'a failed look',
      { balance: { ...balance, problem: 'Error 500.' } },
      '$(warning) 98.5 cr',
      /The last check failed: Error 500\./,
    ],
    ['running jobs', { running: 3 }, '$(loading~spin) 3 $(sparkle) 98.5 cr', /Jobs running: 3/],
    [
      'running jobs without a connection',
      { running: 3, balance: { ...balance, problem: 'No connection.', offline: true } },
      '$(loading~spin) 3 $(debug-disconnect) 98.5 cr',
      /Jobs running: 3/,
    ],
    ['the sandbox', { sandbox: true }, '$(sparkle) Sandbox 98.5 cr', /nothing costs money/],
    [
      'what was spent',
      { spent: { today: 12, session: 3.5 } },
      '$(sparkle) 98.5 cr',
      /today: 12\nSpent on generated files in this window: 3\.5/,
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

  it('lets its tooltip run what it links to, and nothing else', () => {
    for (const state of [ready, { ...ready, account: 'none' }, { ...ready, sandbox: true }] as const) {
      const view = statusView({
        ...state,
        balance: { ...balance, problem: '[x](command:rivya.account.removeKey) $(bug)' },
      });
      assert.ok(view);
      const { value, isTrusted } = tooltipOf(view);
      assert.ok(typeof isTrusted === 'object');
      const linked = Array.from(value.matchAll(/(?<!\\)\]\(command:([\w.]+)\)/g), match => match[1]);
      assert.ok(linked.length >= 2);
      for (const command of linked) assert.ok(isTrusted.enabledCommands.includes(command ?? ''), command);
      assert.ok(!isTrusted.enabledCommands.includes('rivya.account.removeKey'));
    }
  });
});

describe('the menu of the status bar', () => {
  function labels(choices: vscode.QuickPickItem[]): string[] {
    return choices.map(choice => choice.label.replace(/^\$\([\w-]+\) /, ''));
  }

  it('begins with a key or the sandbox when there is neither', () => {
    const all = labels(menuChoices(false, false));
    assert.deepEqual(all.slice(0, 3), ['Begin', 'Set API Key', 'Try the Sandbox']);
    assert.ok(!all.includes('Generate Image'));
    assert.ok(!all.includes('Refresh Credits'));
  });

  it('offers the work when there is a key', () => {
    const all = labels(menuChoices(false, true));
    for (const label of [
      'Generate Image',
      'Show Tasks',
      'Refresh Credits',
      'Buy Credits',
      'Try the Sandbox',
    ]) {
      assert.ok(all.includes(label), label);
    }
    assert.ok(!all.includes('Stop Sandbox'));
  });

  it('offers to leave the sandbox, and sells nothing there', () => {
    const all = labels(menuChoices(true, false));
    assert.ok(all.includes('Stop Sandbox'));
    assert.ok(!all.includes('Buy Credits'));
    assert.ok(!all.includes('Try the Sandbox'));
  });
});
