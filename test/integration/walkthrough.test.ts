import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { openDocument, removeFolder, Scene, select, soon, textOf } from './support.ts';

const extension = vscode.extensions.getExtension('rivya.rivya');
assert.ok(extension);

interface Manifest {
  readonly contributes: {
    readonly walkthroughs: readonly {
      id: string;
      title: string;
      steps: readonly {
        id: string;
        title: string;
        description: string;
        media: { image: Record<'dark' | 'light' | 'hc' | 'hcLight', string>; altText: string };
        completionEvents: readonly string[];
      }[];
    }[];
  };
}
const [walkthrough] = (extension.packageJSON as Manifest).contributes.walkthroughs;
assert.ok(walkthrough);

describe('the walkthrough', () => {
  it('has four steps, each with a picture that is there and words for who cannot see it', async () => {
    assert.equal(walkthrough.steps.length, 4);
    for (const step of walkthrough.steps) {
      for (const image of Object.values(step.media.image)) {
        const { size } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(extension.extensionUri, image));
        assert.ok(size > 500 && size < 60_000, `${image}: ${size} bytes`);
      }
      assert.ok(step.media.altText.length > 20);
    }
  });

  it('links only to commands that exist', async () => {
    const all = new Set(await vscode.commands.getCommands(true));
    const linked = walkthrough.steps.flatMap(step =>
      Array.from(step.description.matchAll(/\(command:([\w.]+)\)/g), match => match[1] ?? ''),
    );
    assert.ok(linked.length >= 4);
    assert.deepEqual(
      linked.filter(command => !all.has(command)),
      [],
    );
    const events = walkthrough.steps.flatMap(step => step.completionEvents);
    const commands = events.flatMap(event => (event.startsWith('onCommand:') ? event.slice(10) : []));
    assert.deepEqual(
      commands.filter(command => !all.has(command)),
      [],
    );
  });

  it('has steps that are done by what came of them, and not by a command that was begun', () => {
    const events = Object.fromEntries(walkthrough.steps.map(step => [step.id, step.completionEvents]));
    // VS Code follows a context from when it is told of the step: what was before counts by the second one.
    const done = (context: string) => [`onContext:${context}`, `onContext:rivya.walkthrough && ${context}`];
    assert.deepEqual(events['key'], done('rivya.account == ready'));
    assert.deepEqual(events['image'], done('rivya.hasResults'));
    assert.deepEqual(events['insert'], done('rivya.hasInserted'));
  });

  it('opens by its command', async () => {
    const opened = new Promise<void>(resolve => {
      const subscription = vscode.window.tabGroups.onDidChangeTabs(() => {
        if (!vscode.window.tabGroups.activeTabGroup.activeTab) return;
        subscription.dispose();
        resolve();
      });
    });
    await vscode.commands.executeCommand('rivya.openWalkthrough');
    await soon('the walkthrough', opened);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});

describe('the way of a newcomer', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  const sentence = 'A lighthouse in the fog.';

  beforeEach(async () => {
    scene = await Scene.open({ key: undefined });
    editor = await openDocument(`${sentence}\n`);
    select(editor, sentence);
  });

  afterEach(async () => {
    delete process.env['RIVYA_API_KEY'];
    await vscode.commands.executeCommand('rivya.sandbox.stop');
    await vscode.commands.executeCommand('rivya.account.removeKey');
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  it('needs nothing but the sandbox', async () => {
    await vscode.commands.executeCommand('rivya.sandbox.start');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await textOf(editor.document, text => text.includes('![A lighthouse in the fog.]('));
    // The last word of the job: said later, it would be counted as one of the next test.
    await scene.answers.message(/Image inserted: /);
    assert.deepEqual(scene.sandbox.control.charges(), []);
  });

  it('can take the key of the environment, after asking', async () => {
    process.env['RIVYA_API_KEY'] = scene.sandbox.apiKey;
    scene.answers.pick(/Use the key from the RIVYA_API_KEY environment variable/);
    await vscode.commands.executeCommand('rivya.account.setKey');
    await scene.answers.message(/verified and stored/);
    // The same key is not offered again.
    scene.answers.input(undefined);
    scene.answers.pick(/there is nothing to pick/);
    scene.answers.messages.length = 0;
    await vscode.commands.executeCommand('rivya.account.setKey');
    assert.deepEqual(scene.answers.messages, []);
  });

  it('does not take it without asking, nor send it anywhere', async () => {
    process.env['RIVYA_API_KEY'] = scene.sandbox.apiKey;
    scene.answers.pick(/Enter a different key/);
    scene.answers.input(undefined);
    await vscode.commands.executeCommand('rivya.account.setKey');
    await vscode.commands.executeCommand('rivya.account.verify');
    await scene.answers.message(/No API key is set/);
    assert.deepEqual(
      scene.sandbox.control.requests().filter(request => request.authorized !== null),
      [],
    );
  });

  it('is offered the sandbox where a key is missing', async () => {
    scene.answers.press(/needs an API key/, 'Try Sandbox');
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    await scene.answers.message(/The sandbox is running/);
  });
});
