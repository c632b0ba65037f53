import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import {
  configure,
  filesIn,
  openDocument,
  removeFolder,
  Scene,
  select,
  textOf,
  until,
  workspaceFolder,
} from './support.ts';

const sentence = 'A mill by the river.';
const article = `# River\n\n${sentence}\n\nThe end.\n`;
const reference = /!\[(.*)\]\((.+)\)/;

describe('a generated result and its place', () => {
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

  const generate = (): Thenable<unknown> => vscode.commands.executeCommand('rivya.generate.fromSelection');
  const arrived = (): Promise<string> => textOf(editor.document, text => reference.test(text));

  /** Starts a job that ends only when it is told to. */
  async function begin(): Promise<void> {
    const before = scene.sandbox.control.charges().length;
    scene.sandbox.control.update({ taskDurationMs: 3_600_000 });
    await generate();
    // Before that there is nothing that could be finished.
    await until('the job', () => scene.sandbox.control.charges().length > before);
  }

  /** Two jobs for one place. The same text twice at once would be one order. */
  async function beginTwo(): Promise<void> {
    await begin();
    select(editor, sentence.slice(0, -1));
    await begin();
  }

  it('selects the alternative text while the prompt is still selected', async () => {
    await generate();
    await arrived();
    await until('the selection', () => editor.selection.active.line === 4);
    assert.equal(editor.document.getText(editor.selection), sentence);
  });

  it('is undone for good, and moves no cursor, before it is known to be there', async () => {
    const end = new vscode.Selection(4, 0, 4, 3);
    const workspace: { applyEdit: typeof vscode.workspace.applyEdit } = vscode.workspace;
    const { applyEdit } = workspace;
    workspace.applyEdit = async edit => {
      const isApplied = await applyEdit(edit);
      await vscode.commands.executeCommand('undo');
      editor.selection = end;
      return isApplied;
    };
    try {
      await generate();
      await scene.answers.message(/Image inserted/);
    } finally {
      workspace.applyEdit = applyEdit;
    }
    assert.equal(editor.document.getText(), article);
    assert.deepEqual(editor.selection, end);
  });

  it('leaves the cursor alone when the user has gone on', async () => {
    await begin();
    const end = new vscode.Position(4, 4);
    editor.selection = new vscode.Selection(end, end);
    scene.sandbox.control.finishTasks();
    await arrived();
    assert.equal(editor.document.lineAt(editor.selection.active.line).text, 'The end.');
    assert.equal(editor.selection.active.character, 4);
  });

  it('follows a rename of the document', async () => {
    await begin();
    const moved = vscode.Uri.joinPath(editor.document.uri, '../renamed.md');
    const rename = new vscode.WorkspaceEdit();
    rename.renameFile(editor.document.uri, moved);
    await vscode.workspace.applyEdit(rename);
    editor = await vscode.window.showTextDocument(moved);
    scene.sandbox.control.finishTasks();
    assert.match(await arrived(), /by the river\.\n\n!\[/);
  });

  it('follows the place through a formatter that replaces the whole text, and through an undo', async () => {
    await begin();
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    await editor.edit(edit => edit.replace(whole, `# River\n\nNew.\n\n${sentence}\n\nThe end.\n`));
    await vscode.commands.executeCommand('undo');
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), 'Before.\n\n'));
    scene.sandbox.control.finishTasks();
    const [line] = reference.exec(await arrived()) ?? [];
    assert.equal(editor.document.getText(), `Before.\n\n# River\n\n${sentence}\n\n${line}\n\nThe end.\n`);
  });

  it('is shown once where one document is in two editors', async () => {
    await begin();
    const other = await vscode.window.showTextDocument(editor.document, vscode.ViewColumn.Beside);
    await other.edit(edit => edit.insert(new vscode.Position(0, 0), 'Before.\n\n'));
    scene.sandbox.control.finishTasks();
    const text = await arrived();
    assert.equal(text.match(/!\[/g)?.length, 1);
    assert.match(text, /^Before\.\n\n# River/);
  });

  it('goes to its own place when two jobs have the same', async () => {
    await beginTwo();
    scene.sandbox.control.finishTasks();
    const text = await textOf(editor.document, now => now.match(/!\[/g)?.length === 2);
    assert.match(text, /^# River\n\nA mill by the river\.\n\n!\[.+\]\(.+\)\n\n!\[.+\]\(.+\)\n\nThe end\.\n$/);
    const sources = [...text.matchAll(/\((.+)\)/g)].map(([, source]) => source);
    assert.equal(new Set(sources).size, 2);
  });

  it('is on the clipboard with all others that came with it', async () => {
    await configure('insert.placement', 'clipboard');
    await beginTwo();
    scene.sandbox.control.finishTasks();
    await scene.answers.message(/2 results ready.+Path copied to clipboard/);
    const paths = (await vscode.env.clipboard.readText()).split('\n');
    assert.equal(new Set(paths).size, 2);
    for (const path of paths) await readFile(vscode.Uri.joinPath(editor.document.uri, '..', path).fsPath);
  });

  it('brings a large file in without carrying it through memory, and one undo takes it out again', async () => {
    await configure('output.fileName', 'large');
    const size = 20_000_000;
    const action = {
      type: 'body',
      size,
      prefixBase64: 'iVBORw0KGgoAAAANSUhEUg==',
      contentType: 'image/png',
    } as const;
    scene.sandbox.control.addFault({ path: '/media/', times: 'always', action });
    await generate();
    const text = await arrived();
    const file = vscode.Uri.joinPath(editor.document.uri, '..', reference.exec(text)?.[2] ?? '');
    assert.equal((await vscode.workspace.fs.stat(file)).size, size);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(await textOf(editor.document, now => !reference.test(now)), article);
    const left = await filesIn(vscode.Uri.joinPath(file, '..'));
    assert.ok(!left.includes(file.path.split('/').at(-1) ?? ''), left.join(', '));
  });

  it('is referred to by its public address below a public root', async () => {
    await configure('output.directory', 'public/img');
    await generate();
    assert.match((await arrived()).split('\n')[4] ?? '', /^!\[.+\]\(\/img\/a-mill-by-the-river-\w+\.png\)$/);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(workspaceFolder(), 'public'), { recursive: true });
  });

  it('goes where the project of the document has its media, of which is told once', async () => {
    const settings = vscode.Uri.joinPath(editor.document.uri, '../mkdocs.yml');
    await vscode.workspace.fs.writeFile(settings, Buffer.from('site_name: River\ndocs_dir: .\n'));
    await generate();
    assert.match(await arrived(), /\]\(assets\/generated\/a-mill-by-the-river-\w+\.png\)/);
    await scene.answers.message(
      /^This is a MkDocs project\. Generated files are saved in "case-\w+\/assets\/generated"\.$/,
    );
  });

  it('goes where the user has set, whatever the project has', async () => {
    const settings = vscode.Uri.joinPath(editor.document.uri, '../mkdocs.yml');
    await vscode.workspace.fs.writeFile(settings, Buffer.from('docs_dir: .\n'));
    await configure('output.directory', 'assets/generated');
    await generate();
    assert.match(await arrived(), /\]\(\.\.\/assets\/generated\/a-mill-by-the-river-\w+\.png\)/);
  });

  it("goes where the user's own markdown.copyFiles.destination says", async () => {
    const setting = vscode.workspace.getConfiguration('markdown');
    const global = vscode.ConfigurationTarget.Global;
    await setting.update('copyFiles.destination', { '**/*': 'pictures/${documentBaseName}/' }, global);
    try {
      await generate();
      assert.match(
        (await arrived()).split('\n')[4] ?? '',
        /\]\(pictures\/article\/a-mill-by-the-river-\w+\.png\)$/,
      );
    } finally {
      await setting.update('copyFiles.destination', undefined, global);
    }
  });

  it('goes into a Markdown cell of a notebook', async () => {
    const uri = vscode.Uri.joinPath(editor.document.uri, '../book.ipynb');
    const cell = { cell_type: 'markdown', metadata: {}, source: [sentence] };
    const content = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
    await vscode.workspace.fs.writeFile(uri, Buffer.from(JSON.stringify(content)));
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    const { document } = notebook.cellAt(0);
    await vscode.commands.executeCommand('notebook.cell.edit');
    const inCell = await cellEditor(document);
    inCell.selection = new vscode.Selection(0, 0, 0, sentence.length);
    await generate();
    const text = await textOf(document, now => reference.test(now));
    const source = reference.exec(text)?.[2] ?? '';
    await readFile(vscode.Uri.joinPath(uri, '..', source).fsPath);
  });

  it('reads the prompt from a comment, and stays in it', async () => {
    const code = await openDocument(`// ${sentence}\nconst mill = 1;\n`, 'mill.ts');
    code.selection = new vscode.Selection(0, 6, 0, 6);
    await generate();
    const text = await textOf(code.document, now => now.includes('.png'));
    assert.match(text, /^\/\/ A mill by the river\.\n\/\/ \.\.\/assets\/.+\.png\nconst mill = 1;\n$/);
    const [post] = scene.sandbox.control.requests().filter(({ method }) => method === 'POST');
    assert.equal((post?.body as { prompt: string }).prompt, sentence);
    // The last word of the job, alone or with that of an earlier one: the next test counts what is told
    // together.
    await scene.answers.message(/Image inserted: |results ready/);
    await removeFolder(code.document.uri);
  });

  it('is told of in one message with others that come while the user is elsewhere', async () => {
    await beginTwo();
    await vscode.commands.executeCommand('workbench.action.keepEditor');
    const elsewhere = await openDocument('Elsewhere.\n', 'elsewhere.md');
    scene.sandbox.control.finishTasks();
    await scene.answers.message(/^2 results ready \(2 credits\)\.$/);
    // Of the two alone: the result of an earlier test may still be told of.
    const names = [...editor.document.getText().matchAll(/[\w-]+\.png/g)].map(([name]) => name);
    assert.equal(names.length, 2);
    assert.deepEqual(
      scene.answers.messages.filter(message => names.some(name => message.includes(name))),
      [],
    );
    await removeFolder(elsewhere.document.uri);
  });

  it('waits for a pause while the user types, and disturbs no letter', async () => {
    await begin();
    const asked = (): number =>
      scene.sandbox.control.requests().filter(({ path }) => path.startsWith('/api/v1/generations/')).length;
    const before = asked();
    scene.sandbox.control.finishTasks();
    await until('the news of the result', () => asked() > before);
    const letters = 'a user who goes on typing while the result comes';
    for (let index = 0; index < letters.length; index++) {
      await editor.edit(edit => edit.insert(new vscode.Position(0, index), letters.charAt(index)));
    }
    const [line] = reference.exec(await arrived()) ?? [];
    assert.equal(editor.document.getText(), `${letters}# River\n\n${sentence}\n\n${line}\n\nThe end.\n`);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });
});

/** The editor of a cell, once VS Code shows it. */
async function cellEditor(document: vscode.TextDocument): Promise<vscode.TextEditor> {
  const { activeTextEditor } = vscode.window;
  if (activeTextEditor?.document === document) return activeTextEditor;
  return new Promise(resolve => {
    const subscription = vscode.window.onDidChangeActiveTextEditor(shown => {
      if (shown?.document !== document) return;
      subscription.dispose();
      resolve(shown);
    });
  });
}
