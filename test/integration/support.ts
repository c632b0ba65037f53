import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { ledgerPath } from '../../src/core/tasks/storagePaths.ts';
import type { TestAccess } from '../../src/extension.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { isRunningState, type Task } from '../../src/shared/task.ts';

/** Time for something that must happen, in milliseconds; it only ends a test that hangs. */
const patience = 40_000;
/** What tells nobody when it changes is looked at so often, in milliseconds. */
const lookMs = 20;

/** Of the scene that is open, to be told at a failure. */
let shownMessages: readonly string[] = [];

/** Answers one dialog of VS Code's, as a person would; put back by `restore`. */
export class Answers {
  readonly #restore: (() => void)[] = [];
  /** Texts of all messages shown since. */
  readonly messages: string[] = [];
  /** What modal ones say below their question. */
  readonly details: string[] = [];
  /** Titles of all progresses shown since, in the status bar and in notifications. */
  readonly progresses: Record<'statusBar' | 'notification', string[]> = { statusBar: [], notification: [] };
  /** The button to press, by message; the first that matches. */
  readonly #buttons: [message: RegExp, button: string, before: () => void][] = [];
  readonly #waiting: [RegExp, (text: string) => void][] = [];
  readonly #choices: Choice[] = [];
  readonly #progressTokens: vscode.CancellationTokenSource[] = [];

  constructor() {
    shownMessages = this.messages;
    this.#catchProgress();
    this.#replace('setStatusBarMessage', (text: string) => {
      this.#shown(text);
      return new vscode.Disposable(() => undefined);
    });
    for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
      this.#replace(name, async (text: string, ...rest: unknown[]) => {
        const [options] = rest;
        if (typeof options === 'object' && options !== null && 'detail' in options)
          this.details.push(String(options.detail));
        this.#shown(text);
        const [, button, before] = this.#buttons.find(([pattern]) => pattern.test(text)) ?? [];
        before?.();
        return Promise.resolve(rest.find(item => button !== undefined && titleOf(item) === button));
      });
    }
  }

  /** Presses *Cancel* on all progresses shown so far. */
  cancelProgresses(): void {
    for (const source of this.#progressTokens) source.cancel();
  }

  #catchProgress(): void {
    const show = vscode.window.withProgress;
    type Work = Parameters<typeof show>[1];
    this.#replace('withProgress', (options: vscode.ProgressOptions, work: Work) => {
      const isNotification = options.location === vscode.ProgressLocation.Notification;
      this.progresses[isNotification ? 'notification' : 'statusBar'].push(options.title ?? '');
      const source = new vscode.CancellationTokenSource();
      this.#progressTokens.push(source);
      return show(options, progress => work(progress, source.token));
    });
  }

  #shown(text: string): void {
    this.messages.push(text);
    for (const [pattern, resolve] of this.#waiting) if (pattern.test(text)) resolve(text);
  }

  /** @param before what happens while the question stands */
  press(message: RegExp, button: string, before: () => void = () => undefined): void {
    this.#buttons.push([message, button, before]);
  }

  /** @param before what happens when a document is about to be shown */
  beforeShowing(document: vscode.TextDocument, before: () => void): void {
    const show = vscode.window.showTextDocument;
    this.#replace('showTextDocument', (shown: unknown, ...rest: [vscode.TextDocumentShowOptions]) => {
      if (shown === document) before();
      return show(shown as vscode.TextDocument, ...rest);
    });
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
    this.#choices.push({ label, many: true });
    this.#replace('createQuickPick', () => new AnsweredQuickPick(this.#choices));
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
      const found = all.find(item => label.test(withoutIcons(item)));
      assert.ok(found, `no item ${String(label)} among ${all.map(item => item.label).join(', ')}`);
      return found;
    });
  }

  /**
   * The rows to choose in the lists that are shown next, one after the other; before all that `pick` says.
   */
  pickNext(...labels: readonly RegExp[]): void {
    this.#choices.unshift(...labels.map(label => ({ label, once: true })));
    this.#replace('createQuickPick', () => new AnsweredQuickPick(this.#choices));
  }

  /**
   * Leaves the list that is shown after those of `pickNext`, as with Escape.
   * @param label of a row that is waited for
   * @param before what is waited for after that; may go to other rows
   */
  leaveNext(label = /^/, before: (goTo: GoTo) => Promise<unknown> = () => Promise.resolve()): void {
    const next = this.#choices.findIndex(choice => !choice.once);
    const leave = { once: true, leave: before, label };
    this.#choices.splice(next === -1 ? this.#choices.length : next, 0, leave);
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
      () => `a message ${String(pattern)}; shown: ${this.messages.join(' | ')}`,
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

/** As the arrow keys do. */
type GoTo = (label: RegExp) => void;

interface Choice {
  readonly label?: RegExp;
  readonly once?: boolean;
  /** Whether it is about lists in which rows are ticked, and stands for all of them that match. */
  readonly many?: boolean;
  /** Comes before the list is left. */
  readonly leave?: (goTo: GoTo) => Promise<unknown>;
  readonly text?: string;
}

function withoutIcons({ label }: vscode.QuickPickItem): string {
  return label.replace(/\$\([\w~-]+\) /g, '');
}

/** A list that answers itself as soon as it is shown and filled. */
class AnsweredQuickPick {
  readonly #choices: Choice[];
  readonly #accepted = new vscode.EventEmitter<void>();
  readonly #hidden = new vscode.EventEmitter<void>();
  readonly #changed = new vscode.EventEmitter<string>();
  readonly #button = new vscode.EventEmitter<never>();
  readonly #active = new vscode.EventEmitter<readonly vscode.QuickPickItem[]>();
  readonly #selected = new vscode.EventEmitter<readonly vscode.QuickPickItem[]>();
  readonly onDidChangeActive = this.#active.event;
  readonly onDidChangeSelection = this.#selected.event;
  readonly onDidAccept = this.#accepted.event;
  readonly onDidHide = this.#hidden.event;
  readonly onDidChangeValue = this.#changed.event;
  readonly onDidTriggerItemButton = this.#button.event;
  readonly onDidTriggerButton = this.#button.event;
  value = '';
  canSelectMany = false;
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
      const { label, once, leave, many = false } = choice;
      if (many !== this.canSelectMany && !leave) continue;
      if (many) {
        this.#isAnswered = true;
        this.selectedItems = rows.filter(item => label?.test(withoutIcons(item)));
        this.#selected.fire(this.selectedItems);
        this.#accepted.fire();
        return;
      }
      if (leave && rows.some(item => label?.test(withoutIcons(item)))) {
        this.#choices.splice(this.#choices.indexOf(choice), 1);
        this.#isAnswered = true;
        void leave(there => this.#goTo(there)).finally(() => this.hide());
        return;
      }
      const row = !leave && label && rows.find(item => label.test(withoutIcons(item)));
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

  #goTo(label: RegExp): void {
    this.activeItems = this.#items.filter(item => label.test(withoutIcons(item)));
    this.#active.fire(this.activeItems);
  }

  #accept(row: vscode.QuickPickItem): void {
    this.#isAnswered = true;
    this.selectedItems = [row];
    this.#accepted.fire();
  }
}

export interface SceneOptions {
  readonly key?: string | undefined;
  readonly model?: string;
  /** What goes wrong from the beginning. */
  readonly fault?: Parameters<Sandbox['control']['addFault']>[0];
}

const sceneModel = 'z-image';

/** The files of a window share it, each of which is bundled by itself. */
const shared = globalThis as { sandboxUrls?: Set<string> };

/**
 * Starts a sandbox at an address that no other one had in this window, which remembers tasks by address. The
 * system gives a port again after some hundred others.
 */
async function startSandboxElsewhere(): Promise<Sandbox> {
  const used = (shared.sandboxUrls ??= new Set());
  const sandbox = await startSandbox({ taskDurationMs: 0 });
  if (!used.has(sandbox.url)) {
    used.add(sandbox.url);
    return sandbox;
  }
  const other = await startSandboxElsewhere();
  await sandbox.close();
  return other;
}

/**
 * A workspace with the sandbox behind it: the base URL points there, the key is set, Z-Image is the default
 * model.
 */
export class Scene {
  readonly sandbox: Sandbox;
  readonly answers: Answers;

  private constructor(sandbox: Sandbox, answers: Answers) {
    this.sandbox = sandbox;
    this.answers = answers;
  }

  static async open(options: SceneOptions = {}): Promise<Scene> {
    useWindow();
    const sandbox = await startSandboxElsewhere();
    if (options.fault) sandbox.control.addFault(options.fault);
    const scene = new Scene(sandbox, new Answers());
    await configure('baseUrl', sandbox.url);
    const model = options.model ?? sceneModel;
    if (userValue('defaultModel.image') !== model) await configure('defaultModel.image', model);
    const key = 'key' in options ? options.key : sandbox.apiKey;
    if (key !== undefined) {
      scene.answers.input(key);
      await vscode.commands.executeCommand('rivya.account.setKey');
      await scene.answers.message(/verified and stored/);
      scene.answers.messages.length = 0;
      scene.answers.progresses.notification.length = 0;
    }
    return scene;
  }

  /** Ends with a window in which nothing is left of the scene, so that the next test cannot hear of it. */
  async close(): Promise<void> {
    const { context } = await testAccess();
    await resetWindow();
    await context.secrets.delete(`rivya.apiKey:${this.sandbox.url}`);
    await untilIdle();
    this.answers.restore();
    await this.sandbox.close();
  }
}

/** What the extension shows to its tests. */
export async function testAccess(): Promise<TestAccess> {
  const extension = vscode.extensions.getExtension<TestAccess>('rivya.rivya');
  assert.ok(extension);
  return extension.activate();
}

/** What must not be in sight: a view or a chat that is shown asks for the models by itself. */
const hidingCommands = [
  'workbench.action.closeAllEditors',
  'workbench.action.closeSidebar',
  'workbench.action.closeAuxiliaryBar',
  'workbench.action.closePanel',
];

/** Whether nothing was done in the window since it was reset; that takes a second. */
let isReset = false;

/** To be called before anything is done in the window. */
export function useWindow(): void {
  isReset = false;
}

/** Of the user's settings. */
function userValue(setting: string): unknown {
  return vscode.workspace.getConfiguration('rivya').inspect(setting)?.globalValue;
}

/** Each change of a setting takes a quarter of a second, so what every scene sets stays for the next. */
function isOfScene(setting: string, value: unknown): boolean {
  return setting === 'rivya.baseUrl' || (setting === 'rivya.defaultModel.image' && value === sceneModel);
}

/**
 * Closes all editors and views of ours, brings every setting of the extension back, forgets agents, and
 * waits until all that was under way has ended.
 */
export async function resetWindow(): Promise<void> {
  if (isReset) return;
  for (const command of hidingCommands) await vscode.commands.executeCommand(command);
  const { context } = await testAccess();
  forgetAgents(context);
  const { contributes } = context.extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  const configuration = vscode.workspace.getConfiguration();
  for (const setting of Object.keys(contributes.configuration.properties)) {
    const values = configuration.inspect(setting);
    for (const [value, target] of [
      [values?.globalValue, vscode.ConfigurationTarget.Global],
      [values?.workspaceValue, vscode.ConfigurationTarget.Workspace],
    ] as const) {
      if (value === undefined) continue;
      if (target === vscode.ConfigurationTarget.Global && isOfScene(setting, value)) continue;
      await configuration.update(setting, undefined, target);
    }
    // `inspect` takes a `null` of the user's for nothing.
    if (configuration.get(setting) === null && values?.defaultValue !== null)
      await configuration.update(setting, undefined, vscode.ConfigurationTarget.Global);
  }
  await untilIdle();
  isReset = true;
}

/** Somebody may have stopped them until midnight, and what they spent counts for a day. */
function forgetAgents({ globalStorageUri }: vscode.ExtensionContext): void {
  const file = ledgerPath(globalStorageUri.fsPath);
  if (!existsSync(file)) return;
  // As another window has it.
  const { ledger } = Ledger.open(file);
  ledger.agents.goOn();
  ledger.agents.forget(Date.now() + 1);
  ledger.dispose();
}

async function untilIdle(): Promise<void> {
  const { isIdle } = await testAccess();
  await until('the end of all that was under way', isIdle);
}

export async function configure(setting: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('rivya').update(setting, value, vscode.ConfigurationTarget.Global);
}

/** Nobody waits for these jobs any more, as far as they go on. */
export async function stopWaiting(tasks: readonly Task[]): Promise<void> {
  const ids = tasks
    .filter(({ tracked, state, hold }) => tracked && isRunningState(state) && !hold)
    .map(({ id }) => id);
  if (ids.length > 0) await vscode.commands.executeCommand('rivya.task.stopTracking', ids[0], ids);
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
  await rm(path.dirname(uri.fsPath), { recursive: true, force: true, maxRetries: 5 });
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
    () => `the text; it is: ${document.getText()}\nShown: ${shownMessages.join(' | ')}`,
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
  const look = setInterval(() => condition() && resolve(undefined), lookMs);
  try {
    await soon(what, promise);
  } finally {
    clearInterval(look);
  }
}

/**
 * As `until`, for what only a look at the disk or the editor tells.
 * @returns what was found
 */
export async function sooner<T>(
  what: string,
  look: () => T | PromiseLike<T>,
  isRight: (found: T) => boolean = Boolean,
): Promise<T> {
  const right = Promise.withResolvers<T>();
  let isOver = false;
  const again = async (): Promise<void> => {
    while (!isOver) {
      try {
        const found = await look();
        if (isRight(found)) {
          right.resolve(found);
          return;
        }
      } catch (error) {
        // VS Code gives a look up while extensions start and documents change.
        if (!(error instanceof Error && error.name === 'Canceled')) throw error;
      }
      await delay(lookMs);
    }
  };
  again().catch(right.reject);
  try {
    return await soon(what, right.promise);
  } finally {
    isOver = true;
  }
}

export async function soon<T>(what: string | (() => string), promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    const late = (): Error => new Error(`Waited in vain for ${typeof what === 'string' ? what : what()}`);
    timer = setTimeout(() => reject(late()), patience);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}
