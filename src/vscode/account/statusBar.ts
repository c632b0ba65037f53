import * as vscode from 'vscode';
import type { BalanceState } from '../../core/credits/balance.ts';
import type { CommandId } from '../manifest/ids.ts';
import { sandboxLostMessage } from '../host/currentServer.ts';
import { actions, type Action, type Message } from '../messages/message.ts';
import { drawnText, joinDrawn, plain, type Drawn } from '../messages/plain.ts';
import { createStatusItem, drawStatusItem } from '../messages/statusItem.ts';
import { actionTooltip } from '../messages/tooltip.ts';
import { l10n } from '../text/l10n.ts';

/** All that the status bar depends on. */
export interface StatusState {
  readonly account: 'unknown' | 'none' | 'ready';
  readonly sandbox: boolean;
  /** The sandbox has ended by itself, and nothing is sent until the person has chosen. */
  readonly sandboxLost: boolean;
  /** The server in force; only in a remote window, where settings of this computer may not count. */
  readonly remoteServer: string | undefined;
  readonly balance: BalanceState;
  /** What the last look at the balance failed with, in words; undefined until they are loaded. */
  readonly problem: Message | undefined;
  readonly lowBalance: number;
  /** Jobs that run, of all windows. */
  readonly running: number;
  /** Results that wait to be inserted. */
  readonly ready: number;
  /**
   * What Rivya has named for the jobs at this server, in credits; with `isMore`, jobs of today whose credits
   * nobody knows come on top. Undefined while the ledger is not open.
   */
  readonly spent:
    | {
        readonly today: number;
        readonly session: number;
        readonly isMore: boolean;
        /** By agents today, and what is under way for them may cost. */
        readonly agents: number;
      }
    | undefined;
}

/** What the status bar shows. */
export interface StatusView {
  readonly text: Drawn;
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
  'rivya.doctor',
  'rivya.showLog',
];

/** The status bar as a pure function of the state; undefined while there is nothing to say. */
export function statusView(state: StatusState): StatusView | undefined {
  const { t } = l10n;
  if (state.account === 'unknown') return undefined;
  const to = actions();
  if (state.sandboxLost) {
    const { text, actions: links } = sandboxLostMessage();
    return { text: drawnText(t('Sandbox stopped'), 'warning'), sentences: [text], links, warning: true };
  }
  if (state.account === 'none') {
    return {
      text: drawnText(t('Rivya'), 'key'),
      sentences: [t('No Rivya API key is set.')],
      links: [to.setKey, to.sandbox],
      warning: false,
    };
  }
  const refresh = { title: t('Refresh'), command: 'rivya.credits.refresh' } as const;
  const links = state.sandbox
    ? [refresh, { title: t('Stop Sandbox'), command: 'rivya.sandbox.stop' } as const]
    : [refresh, ...(isLow(state) ? [to.credits] : []), to.dashboard];
  return {
    text: joinDrawn([runningText(state), drawnText(placeText(state), iconOf(state))]),
    sentences: sentencesOf(state),
    links: [...links, ...remedies(state, links)],
    warning: isLow(state),
  };
}

/** What the words about the last failure offer beside that, as far as a tooltip can do it. */
function remedies({ balance, problem }: StatusState, links: readonly Action[]): Action[] {
  if (balance.problem === undefined) return [];
  const offered = new Set(links.map(({ title }) => title));
  return (problem?.actions ?? []).filter(
    action =>
      !offered.has(action.title) &&
      ('url' in action || enabledCommands.some(command => command === action.command)),
  );
}

function isLow({ balance: { credits }, lowBalance }: StatusState): boolean {
  return credits !== undefined && credits < lowBalance;
}

function runningText({ running }: StatusState): Drawn {
  return running > 0 ? drawnText(formatted(running), 'loading~spin') : drawnText('');
}

function iconOf(state: StatusState): string {
  const { checking, problem, offline } = state.balance;
  if (offline) return 'debug-disconnect';
  // The colour alone would not tell everybody.
  if (problem !== undefined || isLow(state)) return 'warning';
  // One thing that turns is enough; and an icon keeps the number of jobs apart from the credits.
  return checking && state.running === 0 ? 'loading~spin' : 'sparkle';
}

function placeText({ sandbox, balance: { credits } }: StatusState): string {
  const { t } = l10n;
  const amount = credits === undefined ? '' : inCredits(credits);
  return [sandbox ? t('Sandbox') : t('Rivya'), amount].filter(Boolean).join(' ');
}

function sentencesOf(state: StatusState): string[] {
  const { t } = l10n;
  const { credits, offline } = state.balance;
  return [
    state.sandbox ? t('Local Rivya sandbox. Nothing is sent to the network, and nothing is charged.') : '',
    credits === undefined
      ? t("The balance isn't available yet.")
      : t('Rivya credits: {0}', formatted(credits)),
    isLow(state) ? t('Low balance.') : '',
    state.remoteServer === undefined || state.sandbox
      ? ''
      : t('Server in this remote window: {0}', plain(state.remoteServer, 'value')),
    problemText(state),
    offline && state.running > 0 ? t('Running tasks are saved and continue automatically.') : '',
    ...countTexts(state),
    state.spent ? t('Spent on generated files today: {0}', inCredits(state.spent.today)) : '',
    state.spent && state.spent.agents > 0 ? t('By agents today: {0}', inCredits(state.spent.agents)) : '',
    state.spent?.isMore === true ? t("The credits of some of today's tasks aren't known.") : '',
    state.spent ? t('Spent since this window opened: {0}', inCredits(state.spent.session)) : '',
  ].filter(Boolean);
}

/** How many jobs run, and how many results wait for the person, where there are any. */
export function countTexts({ running, ready }: Pick<StatusState, 'running' | 'ready'>): string[] {
  const { t } = l10n;
  return [
    running > 0 ? t('Running tasks: {0}', formatted(running)) : '',
    ready > 0 ? t('Ready to insert: {0}', formatted(ready)) : '',
  ].filter(Boolean);
}

/** Why the last look failed, as messages say it elsewhere. */
function problemText({ balance, problem }: StatusState): string {
  const { t } = l10n;
  if (balance.problem === undefined) return '';
  if (balance.offline) return problem?.text ?? t("Rivya can't be reached right now.");
  return problem ? t("Couldn't update the balance: {0}", problem.text) : '';
}

function inCredits(amount: number): string {
  const { t } = l10n;
  return amount === 1 ? t('1 credit') : t('{0} credits', formatted(amount));
}

function formatted(amount: number): string {
  return amount.toLocaleString(l10n.language, { maximumFractionDigits: 2 });
}

/** The tooltip: text as text, and links to commands of ours alone. */
export function statusTooltip({ sentences, links }: StatusView): vscode.MarkdownString {
  return actionTooltip([{ lines: sentences, links }], enabledCommands);
}

/** Owns the one status bar item. */
export class StatusBar implements vscode.Disposable {
  readonly #item = createStatusItem('rivya.credits', 90);
  #drawn = '';

  constructor() {
    this.#item.name = l10n.t('Rivya Credits');
    this.#item.command = { command: 'rivya.showMenu', title: l10n.t('Show Rivya Menu') };
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
    drawStatusItem(this.#item, {
      text: view.text,
      tooltip: statusTooltip(view),
      accessibleLabel: view.sentences.join(' '),
    });
    this.#item.backgroundColor = view.warning
      ? new vscode.ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}
