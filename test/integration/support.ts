import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';

/** Time for something that must happen, in milliseconds; it only ends a test that hangs. */
const patience = 40_000;

/** Answers one dialog of VS Code's, as a person would; put back by `restore`. */
export class Answers {
  readonly #restore: (() => void)[] = [];
  /** Texts of all messages shown since. */
  readonly messages: string[] = [];
  /** The button to press, by message; the first that matches. */
  readonly #buttons: [RegExp, string][] = [];
  readonly #waiting: [RegExp, (text: string) => void][] = [];
  readonly #choices: Choice[] = [];

  constructor() {
    this.#replace('setStatusBarMessage', (text: string) => {
      this.#shown(text);
      return new vscode.Disposable(() => undefined);
    });
    for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
      this.#replace(name, async (text: string, ...rest: unknown[]) => {
        this.#shown(text);
        const button = this.#buttons.find(([pattern]) => pattern.test(text))?.[1];
        return Promise.resolve(rest.find(item => button !== undefined && titleOf(item) === button));
      });
    }
  }

  #shown(text: string): void {
    this.messages.push(text);
    for (const [pattern, resolve] of this.#waiting) if (pattern.test(text)) resolve(text);
  }

  press(message: RegExp, button: string): void {
    this.#buttons.push([message, button]);
  }

  input(value: string | undefined): void {
    this.#replace('showInputBox', () => Promise.resolve(value));
  }

  /** Answers one input box after the other. */
  inputs(...values: string[]): void {
    const left = [...values];
    this.#replace('showInputBox', () => Promise.resolve(left.shift()));
  }

  /** Ticks all rows that match, in pickers for several. */
  pickMany(label: RegExp): void {
    this.#replace('showQuickPick', async (items: unknown) =>
      ((await items) as vscode.QuickPickItem[]).filter(item => label.test(item.label)),
    );
  }

  /** Answers a picker by what it shows. */
  pickWith(choose: (items: readonly vscode.QuickPickItem[]) => vscode.QuickPickItem | undefined): void {
    this.#replace('showQuickPick', async (items: unknown) => choose((await items) as vscode.QuickPickItem[]));
  }

  /** The row to choose in each list that is shown from now on; of several such, the first that is there. */
  pick(label: RegExp): void {
    this.#choices.push({ label });
    this.#replace('createQuickPick', () => new AnsweredQuickPick(this.#choices));
    this.#replace('showQuickPick', async (items: unknown) => {
      const all = (await items) as vscode.QuickPickItem[];
      const found = all.find(item => label.test(item.label));
      assert.ok(found, `no item ${String(label)} among ${all.map(item => item.label).join(', ')}`);
      return found;
    });
  }

  /** The rows to choose in the lists that are shown next, one after the other; before all that `pick` says. */
  pickNext(...labels: readonly RegExp[]): void {
    this.#choices.unshift(...labels.map(label => ({ label, once: true })));
    this.#replace('createQuickPick', () => new AnsweredQuickPick(this.#choices));
  }

  /** Leaves the list that is shown after those of `pickNext`, as with Escape. */
  leaveNext(): void {
    const next = this.#choices.findIndex(choice => !choice.once);
    this.#choices.splice(next === -1 ? this.#choices.length : next, 0, { once: true, leave: true });
    this.#replace('createQuickPick', () => new AnsweredQuickPick(this.#choices));
  }

  /** What to type into each list that takes typed text, such as a prompt, and to accept. */
  type(text: string): void {
    this.#choices.push({ text });
    this.#replace('createQuickPick', () => new AnsweredQuickPick(this.#choices));
  }

  /** Resolves with the message that matches, shown before or after this call. */
  message(pattern: RegExp): Promise<string> {
    const shown = this.messages.find(text => pattern.test(text));
    if (shown !== undefined) return Promise.resolve(shown);
    return soon(
      `a message ${String(pattern)}; shown: ${this.messages.join(' | ')}`,
      new Promise(resolve => this.#waiting.push([pattern, resolve])),
    );
  }

  restore(): void {
    for (const restore of this.#restore.splice(0).reverse()) restore();
  }

  #replace(name: keyof typeof vscode.window, replacement: unknown): void {
    const window = vscode.window as unknown as Record<string, unknown>;
    const original = window[name];
    window[name] = replacement;
    this.#restore.push(() => {
      window[name] = original;
    });
  }
}

/** The text of a button, which may be an object; options have none. */
function titleOf(item: unknown): unknown {
  return typeof item === 'object' && item !== null && 'title' in item ? item.title : item;
}

interface Choice {
  readonly label?: RegExp;
  readonly once?: boolean;
  readonly leave?: boolean;
  readonly text?: string;
}

/** A list that answers itself as soon as it is shown and filled. */
class AnsweredQuickPick {
  readonly #choices: Choice[];
  readonly #accepted = new vscode.EventEmitter<void>();
  readonly #hidden = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #button = new vscode.EventEmitter<never>();
  readonly #active = new vscode.EventEmitter<readonly vscode.QuickPickItem[]>();
  readonly onDidChangeActive = this.#active.event;
  readonly onDidAccept = this.#accepted.event;
  readonly onDidHide = this.#hidden.event;
  readonly onDidChangeValue = this.#changed.event;
  readonly onDidTriggerItemButton = this.#button.event;
  readonly onDidTriggerButton = this.#button.event;
  value = '';
  activeItems: readonly vscode.QuickPickItem[] = [];
  selectedItems: readonly vscode.QuickPickItem[] = [];
  #items: readonly vscode.QuickPickItem[] = [];
  #isShown = false;
  #isAnswered = false;

  constructor(choices: Choice[]) {
    this.#choices = choices;
  }

  get items(): readonly vscode.QuickPickItem[] {
    return this.#items;
  }

  set items(items: readonly vscode.QuickPickItem[]) {
    this.#items = items;
    queueMicrotask(() => this.#answer());
  }

  show(): void {
    this.#isShown = true;
    queueMicrotask(() => this.#answer());
  }

  hide(): void {
    this.#hidden.fire();
  }

  dispose(): void {
    this.#isShown = false;
  }

  #answer(): void {
    if (!this.#isShown || this.#isAnswered) return;
    const rows = this.#items.filter(item => item.kind !== vscode.QuickPickItemKind.Separator);
    for (const choice of this.#choices) {
      const { label, once, leave } = choice;
      if (leave && rows.length > 0) {
        this.#choices.splice(this.#choices.indexOf(choice), 1);
        this.#isAnswered = true;
        this.hide();
        return;
      }
      const row = label && rows.find(item => label.test(item.label.replace(/\$\([\w~-]+\) /g, '')));
      if (row) {
        if (once) this.#choices.splice(this.#choices.indexOf(choice), 1);
        this.#accept(row);
        return;
      }
      // In their order: what comes later is for a later list.
      if (once) break;
    }
    const text = this.#choices.find(choice => choice.text !== undefined)?.text;
    if (text === undefined) return;
    this.value = text;
    this.#changed.fire(text);
    this.#active.fire(this.activeItems);
    const [typed] = this.activeItems;
    if (typed) this.#accept(typed);
  }

  #accept(row: vscode.QuickPickItem): void {
    this.#isAnswered = true;
    this.selectedItems = [row];
    this.#accepted.fire();
  }
}

/** A workspace with the sandbox behind it: the base URL points there, the key is set, Z-Image is the default model. */
export class Scene {
  readonly sandbox: Sandbox;
  readonly answers: Answers;

  private constructor(sandbox: Sandbox, answers: Answers) {
    this.sandbox = sandbox;
    this.answers = answers;
  }

  static async open(options: { key?: string | undefined; model?: string } = {}): Promise<Scene> {
    const sandbox = await startSandbox({ taskDurationMs: 0 });
    const scene = new Scene(sandbox, new Answers());
    await configure('baseUrl', sandbox.url);
    await configure('defaultModel.image', options.model ?? 'z-image');
    const key = 'key' in options ? options.key : sandbox.apiKey;
    if (key !== undefined) {
      scene.answers.input(key);
      await vscode.commands.executeCommand('rivya.account.setKey');
      await scene.answers.message(/verified and stored/);
      scene.answers.messages.length = 0;
    }
    return scene;
  }

  async close(): Promise<void> {
    this.answers.restore();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const setting of [
      'baseUrl',
      'defaultModel.image',
      'defaultModel.video',
      'defaultModel.audio',
      'insert.placement',
      'output.directory',
      'output.fileName',
      'output.publicRoots',
      'credits.confirmAbove',
      'webhooks.receiverPort',
    ]) {
      await configure(setting, undefined);
    }
    await this.sandbox.close();
  }
}

export async function configure(setting: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('rivya').update(setting, value, vscode.ConfigurationTarget.Global);
}

export function workspaceFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return folder.uri;
}

/** Writes a file in a folder of its own below the workspace folder and opens it in an editor. */
export async function openDocument(text: string, name = 'article.md'): Promise<vscode.TextEditor> {
  const folder = await mkdtemp(path.join(workspaceFolder().fsPath, 'case-'));
  const uri = vscode.Uri.file(path.join(folder, name));
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  return vscode.window.showTextDocument(uri);
}

export async function removeFolder(uri: vscode.Uri): Promise<void> {
  await rm(path.dirname(uri.fsPath), { recursive: true, force: true });
}

export function select(editor: vscode.TextEditor, text: string): void {
  const start = editor.document.getText().indexOf(text);
  assert.notEqual(start, -1, `"${text}" is not in the document`);
  const { document } = editor;
  editor.selection = new vscode.Selection(
    document.positionAt(start),
    document.positionAt(start + text.length),
  );
}

/** Resolves when the document fulfils the condition, now or after an edit. */
export function textOf(document: vscode.TextDocument, condition: (text: string) => boolean): Promise<string> {
  return soon(
    `the text; it is: ${document.getText()}`,
    new Promise(resolve => {
      const look = (): boolean => {
        if (!condition(document.getText())) return false;
        subscription.dispose();
        resolve(document.getText());
        return true;
      };
      const subscription = vscode.workspace.onDidChangeTextDocument(
        event => event.document === document && look(),
      );
      look();
    }),
  );
}

/** Resolves when a file appears under the folder. */
export async function filesIn(folder: vscode.Uri): Promise<string[]> {
  try {
    return (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return [];
    throw error;
  }
}

/** Resolves when the condition holds, for what tells nobody when it changes. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const look = setInterval(() => condition() && resolve(undefined), 20);
  try {
    await soon(what, promise);
  } finally {
    clearInterval(look);
  }
}

export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited in vain for ${what}`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
