import * as vscode from 'vscode';
import { wantsNotifications } from '../manifest/settings.ts';
import { drawnText, plain } from './plain.ts';

/** How urgent a message is. */
export type Severity = 'info' | 'warning' | 'error';

/** What makes a dialog of a message, which stands in the way until it is answered. */
export interface ModalOptions {
  /** Each on a line of its own; empty ones are left out. */
  readonly detail: readonly string[];
  /** A button in place of *Cancel*, for what can no longer be cancelled. */
  readonly close?: string;
}

/**
 * Shows a message with buttons and waits for the answer; undefined when the person closes it. A notification
 * may stand for ever.
 */
export async function ask(
  severity: Severity,
  text: string,
  buttons: readonly string[],
  modal?: ModalOptions,
): Promise<string | undefined> {
  const display = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[severity];
  const items = buttons.map((title): vscode.MessageItem => ({ title: plain(title, 'label') }));
  const shown = plain(text, 'message');
  if (!modal) return buttons[items.indexOf((await display(shown, ...items)) ?? none)];
  const { detail, close } = modal;
  const lines = detail.map(each => plain(each, 'paragraph')).filter(Boolean);
  const options = { modal: true, ...(lines.length > 0 && { detail: lines.join('\n') }) };
  const closing = close === undefined ? [] : [{ title: plain(close, 'label'), isCloseAffordance: true }];
  return buttons[items.indexOf((await display(shown, options, ...items, ...closing)) ?? none)];
}

/** The answer of a person who has pressed no button. */
const none: vscode.MessageItem = { title: '' };

/** Says something that needs no answer. */
export function inform(text: string): void {
  void ask('info', text, []);
}

/**
 * Shows a few words in the status bar, or in a notification for those who want that.
 * @param icon the id of a codicon
 * @param time in milliseconds
 */
export function flash(text: string, icon: string | undefined, time: number): void {
  if (wantsNotifications()) inform(text);
  else vscode.window.setStatusBarMessage(drawnText(text, icon, 'title'), time);
}

/** What is asked for in an input box; see `vscode.InputBoxOptions`. */
export interface TextOptions {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder?: string;
  /** What stands in the box at first; taken as it is. */
  readonly value?: string;
  readonly password?: boolean;
  /** Says what is wrong with a value, or gives a hint; undefined when there is nothing to say. */
  readonly validate?: (value: string) => string | vscode.InputBoxValidationMessage | undefined;
}

/** Asks for a line of text, also while the person looks elsewhere; undefined when they leave it. */
export function askText(options: TextOptions): Thenable<string | undefined> {
  const { title, prompt, placeholder, validate, ...rest } = options;
  return vscode.window.showInputBox({
    ...rest,
    title: plain(title, 'title'),
    prompt: plain(prompt, 'detail'),
    ...(placeholder !== undefined && { placeHolder: plain(placeholder, 'title') }),
    ignoreFocusOut: true,
    validateInput: value => {
      const found = validate?.(value);
      if (found === undefined) return undefined;
      return typeof found === 'string'
        ? plain(found, 'detail')
        : { ...found, message: plain(found.message, 'detail') };
    },
  });
}

/** Lets the person choose files; undefined when they leave it. */
export function askFiles(options: vscode.OpenDialogOptions): Thenable<vscode.Uri[] | undefined> {
  return vscode.window.showOpenDialog(worded(options));
}

/** Lets the person choose where to save; undefined when they leave it. */
export function askTarget(options: vscode.SaveDialogOptions): Thenable<vscode.Uri | undefined> {
  return vscode.window.showSaveDialog(worded(options));
}

/** Lets the person choose one of the open folders; undefined when they leave it. */
export function askFolder(placeHolder: string): Thenable<vscode.WorkspaceFolder | undefined> {
  return vscode.window.showWorkspaceFolderPick({ placeHolder: plain(placeHolder, 'title') });
}

function worded<Options extends { readonly title?: string }>(options: Options): Options {
  return options.title === undefined ? options : { ...options, title: plain(options.title, 'title') };
}
