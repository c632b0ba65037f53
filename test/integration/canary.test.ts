import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openDocument, removeFolder, Scene, select, soon, textOf, workspaceFolder } from './support.ts';

const extension = vscode.extensions.getExtension<{ context: vscode.ExtensionContext }>('rivya.rivya');
assert.ok(extension);
const { commands } = (extension.packageJSON as { contributes: { commands: { command: string }[] } })
  .contributes;

/** One of the documented shape, and one that only its text can tell. */
const canaries = ['rvya_sk_canary_4d1f0c7b9e', 'canary/KEY+of-no-known:shape'];
const sentence = 'A yellow bird in a small cage.';

/** What the commands asked for and showed, and every window of theirs is left at once. */
class LeavingUser {
  readonly #restore: (() => void)[] = [];
  readonly said: string[] = [];

  constructor() {
    for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
      this.#replace(vscode.window, name, (...values: unknown[]) => this.#note(values));
    }
    this.#replace(vscode.window, 'setStatusBarMessage', (...values: unknown[]) => {
      void this.#note(values);
      return new vscode.Disposable(() => undefined);
    });
    this.#replace(vscode.window, 'showInputBox', (options: unknown) => this.#note([options]));
    this.#replace(vscode.window, 'showQuickPick', async (items: unknown, options: unknown) =>
      this.#note([await items, options]),
    );
    for (const name of ['showOpenDialog', 'showSaveDialog'] as const) {
      this.#replace(vscode.window, name, (options: unknown) => this.#note([options]));
    }
    this.#replace(vscode.env, 'openExternal', (uri: unknown) => this.#note([uri]));
    this.#leaveAtOnce('createQuickPick');
    this.#leaveAtOnce('createInputBox');
  }

  restore(): void {
    for (const restore of this.#restore.splice(0).reverse()) restore();
  }

  #note(values: unknown[]): Promise<undefined> {
    this.said.push(
      JSON.stringify(values, (_key, value: unknown) => (typeof value === 'function' ? '' : value)),
    );
    return Promise.resolve(undefined);
  }

  #leaveAtOnce(name: 'createQuickPick' | 'createInputBox'): void {
    const create = vscode.window[name].bind(vscode.window) as () => vscode.QuickInput;
    this.#replace(vscode.window, name, () => {
      const input = create();
      const show = input.show.bind(input);
      input.show = () => {
        show();
        void this.#note([
          input.title,
          'items' in input ? input.items : '',
          'value' in input ? input.value : '',
        ]);
        queueMicrotask(() => input.hide());
      };
      return input;
    });
  }

  #replace(owner: object, name: string, replacement: unknown): void {
    const names = owner as Record<string, unknown>;
    const original = names[name];
    names[name] = replacement;
    this.#restore.push(() => {
      names[name] = original;
    });
  }
}

function contentsBelow(folder: string): [file: string, content: Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name))
    .map(file => [file, readFileSync(file)]);
}

describe('the key', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  let user: LeavingUser | undefined;

  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
    editor = await openDocument(`${sentence}\n`);
    select(editor, sentence);
  });

  afterEach(async () => {
    user?.restore();
    user = undefined;
    await vscode.commands.executeCommand('rivya.sandbox.stop');
    await vscode.commands.executeCommand('rivya.account.removeKey');
    await scene.close();
    await removeFolder(editor.document.uri);
    // Some command has made a manifest.
    await rm(path.join(workspaceFolder().fsPath, 'rivya.assets.yaml'), { force: true });
  });

  for (const canary of canaries) {
    it(`shows nowhere, whatever command runs (${canary})`, async function () {
      this.timeout(180_000);
      assert.ok(extension);
      const { context } = await extension.activate();
      scene.sandbox.control.addKey({ key: canary });
      scene.answers.input(canary);
      await vscode.commands.executeCommand('rivya.account.setKey');
      await scene.answers.message(/verified and stored/);
      assert.equal(await context.secrets.get(`rivya.apiKey:${scene.sandbox.url}`), canary);
      await vscode.commands.executeCommand('rivya.generate.fromSelection');
      await textOf(editor.document, text => text.includes('!['));
      // A server that gives the key back in its errors, as a careless gateway does.
      scene.sandbox.control.addFault({
        path: '/api/v1/credits',
        times: 'always',
        action: {
          type: 'body',
          status: 500,
          body: `Bearer ${canary} is not welcome`,
          contentType: 'text/plain',
        },
      });

      user = new LeavingUser();
      const places: string[] = [];
      const last = ['rivya.account.removeKey', 'rivya.sandbox.start', 'rivya.sandbox.stop'];
      const order = commands.map(each => each.command).filter(each => !last.includes(each));
      for (const command of [...order, ...last.slice(1), 'rivya.account.removeKey']) {
        await soon(command, Promise.resolve(vscode.commands.executeCommand(command)));
        places.push(`${command}: ${await vscode.env.clipboard.readText()}`);
      }
      await vscode.commands.executeCommand('rivya.showLog');

      const secretless = (text: string): string => text.replaceAll('\\', '');
      const memento = (state: vscode.Memento): string =>
        JSON.stringify(state.keys().map(key => [key, state.get(key)]));
      places.push(
        ...scene.answers.messages,
        ...user.said,
        ...vscode.workspace.textDocuments.map(
          document => `${document.uri.toString()}: ${document.getText()}`,
        ),
        `globalState: ${memento(context.globalState)}`,
        `workspaceState: ${memento(context.workspaceState)}`,
        JSON.stringify(vscode.workspace.getConfiguration('rivya')),
      );
      assert.deepEqual(
        places.filter(place => secretless(place).includes(canary)),
        [],
      );
      const files = [
        ...contentsBelow(context.globalStorageUri.fsPath),
        ...contentsBelow(path.dirname(context.logUri.fsPath)),
      ];
      // The places that were looked at are the right ones.
      assert.ok(user.said.length > 10);
      assert.ok(files.some(([file]) => file.endsWith('ledger.sqlite')));
      assert.ok(
        files.some(([file, content]) => file.endsWith('.log') && content.includes('/api/v1/credits')),
      );
      assert.deepEqual(
        files.filter(([, content]) => content.includes(canary)).map(([file]) => file),
        [],
      );
    });
  }
});
