import * as vscode from 'vscode';
import { describeError, type Log } from '../../base/log.ts';
import { isSameAddress } from '../../core/places/addressKey.ts';
import { chargeOf } from '../../shared/charge.ts';
import type { Task } from '../../shared/task.ts';
import { flash } from '../messages/dialogs.ts';
import type { Action, Message } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { show } from '../messages/show.ts';
import type { Placed } from '../placement/resultWriter.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { creditsText } from '../text/taskText.ts';
import { showTasks } from './jobMessages.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Brings the paths of results onto the clipboard, together, where the person has asked for that. Before it is
 * said: a browser may refuse.
 */
export async function copyPaths(placed: readonly Placed[]): Promise<void> {
  const paths = placed.flatMap(each => each.paths ?? []);
  if (paths.length > 0) await vscode.env.clipboard.writeText(paths.join('\n'));
}

/**
 * Tells of a result that was placed: quietly when it is in sight, with a button when it is not.
 * @param words whether what the job has cost is news
 */
export function announcePlaced(
  log: Log,
  placed: Placed,
  words: 'withCharge' | 'withoutCharge' = 'withCharge',
): void {
  const { task, document, remark } = placed;
  const said = remark ?? placedText(placed);
  const text = words === 'withCharge' ? withCharge(said, task) : said;
  if (remark !== undefined) show('info', { text, actions: offersOf([placed]) }, log);
  else if (placed.hasNoDocument && document === undefined && words === 'withCharge')
    showBeside(log, placed, text);
  else if (document === undefined || isInSight(document)) flash(text, 'check', 6_000);
  else {
    const open = {
      title: l10n.t({ message: 'Open', comment: 'Button: opens the generated file' }),
      command: 'rivya.task.open',
      arguments: [task.id],
    } as const;
    show('info', { text, actions: [open] }, log);
  }
}

/** Opens a result that no document shows, and offers what is likely to come next. */
function showBeside(log: Log, { task, files }: Placed, text: string): void {
  const { t } = l10n;
  const [file] = files;
  const isEmpty = vscode.window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
  const viewColumn = isEmpty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
  if (file && vscode.window.state.focused) {
    vscode.commands
      .executeCommand('vscode.open', file, { viewColumn, preview: true, preserveFocus: true })
      .then(undefined, (error: unknown) => log.warn(`A result could not be shown. ${describeError(error)}`));
  }
  const actions: Action[] = [
    { title: t('Insert...'), command: 'rivya.task.insert', arguments: [task.id] },
    {
      title: t({ message: 'Another', comment: 'Button: makes another picture like this one' }),
      command: 'rivya.task.vary',
      arguments: [task.id],
    },
  ];
  show('info', { text, actions }, log);
}

/** The words for several results at once. */
export function severalPlaced(placed: readonly Placed[]): Message {
  const { t } = l10n;
  const charges = placed.flatMap(({ task }) => finalCharge(task) ?? []);
  const credits = creditsText(charges.reduce((sum, each) => sum + each, 0));
  const price = charges.length === placed.length ? credits : t('at least {0}', credits);
  const text =
    charges.length === 0
      ? t('{0} results ready.', placed.length)
      : t('{0} results ready ({1}).', placed.length, price);
  const remarks = new Set(placed.flatMap(({ remark }) => remark ?? []));
  return { text: [text, ...remarks].join(' '), actions: [...offersOf(placed), showTasks()] };
}

/** For those that nothing refers to: the person decides what happens to their clipboard and document. */
function offersOf(placed: readonly Placed[]): Action[] {
  const ids = placed.filter(({ lacksReference }) => lacksReference).map(({ task }) => task.id);
  if (ids.length === 0) return [];
  const { t } = l10n;
  return [
    { title: t('Insert Here'), command: 'rivya.task.insertReference', arguments: [ids[0], ids] },
    {
      title: t({ message: 'Copy', comment: 'Button: copies a reference to the generated file' }),
      command: 'rivya.task.copyReference',
      arguments: [ids[0], ids],
    },
  ];
}

/** What became of it. */
function placedText({ task, document, files }: Placed): string {
  const labels = mediaKindLabels(task.kind);
  const name = plain(files[0]?.path.split('/').at(-1) ?? '', 'value');
  return document === undefined ? labels.saved(name) : labels.inserted(name);
}

/** What the job has cost, before a text: the end of that may be cut off. */
function withCharge(text: string, task: Task): string {
  const credits = finalCharge(task);
  return credits === undefined || credits === 0 ? text : `${creditsText(credits)} · ${text}`;
}

/** What Rivya has charged in the end, where it has said so. */
function finalCharge(task: Task): number | undefined {
  const charge = chargeOf(task);
  return charge.kind === 'said' && charge.as === 'charge' ? charge.credits : undefined;
}

/** Whether the user has the document before their eyes. */
export function isInSight(document: vscode.Uri): boolean {
  return (
    vscode.window.state.focused &&
    vscode.window.visibleTextEditors.some(editor =>
      isSameAddress(editor.document.uri.toString(), document.toString()),
    )
  );
}
