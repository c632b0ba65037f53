import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  select,
  textOf,
  workspaceFolder,
  type SceneOptions,
} from './support.ts';

const sentence = 'A quiet harbour at dawn.';
const article = `# Morning\n\n${sentence}\n\nThe end.\n`;
const reference = /!\[.*\]\(.+\)/;

/** What must hold whatever goes wrong: the document is untouched, and nothing was paid for. */
describe('a generation that cannot start', () => {
  let scene: Scene;
  let editor: vscode.TextEditor | undefined;

  afterEach(async () => {
    await vscode.commands.executeCommand('rivya.account.removeKey');
    await scene.close();
    if (editor && !editor.document.isUntitled) await removeFolder(editor.document.uri);
    editor = undefined;
  });

  async function attempt(options: SceneOptions = {}, text = article): Promise<void> {
    scene = await Scene.open(options);
    editor = await openDocument(text);
    if (text.includes(sentence)) select(editor, sentence);
  }

  async function refused(pattern: RegExp): Promise<string> {
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const message = await scene.answers.message(pattern);
    assert.doesNotMatch(message, /\bat .+:\d+|Error:|undefined|\[object/);
    assert.equal(scene.sandbox.control.credits(), 100);
    assert.equal(editor?.document.isDirty, false);
    return message;
  }

  it('without a key', async () => {
    await attempt({ key: undefined });
    await refused(/needs an API key\. Nothing was charged/);
    // The list of models is public: who shows it may ask for it.
    const requests = scene.sandbox.control.requests().filter(({ path }) => path !== '/api/v1/models');
    assert.deepEqual(requests, []);
  });

  it('with a key that is revoked meanwhile', async () => {
    await attempt();
    scene.sandbox.control.setKeyStatus(scene.sandbox.apiKey, 'revoked');
    const message = await refused(/was revoked.+Nothing was charged/);
    assert.match(message, /Request ID: req_/);
  });

  it('with a key that is revoked between two of them', async () => {
    await attempt();
    assert.ok(editor);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/Image inserted/);
    scene.sandbox.control.setKeyStatus(scene.sandbox.apiKey, 'revoked');
    select(editor, 'The end.');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const message = await scene.answers.message(/was revoked.+Nothing was charged/);
    assert.match(message, /Request ID: req_/);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('with a key that may not generate', async () => {
    await attempt({ key: undefined });
    const { key } = scene.sandbox.control.addKey({ scopes: ['credits:read', 'generations:read'] });
    scene.answers.input(key);
    await vscode.commands.executeCommand('rivya.account.setKey');
    await refused(/missing a required scope.+generations:create.+Nothing was charged/);
  });

  it('without credits', async () => {
    await attempt();
    scene.sandbox.control.setCredits(0);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/enough credits.+Nothing was charged/);
    assert.equal(scene.sandbox.control.credits(), 0);
  });

  it('with an empty selection on an empty line', async () => {
    await attempt({}, '\n\n');
    await refused(/no text to use as a prompt/);
  });

  it('with a prompt that is longer than the model takes', async () => {
    await attempt({}, `${'storm '.repeat(300)}\n`);
    if (editor) editor.selection = new vscode.Selection(0, 0, 0, 1_800);
    await refused(/799 characters over the 1000-character limit of Z-Image/);
  });

  it('with a model that is gone', async () => {
    await attempt({ model: 'no-such-model' });
    await refused(/model "no-such-model" is no longer available/);
  });

  for (const [status, pattern] of [
    ['coming_soon', /coming soon/],
    ['studio_only', /Rivya Studio/],
  ] as const) {
    it(`with a model that is ${status}`, async () => {
      await attempt();
      scene.sandbox.control.setModelStatus('z-image', status);
      await refused(pattern);
    });
  }

  it('with an expensive model, unless it is confirmed', async () => {
    await attempt();
    await configure('credits.confirmAbove', 0);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/^Generate with Z-Image\? Price: 1 credit$/);
    assert.deepEqual(scene.sandbox.control.charges(), []);
    scene.answers.press(/Generate with Z-Image/, 'Generate');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    assert.ok(editor);
    await textOf(editor.document, text => reference.test(text));
  });

  it('when the server answers with HTML', async () => {
    const action = {
      type: 'status',
      status: 502,
      body: '<html><h1>Bad gateway</h1></html>',
      contentType: 'text/html',
    } as const;
    await attempt({ fault: { path: '/api/v1/models', times: 'always', action } });
    await refused(/isn't working right now/);
  });
});

describe('a generation that goes wrong on its way', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(article);
    select(editor, sentence);
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  async function arrives(): Promise<void> {
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => reference.test(text));
    assert.equal(scene.sandbox.control.charges().length, 1);
    assert.equal(scene.sandbox.control.credits(), 99);
  }

  it('arrives although the first request never reached the server', async () => {
    scene.sandbox.control.addFault({ method: 'POST', action: { type: 'dropBefore' } });
    await arrives();
  });

  it('arrives although the answer was HTML', async () => {
    const action = { type: 'body', body: '<html>', contentType: 'text/html' } as const;
    scene.sandbox.control.addFault({ method: 'POST', action });
    await arrives();
  });

  it('arrives although the answer was cut off', async () => {
    scene.sandbox.control.addFault({ method: 'POST', action: { type: 'truncate', bytes: 20 } });
    await arrives();
  });

  it('arrives although the first poll failed', async () => {
    scene.sandbox.control.addFault({
      method: 'GET',
      path: '/api/v1/generations/',
      action: { type: 'status', status: 500 },
    });
    await arrives();
  });

  it('arrives although the download was cut off', async () => {
    scene.sandbox.control.addFault({ path: '/media/', action: { type: 'truncate', bytes: 1_000 } });
    await arrives();
  });

  it('says so when Rivya fails to generate, and shows that the credits came back', async () => {
    scene.sandbox.control.failNextGeneration({ message: 'The picture could not be drawn.' });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(
      /Generation failed: The picture could not be drawn\..+refunded the reserved 1 credit/,
    );
    assert.equal(scene.sandbox.control.credits(), 100);
    assert.equal(editor.document.getText(), article);
  });

  it('does not claim that a job was free when its key is revoked on the way', async () => {
    const action = { type: 'status', status: 401, code: 'api_key_revoked' } as const;
    scene.sandbox.control.addFault({ method: 'GET', path: '/api/v1/generations/', action });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const message = await scene.answers.message(/was revoked/);
    assert.match(message, /Rivya has reserved 1 credit for it/);
    assert.doesNotMatch(message, /Nothing was charged/);
    scene.answers.input(scene.sandbox.apiKey);
    await vscode.commands.executeCommand('rivya.account.setKey');
    await textOf(editor.document, text => reference.test(text));
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('waits for the picture while something else stands at its address', async () => {
    const action = { type: 'body', body: 'not a picture at all', contentType: 'image/png' } as const;
    scene.sandbox.control.addFault({ path: '/media/', times: 3, action });
    await arrives();
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('does not download a picture of 200 MB, and says so', async () => {
    const action = {
      type: 'body',
      size: 200_000_000,
      prefixBase64: 'iVBORw0KGgo=',
      contentType: 'image/png',
    } as const;
    scene.sandbox.control.addFault({ path: '/media/', times: 'always', action });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/too large to download/);
    assert.equal(editor.document.getText(), article);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('keeps the result when the document was closed, and offers to insert it', async () => {
    const { uri } = editor.document;
    scene.sandbox.control.update({ taskDurationMs: 2_000 });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    scene.answers.press(/is ready/, 'Insert');
    await scene.answers.message(/Image "A quiet harbour at dawn\." is ready to insert/);
    const document = await vscode.workspace.openTextDocument(uri);
    const text = await textOf(document, now => reference.test(now));
    assert.match(text, /A quiet harbour at dawn\.\n\n!\[/);
  });

  it('saves the picture and offers a reference when the document was deleted', async () => {
    scene.sandbox.control.update({ taskDurationMs: 2_000 });
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(editor.document.uri);
    scene.answers.press(/is ready/, 'Insert');
    await vscode.env.clipboard.writeText('of the user');
    scene.answers.press(/original position in the document/, 'Copy');
    await scene.answers.message(/original position in the document/);
    // The button's work ends after the message was shown.
    const pattern = /a-quiet-harbour-at-dawn-[0-9a-f]{8}(-\d+)?\.png/;
    while (!pattern.test(await vscode.env.clipboard.readText())) await new Promise(setImmediate);
  });

  it('keeps the result in the library when the folder is read-only', async () => {
    const provider = new ReadOnlyFiles('/article.md', Buffer.from(article));
    const registration = vscode.workspace.registerFileSystemProvider('rivya-test', provider, {
      isReadonly: true,
    });
    try {
      const shown = await vscode.window.showTextDocument(vscode.Uri.parse('rivya-test:/article.md'));
      await vscode.languages.setTextDocumentLanguage(shown.document, 'markdown');
      select(shown, sentence);
      await vscode.commands.executeCommand('rivya.generate.fromSelection');
      await scene.answers.message(/is read-only\. The result is in the library/);
      assert.equal(shown.document.getText(), article);
      assert.equal(scene.sandbox.control.charges().length, 1);
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      registration.dispose();
    }
  });

  it('keeps the result in the library when the file cannot be written', async () => {
    await configure('output.directory', 'blocked/generated');
    const blocked = vscode.Uri.joinPath(workspaceFolder(), 'blocked');
    await vscode.workspace.fs.writeFile(blocked, Buffer.from('a file, where a folder is wanted'));
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/Couldn't (write|save).+in the library/);
    assert.equal(editor.document.getText(), article);
    assert.equal(scene.sandbox.control.charges().length, 1);
    await vscode.workspace.fs.delete(blocked);
  });

  it('serves an untitled document', async () => {
    const untitled = await vscode.workspace.openTextDocument({ language: 'markdown', content: article });
    const shown = await vscode.window.showTextDocument(untitled);
    select(shown, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await textOf(untitled, now => reference.test(now));
    assert.match(text, /\(assets\/generated\/a-quiet-harbour-at-dawn-[0-9a-f]{8}\.png\)/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});

/** A file system with one file, which nobody can write. */
class ReadOnlyFiles implements vscode.FileSystemProvider {
  readonly #path: string;
  readonly #content: Uint8Array;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(path: string, content: Uint8Array) {
    this.#path = path;
    this.#content = content;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    if (uri.path === '/') return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    if (uri.path !== this.#path) throw vscode.FileSystemError.FileNotFound(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: this.#content.byteLength };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [[this.#path.slice(1), vscode.FileType.File]];
  }

  readFile(uri: vscode.Uri): Uint8Array {
    if (uri.path !== this.#path) throw vscode.FileSystemError.FileNotFound(uri);
    return this.#content;
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  writeFile(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  delete(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
