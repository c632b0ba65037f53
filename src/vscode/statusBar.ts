import * as vscode from 'vscode';
import type { BalanceState } from '../core/credits/balance.ts';

/** All that the status bar depends on. */
export interface StatusState {
  readonly account: 'unknown' | 'none' | 'ready';
  readonly sandbox: boolean;
  readonly balance: BalanceState;
  readonly lowBalance: number;
  /** Jobs that run, of all windows. */
  readonly running: number;
}

/** What the status bar shows. */
export interface StatusView {
  readonly text: string;
  readonly tooltip: string;
  readonly command: 'rivya.account.setKey' | 'rivya.credits.refresh';
  readonly warning: boolean;
}

/** The status bar as a pure function of the state; undefined while there is nothing to say. */
export function statusView(state: StatusState): StatusView | undefined {
  const { t } = vscode.l10n;
  const { credits, checking, problem } = state.balance;
  if (state.account === 'unknown') return undefined;
  if (state.account === 'none') {
    const tooltip = t('Rivya: no API key. Select to set one.');
    return { text: t('$(key) Rivya'), tooltip, command: 'rivya.account.setKey', warning: false };
  }
  const spin = state.running > 0 ? `$(loading~spin) ${state.running} ` : '';
  const icon =
    checking && state.running === 0
      ? '$(loading~spin)'
      : state.running > 0
        ? ''
        : problem === undefined
          ? '$(sparkle)'
          : '$(warning)';
  const amount = credits === undefined ? (state.sandbox ? '' : t('Rivya')) : t('{0} cr', formatted(credits));
  const place = state.sandbox ? t('Sandbox') : '';
  const low = credits !== undefined && credits < state.lowBalance;
  return {
    text: `${spin}${icon} ${[place, amount].filter(Boolean).join(' ')}`.trim(),
    tooltip: [
      state.sandbox ? t('The local Rivya sandbox: nothing goes to the network, nothing costs money.') : '',
      credits === undefined
        ? t('The credits are not known yet.')
        : t('Rivya credits: {0}', formatted(credits)),
      low ? t('The balance is low.') : '',
      problem === undefined ? '' : t('The last check failed: {0}', problem),
      state.running > 0 ? t('Jobs running: {0}', state.running) : '',
      t('Select to refresh.'),
    ]
      .filter(Boolean)
      .join('\n'),
    command: 'rivya.credits.refresh',
    warning: low,
  };
}

function formatted(credits: number): string {
  return credits.toLocaleString(vscode.env.language, { maximumFractionDigits: 2 });
}

/** Owns the one status bar item. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('rivya.credits', vscode.StatusBarAlignment.Right, 90);

  constructor() {
    this.#item.name = vscode.l10n.t('Rivya Credits');
  }

  render(state: StatusState): void {
    const view = statusView(state);
    if (!view) {
      this.#item.hide();
      return;
    }
    this.#item.text = view.text;
    this.#item.tooltip = view.tooltip;
    this.#item.command = view.command;
    this.#item.accessibilityInformation = { label: view.tooltip };
    this.#item.backgroundColor = view.warning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
