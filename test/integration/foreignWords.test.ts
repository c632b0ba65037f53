import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { harmIn } from '../support/hostileTexts.ts';
import { configure, openDocument, removeFolder, Scene, select, textOf } from './support.ts';

const link = '[x](command:workbench.action.files.newUntitledFile)';
/** All that VS Code would make more than text of, within the first characters; the last may be cut off. */
const hostile = `${link} $(bug) [y](https://evil.example) \u202eabc\u202c [z](file:///etc/passwd)`;
const long = `${hostile} ${'and so on '.repeat(1_000)}`;

/** The words among what the extension gives to VS Code; the rest is values and settings of its own. */
const wordKeys = new Set([
  ...['title', 'message', 'detail', 'prompt', 'placeHolder', 'placeholder'],
  ...['label', 'description', 'tooltip'],
]);

/** Records every word that the extension gives to VS Code, and lets it go on its way. */
class Recorder {
  readonly words: string[] = [];
  readonly #restore: (() => void)[] = [];
  readonly #picks: vscode.QuickPick<vscode.QuickPickItem>[] = [];

  constructor() {
    for (const name of ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const) {
      this.#watch(name, values => this.#note(values));
    }
    this.#watch('setStatusBarMessage', ([text]) => this.#note(text));
    this.#watch('showInputBox', values => this.#note(values));
    this.#watch('showQuickPick', values => this.#note(values));
    this.#watch('withProgress', ([options]) => this.#note(options));
    this.#watch('createQuickPick', (_values, made) => {
      this.#picks.push(made as vscode.QuickPick<vscode.QuickPickItem>);
    });
  }

  /** All words so far, those of the lists that were shown included. */
  all(): readonly string[] {
    for (const { title, placeholder, items } of this.#picks) this.#note([{ title, placeholder }, items]);
    return this.words;
  }

  restore(): void {
    for (const restore of this.#restore.splice(0).reverse()) restore();
  }

  #note(value: unknown): void {
    if (typeof value === 'string') this.words.push(value);
    else if (Array.isArray(value)) for (const each of value) this.#note(each);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) if (wordKeys.has(key)) this.#note(each);
    }
  }

  #watch(name: keyof typeof vscode.window, note: (values: unknown[], made: unknown) => void): void {
    const window = vscode.window as unknown as Record<string, (...values: unknown[]) => unknown>;
    const original = window[name];
    assert.ok(original);
    window[name] = (...values) => {
      const made = original.apply(window, values);
      note(values, made);
      return made;
    };
    this.#restore.push(() => {
      window[name] = original;
    });
  }
}

/** An icon of ours stands at the beginning. */
const ownIcon = /^\$\([\w~-]+\)(?: |$)/;

function assertHarmless(words: readonly string[]): void {
  for (const text of words) {
    // A dialog has several lines; each stands for itself.
    for (const line of text.split('\n')) {
      assert.deepEqual(harmIn(line.replace(ownIcon, ''), 4_100), [], JSON.stringify(text.slice(0, 300)));
    }
  }
}

/** What is left of a text of somebody else's: its letters, and none of its effect. */
const leftOver = /\[x\]\u200b\(command:/;

describe('words of others', () => {
  let scene: Scene;
  let recorder: Recorder | undefined;
  const editors: vscode.TextEditor[] = [];

  beforeEach(async () => {
    scene = await Scene.open();
  });

  afterEach(async () => {
    recorder?.restore();
    recorder = undefined;
    await scene.close();
    for (const { document } of editors.splice(0)) await removeFolder(document.uri);
  });

  /** Records from now on; what answers for the person has to be set before. */
  function record(): Recorder {
    recorder = new Recorder();
    return recorder;
  }

  async function openWith(text: string): Promise<vscode.TextEditor> {
    const editor = await openDocument(`# Title\n\n${text}\n\nThe end.\n`);
    editors.push(editor);
    select(editor, text);
    return editor;
  }

  /** The words so far; at least one has come through, and none does anything. */
  function assertDrawn(pattern: RegExp): void {
    const words = recorder?.all() ?? [];
    assert.ok(
      words.some(text => pattern.test(text)),
      words.map(text => text.slice(0, 200)).join('\n'),
    );
    assertHarmless(words);
  }

  it('in a setting are not repeated at all', async () => {
    const { words } = record();
    for (const key of ['credits.lowBalance', 'credits.confirmAbove', 'chat.streaming', 'insert.placement']) {
      await configure(key, hostile);
      await scene.answers.message(new RegExp(`^The value of rivya\\.${key} is invalid`));
    }
    await configure('output.publicRoots', { [`../${hostile}`]: hostile });
    await scene.answers.message(/^Invalid entries in rivya\.output\.publicRoots/);
    assertHarmless(words);
    assert.ok(!words.some(text => text.includes('[x]') || text.includes('evil')), words.join('\n'));
  });

  it('of the server do nothing in the message about a refused job, and hide none of our words', async () => {
    await openWith('A lighthouse in the fog.');
    scene.sandbox.control.addFault({
      method: 'POST',
      path: '/api/v1/generations',
      action: { type: 'status', status: 400, code: 'validation_failed', message: long },
    });
    record();
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await scene.answers.message(/rejected the request/);
    assert.match(text, /Nothing was charged\./);
    assertDrawn(leftOver);
  });

  it('of the server do nothing in the message about a job that failed', async () => {
    await openWith('A lighthouse in the fog.');
    scene.sandbox.control.failNextGeneration({ code: 'generation_failed', message: hostile });
    record();
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/Generation failed: /);
    assertDrawn(leftOver);
  });

  it('of a document or an answer do nothing in progress, messages and lists', async () => {
    const prompt = `${link} $(bug) a quiet \u202eharbour`;
    await openWith(prompt);
    scene.sandbox.control.failNextGeneration({ code: 'generation_failed', message: 'It was too dark.' });
    record();
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/Generation failed: It was too dark\./);
    assert.match(scene.answers.progresses.statusBar.join('\n'), leftOver);
    await vscode.commands.executeCommand('rivya.tasks.search');
    assertDrawn(leftOver);
    // Only the words that are shown are changed, not what is sent.
    const sent = scene.sandbox.control.requests().find(({ path }) => path.endsWith('/generations'));
    assert.equal((sent?.body as { prompt: string }).prompt, prompt);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  it('of the catalogue do nothing in lists and questions', async () => {
    const response = await fetch(`${scene.sandbox.url}/api/v1/models`);
    const { data, ...rest } = (await response.json()) as { data: Record<string, unknown>[] };
    const models = data.map(model => ({
      ...model,
      display_name: `${String(model['display_name'])} ${hostile}`,
      base_credits: 50,
      notices: [hostile],
    }));
    scene.sandbox.control.addFault({
      path: '/api/v1/models',
      times: 'always',
      action: {
        type: 'body',
        contentType: 'application/json',
        body: JSON.stringify({ ...rest, data: models }),
      },
    });
    // The models may have been asked for already.
    await vscode.commands.executeCommand('rivya.models.refresh');
    const editor = await openWith('A lighthouse in the fog.');
    await configure('defaultModel.image', undefined);
    scene.answers.pickNext(/^Z-Image \[x\]/);
    scene.answers.press(/^Generate with Z-Image\b/, 'Generate');
    record();
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => /!\[.*\]\(.+\)/.test(text));
    assertDrawn(leftOver);
    const question = await scene.answers.message(/^Generate with Z-Image\b/);
    assert.match(question, /Price: 50 credits/);
  });

  it('in the name of a file do nothing', async () => {
    const editor = await openWith('A lighthouse in the fog.');
    // Windows takes no colons.
    const name = process.platform === 'win32' ? '$(bug) a.txt' : `$(bug) ${link}.txt`;
    const uri = vscode.Uri.joinPath(editor.document.uri, '..', name);
    await vscode.workspace.fs.writeFile(uri, Buffer.from('No picture.'));
    record();
    await vscode.commands.executeCommand('rivya.generate.fromReference', uri, [uri]);
    await scene.answers.message(/isn't an image, video, or audio file/);
    assertDrawn(/\$\u200b\(bug\)/);
  });

  it('in the name of a webhook do nothing', async () => {
    scene.answers.inputs(`${link} $(bug)`, 'http://127.0.0.1:9/hooks');
    scene.answers.pickMany(/^generation\./);
    record();
    await vscode.commands.executeCommand('rivya.webhook.create');
    await scene.answers.message(/^Webhook .* created/);
    recorder?.restore();
    assertDrawn(leftOver);
    scene.answers.pick(/x/);
    scene.answers.press(/^Delete the webhook/, 'Delete');
    record();
    await vscode.commands.executeCommand('rivya.webhook.toggle');
    await scene.answers.message(/^Webhook .*: disabled$/);
    await vscode.commands.executeCommand('rivya.webhook.delete');
    await scene.answers.message(/ deleted\.$/);
    assertDrawn(leftOver);
  });
});
