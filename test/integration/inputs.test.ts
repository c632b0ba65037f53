import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { PNG } from 'pngjs';
import * as vscode from 'vscode';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { filesIn, openDocument, removeFolder, Scene, textOf, until } from './support.ts';

const extension = vscode.extensions.getExtension<{ context: vscode.ExtensionContext }>('rivya.rivya');
assert.ok(extension);

const picture = PNG.sync.write(new PNG({ width: 32, height: 32 }));

describe('generating from input files', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument('# Fox\n\n![A fox](a%20fox.png)\n\nThe end.\n');
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  async function file(name: string, content: Uint8Array = picture): Promise<vscode.Uri> {
    const uri = vscode.Uri.joinPath(editor.document.uri, '..', name);
    await vscode.workspace.fs.writeFile(uri, content);
    return uri;
  }

  function posts(path: string): { body: unknown }[] {
    return scene.sandbox.control
      .requests()
      .filter(request => request.method === 'POST' && request.path.endsWith(path));
  }

  async function refused(pattern: RegExp, ...uris: vscode.Uri[]): Promise<void> {
    await vscode.commands.executeCommand('rivya.generate.fromReference', uris[0], uris);
    assert.match(await scene.answers.message(pattern), /Nothing was (?:sent or )?charged/);
    assert.deepEqual(posts('/files'), []);
    assert.deepEqual(posts('/generations'), []);
    assert.equal(scene.sandbox.control.credits(), 100);
  }

  it('uploads the files of the Explorer and sends their addresses', async () => {
    scene.answers.pick(/^Nano Banana$/);
    scene.answers.type('The same fox, asleep');
    const uris = [await file('one.png'), await file('two.png')];
    await vscode.commands.executeCommand('rivya.generate.fromReference', uris[0], uris);
    await scene.answers.message(/Image saved/);
    assert.equal(posts('/files').length, 2);
    const [{ body }] = posts('/generations') as [{ body: { params: { referenceMediaItems: object[] } } }];
    const items = body.params.referenceMediaItems as { kind: string; name: string; mimeType: string }[];
    assert.deepEqual(
      items.map(({ kind, name, mimeType }) => [kind, name, mimeType]),
      [
        ['image', 'one.png', 'image/png'],
        ['image', 'two.png', 'image/png'],
      ],
    );
    assert.deepEqual(
      scene.sandbox.control.charges().map(charge => charge.credits),
      [3],
    );
  });

  it('sends the files anew when the task is run again, and says so when it cannot', async () => {
    scene.answers.pick(/^Nano Banana$/);
    scene.answers.type('A fox, once more');
    const uris = [await file('one.png')];
    await vscode.commands.executeCommand('rivya.generate.fromReference', uris[0], uris);
    await scene.answers.message(/Image saved/);
    const { context } = await extension.activate();
    const { ledger } = Ledger.open(path.join(context.globalStorageUri.fsPath, 'ledger.sqlite'));
    const [task] = ledger.search('A fox, once more', 1);
    ledger.dispose();
    const address = (): string | undefined => {
      const { body } = posts('/generations').at(-1) as {
        body: { params: { referenceMediaItems: { url: string }[] } };
      };
      return body.params.referenceMediaItems[0]?.url;
    };
    const before = address();
    for (const [index, command] of ['rivya.task.rerun', 'rivya.task.vary'].entries()) {
      scene.answers.pick(/^1 variation$/);
      scene.answers.pickNext(/^Variation 1$/);
      await vscode.commands.executeCommand(command, task?.id);
      await until('the job', () => scene.sandbox.control.charges().length === index + 2);
      assert.equal(posts('/files').length, index + 2);
      assert.notEqual(address(), before);
    }
    await vscode.workspace.fs.delete(uris[0] ?? editor.document.uri);
    await vscode.commands.executeCommand('rivya.task.rerun', task?.id);
    await scene.answers.message(/Couldn't read "one\.png"\. Nothing was sent or charged/);
    assert.equal(scene.sandbox.control.charges().length, 3);
    assert.equal(posts('/files').length, 3);
  });

  it('takes the picture that the document refers to under the cursor', async () => {
    await file('a fox.png');
    scene.answers.pick(/^Nano Banana$/);
    scene.answers.type('The same fox, asleep');
    editor.selection = new vscode.Selection(2, 4, 2, 4);
    await vscode.commands.executeCommand('rivya.generate.fromReference', editor.document.uri);
    const text = await textOf(editor.document, now => (now.match(/!\[/g) ?? []).length === 2);
    assert.match(text, /a%20fox\.png\)\n\n!\[The same fox, asleep\]\(.+\)\n\nThe end\.\n$/);
  });

  it('sends the token that a video needs', async () => {
    scene.answers.pick(/^Sora 2$/);
    scene.answers.type('A fox walks');
    await vscode.commands.executeCommand('rivya.generate.video');
    await scene.answers.message(/Video (saved|inserted)/);
    const folder = vscode.Uri.joinPath(editor.document.uri, '../../assets/generated');
    const clip = (await filesIn(folder)).find(name => name.startsWith('a-fox-walks'));
    assert.ok(clip);
    scene.answers.messages.length = 0;
    scene.answers.pickNext(/^Wan 2\.6$/);
    scene.answers.press(/Generate with Wan/, 'Generate');
    const uri = vscode.Uri.joinPath(folder, clip);
    await vscode.commands.executeCommand('rivya.generate.fromReference', uri, [uri]);
    await scene.answers.message(/Video saved/);
    const { body } = posts('/generations').at(-1) as { body: { params: { referenceMediaItems: object[] } } };
    const [item] = body.params.referenceMediaItems as { kind: string; durationToken?: string }[];
    assert.equal(item?.kind, 'video');
    assert.ok(item.durationToken);
  });

  it('refuses a file that is no media, before anything is sent', async () => {
    await refused(
      /"notes\.png" isn't an image, video, or audio file/,
      await file('notes.png', Buffer.from('text')),
    );
  });

  it('refuses a file that is too large', async () => {
    scene.answers.pick(/^Nano Banana$/);
    const large = Buffer.concat([picture, Buffer.alloc(10_000_001 - picture.length)]);
    await refused(
      /"large\.png" is 10 MB\. The limit of Nano Banana is 10 MB/,
      await file('large.png', large),
    );
  });

  it('refuses more files than the model takes', async () => {
    scene.answers.pick(/^Qwen Image$/);
    await refused(
      /Qwen Image accepts up to 1 input files, and you selected 2/,
      await file('1.png'),
      await file('2.png'),
    );
  });

  it('refuses a type that the model does not take', async () => {
    scene.answers.pick(/^Nano Banana$/);
    const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    await refused(/"a\.gif" has the type image\/gif/, await file('a.gif', gif));
  });

  it('refuses a kind that no model takes', async () => {
    const sound = Buffer.from(`RIFF${'\0'.repeat(4)}WAVEfmt ${'\0'.repeat(40)}`, 'latin1');
    await refused(/No model accepts these input files/, await file('a.wav', sound));
  });

  it('says so when the document refers to a file that is not there', async () => {
    editor.selection = new vscode.Selection(2, 4, 2, 4);
    await refused(/Couldn't find "a fox\.png", which the document refers to/, editor.document.uri);
  });

  it('makes no job when the upload fails', async () => {
    scene.answers.pick(/^Nano Banana$/);
    scene.answers.type('A fox');
    scene.sandbox.control.addFault({
      method: 'POST',
      path: '/api/v1/files',
      times: 'always',
      action: { type: 'status', status: 400, code: 'validation_failed' },
    });
    const uri = await file('one.png');
    await vscode.commands.executeCommand('rivya.generate.fromReference', uri, [uri]);
    await scene.answers.message(/rejected the request.+Nothing was charged/);
    assert.deepEqual(posts('/generations'), []);
  });
});
