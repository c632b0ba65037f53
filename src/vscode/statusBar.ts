import * as vscode from 'vscode';
import type { BalanceState } from '../core/credits/balance.ts';
import type { CommandId } from './ids.ts';
import { actions, type Action } from './messages.ts';

/** All that the status bar depends on. */
export interface StatusState {
  readonly account: 'unknown' | 'none' | 'ready';
  readonly sandbox: boolean;
  readonly balance: BalanceState;
  readonly lowBalance: number;
  /** Jobs that run, of all windows. */
  readonly running: number;
  /** What the jobs at this server have cost, in credits; undefined while the ledger is not open. */
  readonly spent: { readonly today: number; readonly session: number } | undefined;
}

/** What the status bar shows. */
export interface StatusView {
  readonly text: string;
  /** Plain sentences, for the tooltip and for screen readers. */
  readonly sentences: readonly string[];
  readonly links: readonly Action[];
  readonly warning: boolean;
}

/** What a link in the tooltip may run. */
const enabledCommands: readonly CommandId[] = [
  'rivya.account.setKey',
  'rivya.credits.refresh',
  'rivya.sandbox.start',
  'rivya.sandbox.stop',
  'rivya.account.openDashboard',
];

/** The status bar as a pure function of the state; undefined while there is nothing to say. */
export function statusView(state: StatusState): StatusView | undefined {
  const { t } = vscode.l10n;
  if (state.account === 'unknown') return undefined;
  const to = actions();
  if (state.account === 'none') {
    return {
      text: t('$(key) Rivya'),
      sentences: [t('Rivya has no API key yet.')],
      links: [to.setKey, to.sandbox],
      warning: false,
    };
  }
  const refresh = { title: t('Refresh'), command: 'rivya.credits.refresh' } as const;
  return {
    text: [runningText(state), iconText(state), placeText(state)].filter(Boolean).join(' '),
    sentences: sentencesOf(state),
    links: state.sandbox
      ? [refresh, { title: t('Stop Sandbox'), command: 'rivya.sandbox.stop' }]
      : [refresh, ...(isLow(state) ? [to.credits] : []), to.dashboard],
    warning: isLow(state),
  };
}

function isLow({ balance: { credits }, lowBalance }: StatusState): boolean {
  return credits !== undefined && credits < lowBalance;
}

function runningText({ running }: StatusState): string {
  return running > 0 ? `$(loading~spin) ${formatted(running)}` : '';
}

function iconText({ balance: { checking, problem, offline }, running }: StatusState): string {
  if (offline) return '$(debug-disconnect)';
  if (problem !== undefined) return '$(warning)';
  // One thing that turns is enough; and an icon keeps the number of jobs apart from the credits.
  return checking && running === 0 ? '$(loading~spin)' : '$(sparkle)';
}

function placeText({ sandbox, balance: { credits } }: StatusState): string {
  const { t } = vscode.l10n;
  const amount = credits === undefined ? '' : t('{0} cr', formatted(credits));
  if (sandbox) return [t('Sandbox'), amount].filter(Boolean).join(' ');
  return amount === '' ? t('Rivya') : amount;
}

function sentencesOf(state: StatusState): string[] {
  const { t } = vscode.l10n;
  const { credits, problem, offline } = state.balance;
  return [
    state.sandbox ? t('The local Rivya sandbox: nothing goes to the network, nothing costs money.') : '',
    credits === undefined ? t('The credits are not known yet.') : t('Rivya credits: {0}', formatted(credits)),
    isLow(state) ? t('The balance is low.') : '',
    offline
      ? t('Rivya cannot be reached at the moment. Running jobs are kept and go on by themselves.')
      : problem === undefined
        ? ''
        : t('The last check failed: {0}', problem),
    state.running > 0 ? t('Jobs running: {0}', formatted(state.running)) : '',
    state.spent ? t('Spent on generated files today: {0}', formatted(state.spent.today)) : '',
    state.spent ? t('Spent on generated files in this window: {0}', formatted(state.spent.session)) : '',
  ].filter(Boolean);
}

function formatted(amount: number): string {
  return amount.toLocaleString(vscode.env.language, { maximumFractionDigits: 2 });
}

/** The tooltip: text as text, and links to commands of ours alone. */
export function tooltipOf({ sentences, links }: StatusView): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString(undefined, true);
  tooltip.isTrusted = { enabledCommands };
  for (const sentence of sentences) tooltip.appendText(sentence).appendMarkdown('\n\n');
  const target = (link: Action): string => ('url' in link ? link.url : `command:${link.command}`);
  tooltip.appendMarkdown(links.map(link => `[${link.title}](${target(link)})`).join(' · '));
  return tooltip;
}

/** Owns the one status bar item. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem('rivya.credits', vscode.StatusBarAlignment.Right, 90);
  #drawn = '';

  constructor() {
    this.#item.name = vscode.l10n.t('Rivya Credits');
    this.#item.command = { command: 'rivya.showMenu', title: vscode.l10n.t('Show Menu') };
  }

  render(state: StatusState): void {
    const view = statusView(state);
    const drawn = JSON.stringify(view);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (!view) {
      this.#item.hide();
      return;
    }
    this.#item.text = view.text;
    this.#item.tooltip = tooltipOf(view);
    this.#item.accessibilityInformation = { label: view.sentences.join(' '), role: 'button' };
    this.#item.backgroundColor = view.warning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
