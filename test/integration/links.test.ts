import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { recogniseBytes } from '../../src/core/assets/mediaType.ts';
import { propertyRuns } from '../support/propertyRuns.ts';
import { configure, filesIn, openDocument, removeFolder, Scene, sooner, textOf, until } from './support.ts';

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
const code = ({ code }: vscode.Diagnostic): unknown => (typeof code === 'object' ? code.value : code);

/** Documents with a wish for `img/fox.png`, and what they say when it is there. */
const documents: readonly (readonly [name: string, text: string, after: string])[] = [
  ['a.md', '# A\n\n![todo: a red fox](img/fox.png)\n', '# A\n\n![a red fox](img/fox.png)\n'],
  ['a.html', '<img src="img/fox.png" alt="todo: a red fox">\n', '<img src="img/fox.png" alt="a red fox">\n'],
  ['a.tsx', 'const a = <img src="./img/fox.png" alt="todo: a red fox" />;\n', 'const a = <img src="./img/fox.png" alt="a red fox" />;\n'],
  ['a.css', 'a {\n  /* rivya: a red fox */\n  background: url(img/fox.png);\n}\n', 'a {\n  /* rivya: a red fox */\n  background: url(img/fox.png);\n}\n'],
  ['a.tex', '% rivya: a red fox\n\\includegraphics{img/fox}\n', '% rivya: a red fox\n\\includegraphics{img/fox}\n'],
]; // prettier-ignore

describe('documents that heal', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
    await vscode.workspace.getConfiguration('markdown').update('validate.enabled', undefined, true);
  });

  const beside = (path: string): vscode.Uri => vscode.Uri.joinPath(editor.document.uri, '..', path);
  const images = (): Promise<string[]> => filesIn(beside('img'));

  async function actionsAt(text: string): Promise<vscode.CodeAction[]> {
    const { document } = editor;
    const at = document.positionAt(document.getText().indexOf(text));
    const found = await vscode.commands.executeCommand<(vscode.CodeAction | vscode.Command)[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(at, at),
    );
    return found.filter((each): each is vscode.CodeAction => 'kind' in each);
  }

  async function fix(text: string, title: RegExp): Promise<void> {
    const action = await sooner(`a fix ${String(title)}`, async () =>
      (await actionsAt(text)).find(each => title.test(each.title)),
    );
    assert.ok(action?.command);
    await vscode.commands.executeCommand(
      action.command.command,
      ...((action.command.arguments ?? []) as unknown[]),
    );
  }

  for (const [name, before, after] of documents) {
    it(`makes the missing file exactly where ${name} refers to it, as one undo step`, async () => {
      editor = await openDocument(before, name);
      await fix('img/fox', /^Generate "fox\.png"$/);
      await sooner('the file', async () => (await images()).includes('fox.png'));
      await textOf(editor.document, text => text === after);
      assert.equal(scene.sandbox.control.charges().length, 1);
      const bytes = await vscode.workspace.fs.readFile(beside('img/fox.png'));
      assert.deepEqual(Buffer.from(bytes.subarray(0, 4)), png);
      await sooner(
        'nothing to fix',
        async () => !(await actionsAt('img/fox')).some(each => each.title.includes('Generate')),
      );
      if (before === after) return;
      await vscode.commands.executeCommand('undo');
      await textOf(editor.document, text => text === before);
      await sooner('the file to go', async () => !(await images()).includes('fox.png'));
    });
  }

  it('changes every reference to the file, in all documents of the search', async () => {
    editor = await openDocument('![todo: a red fox](img/fox.avif) ![Fox](./img/fox.avif)\n');
    await vscode.workspace.fs.writeFile(
      beside('other.md'),
      Buffer.from('![todo: ein Fuchs](img/fox.avif)\n'),
    );
    scene.answers.pickMany(/fox\.avif$/);
    await vscode.commands.executeCommand('rivya.image.generateAllMissing');
    await textOf(editor.document, text => text === '![a red fox](img/fox.png) ![Fox](./img/fox.png)\n');
    await sooner('the other document', async () => {
      const other = Buffer.from(await vscode.workspace.fs.readFile(beside('other.md'))).toString();
      return other === '![ein Fuchs](img/fox.png)\n';
    });
    assert.deepEqual(await images(), ['fox.png']);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  for (const [extension, mediaType] of [
    ['jpg', 'image/jpeg'],
    ['webp', 'image/webp'],
  ] as const) {
    it(`makes a true ${extension} of the PNG of a model that makes no other`, async () => {
      editor = await openDocument(`![todo: a red fox](img/fox.${extension})\n`);
      await fix('img/fox', new RegExp(`^Generate "fox\\.${extension}"$`));
      await textOf(editor.document, text => text === `![a red fox](img/fox.${extension})\n`);
      assert.deepEqual(await images(), [`fox.${extension}`]);
      const bytes = await vscode.workspace.fs.readFile(beside(`img/fox.${extension}`));
      assert.equal((await recogniseBytes(bytes))?.mediaType, mediaType);
      await vscode.commands.executeCommand('undo');
      await sooner('the file to go', async () => !(await images()).includes(`fox.${extension}`));
    });
  }

  it('changes the link where nothing makes the format', async () => {
    editor = await openDocument('![todo: a red fox](img/fox.avif)\n');
    await fix('img/fox', /^Generate "fox\.avif"$/);
    await textOf(editor.document, text => text === '![a red fox](img/fox.png)\n');
    assert.deepEqual(await images(), ['fox.png']);
  });

  it('overwrites nothing that is there meanwhile', async () => {
    for (let run = 1; run <= propertyRuns(1, 20); run++) {
      scene.sandbox.control.update({ taskDurationMs: 3_600_000 });
      editor = await openDocument('![todo: a red fox](img/fox.png)\n');
      await fix('img/fox', /^Generate "fox\.png"$/);
      await until('the job', () => scene.sandbox.control.charges().length === run);
      await vscode.workspace.fs.writeFile(beside('img/fox.png'), Buffer.from('mine'));
      scene.answers.messages.length = 0;
      scene.sandbox.control.finishTasks();
      await scene.answers.message(/was created in the meantime/);
      assert.equal(Buffer.from(await vscode.workspace.fs.readFile(beside('img/fox.png'))).toString(), 'mine');
      assert.equal(editor.document.getText(), '![todo: a red fox](img/fox.png)\n');
      await removeFolder(editor.document.uri);
    }
  });

  it('makes those of the whole workspace that have a prompt, for one question', async () => {
    const [wished, others] = [propertyRuns(3, 9), propertyRuns(5, 28)];
    const lines = [
      ...Array.from({ length: wished }, (_, number) => `![todo: fox ${number}](img/w${number}.png)`),
      ...Array.from({ length: others }, (_, number) => `![Fox ${number}](img/o${number}.png)`),
    ];
    const half = Math.ceil(lines.length / 2);
    editor = await openDocument(lines.slice(0, half).join('\n\n'));
    await vscode.workspace.fs.writeFile(beside('other.md'), Buffer.from(lines.slice(half).join('\n\n')));
    scene.answers.pickMany(/case-[^/]*\/img\/w\d+\.png$/);
    scene.answers.press(new RegExp(`Run ${wished} tasks`), 'Generate');
    await vscode.commands.executeCommand('rivya.image.generateAllMissing');
    await sooner('the files', async () => (await images()).length === wished);
    assert.equal(scene.sandbox.control.charges().length, wished);
    assert.equal(scene.answers.messages.filter(text => /Run \d+ tasks/.test(text)).length, 1);
  });

  it('ends a search that is stopped, and asks and makes nothing', async () => {
    const page = Array.from({ length: 40 }, (_, number) => `![todo: fox ${number}](img/w${number}.png)`);
    editor = await openDocument(page.join('\n\n'));
    for (let number = 0; number < 300; number++)
      await vscode.workspace.fs.writeFile(beside(`p${number}.md`), Buffer.from(page.join('\n\n')));
    scene.answers.pickMany(/./);
    const before = scene.answers.messages.length;
    const search = vscode.commands.executeCommand('rivya.image.generateAllMissing');
    await until('the progress', () =>
      scene.answers.progresses.notification.includes('Looking for missing images...'),
    );
    scene.answers.cancelProgresses();
    await search;
    assert.equal(scene.answers.messages.length, before);
    assert.equal(scene.sandbox.control.charges().length, 0);
    assert.deepEqual(await images(), []);
  });

  it('asks for what no wish says, and sends nothing unseen', async () => {
    editor = await openDocument('![A red fox](img/fox.png)\n');
    scene.answers.input(undefined);
    await fix('img/fox', /^Generate "fox\.png"\.\.\.$/);
    assert.equal(scene.sandbox.control.charges().length, 0);
    scene.answers.input('a red fox in snow');
    await fix('img/fox', /^Generate "fox\.png"\.\.\.$/);
    await sooner('the file', async () => (await images()).includes('fox.png'));
    assert.equal(editor.document.getText(), '![A red fox](img/fox.png)\n');
  });

  it('stands on the finding of VS Code in Markdown, and adds none', async () => {
    const markdown = vscode.workspace.getConfiguration('markdown');
    await markdown.update('validate.enabled', true, true);
    editor = await openDocument('![todo: a red fox](img/fox.png)\n\n[a page](page.md)\n');
    const found = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(editor.document.uri);
    await until('the findings', () => found().length >= 2);
    assert.deepEqual(found().map(code), ['link.no-such-file', 'link.no-such-file']);
    const [first] = await actionsAt('img/fox');
    assert.match(first?.title ?? '', /^Generate "fox\.png"$/);
    assert.equal(first?.isPreferred, true);
    assert.ok(!(await actionsAt('page.md')).some(each => each.title.startsWith('Generate')));
    await fix('img/fox', /^Generate "fox\.png"$/);
    await until('one finding', () => found().length === 1);
  });

  it('makes what is ticked for one price, with one question', async () => {
    const wished = Array.from({ length: 3 }, (_, number) => `![todo: fox ${number}](img/w${number}.png)`);
    const others = Array.from({ length: 4 }, (_, number) => `![Fox ${number}](img/o${number}.png)`);
    editor = await openDocument([...wished, ...others].join('\n\n'));
    scene.answers.pickMany(/\/w\d\.png$/);
    const titles: (string | undefined)[] = [];
    const original = vscode.window.createQuickPick;
    vscode.window.createQuickPick = ((): vscode.QuickPick<vscode.QuickPickItem> => {
      const pick = original.call<typeof vscode.window, [], vscode.QuickPick<vscode.QuickPickItem>>(
        vscode.window,
      );
      pick.onDidAccept(() => {
        titles.push(pick.title, ...pick.items.map(({ description }) => description?.split(' · ')[0]));
      });
      return pick;
    }) as typeof original;
    scene.answers.press(/Run 3 tasks/, 'Generate');
    try {
      await vscode.commands.executeCommand('rivya.image.generateMissing');
    } finally {
      vscode.window.createQuickPick = original;
    }
    // Each row has its price first, and the title the total of the ticked ones.
    assert.match(titles[0] ?? '', /^Generate Missing Images: 3 \(\d+( to \d+)? credits\)$/);
    assert.equal(titles.length, 8);
    for (const price of titles.slice(1)) assert.match(price ?? '', /^\d+( to \d+)? credits?$/);
    await sooner('the files', async () => (await images()).length === 3);
    assert.equal(scene.sandbox.control.charges().length, 3);
    assert.equal(scene.answers.messages.filter(text => text.includes('Run 3 tasks')).length, 1);
    await textOf(editor.document, text => !text.includes('todo:'));
  });

  it('shows links that stop working, and asks nobody to find out', async () => {
    const dying = 'https://cdn.discordapp.com/attachments/1/2/fox.png?ex=65903680';
    editor = await openDocument(`![A fox](${dying})\n\n![x](https://example.com/a.png)\n`);
    const found = (): vscode.Diagnostic[] =>
      vscode.languages.getDiagnostics(editor.document.uri).filter(each => code(each) === 'expiring-link');
    await until('the finding', () => found().length === 1);
    assert.equal(found()[0]?.severity, vscode.DiagnosticSeverity.Information);
    assert.match(found()[0]?.message ?? '', /has stopped working/);
    assert.equal(editor.document.getText(found()[0]?.range), dying);
  });

  it('relinks from the library what Rivya made, with nobody to be asked', async () => {
    editor = await openDocument('![todo: a red fox](img/fox.png)\n');
    const made = editor.document.uri;
    await fix('img/fox', /^Generate/);
    // It is said once it is known where the file stands.
    await scene.answers.message(/fox\.png/);
    const job = scene.sandbox.control.requests().find(({ path }) => /^\/api\/v1\/generations\/./.test(path));
    const response = await fetch(scene.sandbox.url + (job?.path ?? ''), {
      headers: { authorization: `Bearer ${scene.sandbox.apiKey}` },
    });
    const url = /https?:[^"]+?\.png/.exec(await response.text())?.[0] ?? '';
    assert.notEqual(url, '');
    // The copy that stands in the workspace is the file; without one, it comes from the library.
    editor = await openDocument(`![A fox](${url} "T") ![B](${url})\n`);
    await vscode.commands.executeCommand('rivya.link.download');
    const first = await textOf(editor.document, now => !now.includes('http'));
    assert.match(first, /^!\[A fox\]\((\S*img\/fox\.png) "T"\) !\[B\]\(\1\)\n$/);
    await removeFolder(made);
    await removeFolder(editor.document.uri);
    editor = await openDocument(`![A fox](${url} "T") ![B](${url})\n`);
    const before = scene.sandbox.control.requests().length;
    await vscode.commands.executeCommand('rivya.link.download');
    const text = await textOf(editor.document, now => !now.includes('http'));
    assert.match(text, /^!\[A fox\]\((\S+\.png) "T"\) !\[B\]\(\1\)\n$/);
    assert.equal(scene.sandbox.control.requests().length, before);
    const [, written = ''] = /\((\S+) /.exec(text) ?? [];
    await vscode.workspace.fs.stat(beside(written));
  });

  it('downloads others after one question, and leaves what cannot be had', async () => {
    const url = `${scene.sandbox.url}/media/none/0.png`;
    await configure('expiringLinks.hosts', ['127.0.0.1']);
    editor = await openDocument(`![A fox](${url}) ![B](https://replicate.delivery.invalid/x.png)\n`);
    const before = scene.sandbox.control.requests().length;
    await vscode.commands.executeCommand('rivya.link.download');
    assert.equal(scene.sandbox.control.requests().length, before);
    scene.answers.press(/Download 1 file from/, 'Download');
    await vscode.commands.executeCommand('rivya.link.download');
    await scene.answers.message(/Not changed/);
    assert.match(editor.document.getText(), /^!\[A fox\]\(http/);
  });

  it('fetches one address of ten documents once, and changes nothing but the address', async () => {
    const url = `${scene.sandbox.url}/media/foreign/fox.png`;
    await configure('expiringLinks.hosts', ['127.0.0.1']);
    const action = {
      type: 'body',
      size: 2_000,
      prefixBase64: 'iVBORw0KGgoAAAANSUhEUg==',
      contentType: 'image/png',
    } as const;
    scene.sandbox.control.addFault({ path: '/media/foreign/', times: 'always', action });
    editor = await openDocument(`![A fox](${url} "Title")\n`);
    const names = Array.from({ length: 9 }, (_, number) => `page${number}.md`);
    for (const name of names)
      await vscode.workspace.fs.writeFile(beside(name), Buffer.from(`![${name}](${url} "Title")\n`));
    const before = scene.sandbox.control.requests().length;
    scene.answers.press(/Download 1 file from/, 'Download');
    await vscode.commands.executeCommand('rivya.link.downloadAll');
    await scene.answers.message(/now point to files in the workspace: 10/);
    assert.equal(scene.sandbox.control.requests().length - before, 1);
    const [, written = ''] = /^!\[A fox\]\((\S+\.png) "Title"\)\n$/.exec(editor.document.getText()) ?? [];
    assert.notEqual(written, '');
    for (const name of names) {
      const text = Buffer.from(await vscode.workspace.fs.readFile(beside(name))).toString();
      assert.equal(text, `![${name}](${written} "Title")\n`);
    }
    assert.equal((await vscode.workspace.fs.stat(beside(written))).size, 2_000);
  });

  for (const [what, action] of [
    ['a page', { type: 'body', body: '<!doctype html><p>Gone</p>', contentType: 'text/html' }],
    ['a refusal', { type: 'status', status: 403 }],
    [
      'a redirect into a private network',
      { type: 'status', status: 302, location: 'https://10.0.0.1/a.png' },
    ],
    ['a redirect to a file', { type: 'status', status: 302, location: 'file:///etc/hostname' }],
    ['five gigabytes', { type: 'body', size: 5_000_000_000, contentType: 'image/png' }],
  ] as const) {
    it(`leaves a link as it is behind which is ${what}, with the reason and without a file`, async () => {
      const url = `${scene.sandbox.url}/media/foreign/fox.png`;
      await configure('expiringLinks.hosts', ['127.0.0.1']);
      scene.sandbox.control.addFault({ path: '/media/foreign/', times: 'always', action });
      editor = await openDocument(`![A fox](${url})\n`);
      scene.answers.press(/Download 1 file from/, 'Download');
      await vscode.commands.executeCommand('rivya.link.download');
      const message = await scene.answers.message(/Not changed/);
      assert.match(message, /127\.0\.0\.1:\d+: \S+ /);
      assert.equal(editor.document.getText(), `![A fox](${url})\n`);
      assert.deepEqual(await filesIn(beside('.')), ['article.md']);
    });
  }
});
