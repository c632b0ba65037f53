import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { silentLog } from '../../src/base/log.ts';
import { Library } from '../../src/core/assets/library.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { storedFiles, type Task } from '../../src/shared/task.ts';
import { registerDropAndPaste } from '../../src/vscode/dropAndPaste/dropAndPaste.ts';
import { WorkspaceProjects } from '../../src/vscode/placement/workspaceProjects.ts';
import { ResultRecipes } from '../../src/vscode/recipeFiles/resultRecipes.ts';
import type { Services } from '../../src/vscode/services.ts';
import { openDocument, removeFolder, Scene, until } from './support.ts';

const extension = vscode.extensions.getExtension<{ context: vscode.ExtensionContext }>('rivya.rivya');
assert.ok(extension);
const prompt = 'A kite over the dunes.';
const file = String.raw`\.\./assets/generated/a-kite-over-the-dunes-[0-9a-f]{8}\.png`;
/** `|` is the place of the drop. */
const documents = [
  {
    name: 'article.md',
    text: '# Kites\n\nA | here.\n',
    expected: `\n\nA !\\[${prompt}\\]\\(${file}\\) here\\.`,
  },
  { name: 'page.html', text: '<p>|</p>\n', expected: `<p><img src="${file}" alt="${prompt}" [^<>]+></p>` },
  { name: 'theme.css', text: 'a {\n  background: |;\n}\n', expected: `background: url\\("${file}"\\);` },
  {
    name: 'Hero.tsx',
    text: 'export const Hero = () => <p>|</p>;\n',
    expected: `<p><img src="${file}" alt="${prompt}" [^<>]+/></p>;`,
  },
  { name: 'notes.txt', text: 'See |.\n', expected: `See ${file}\\.` },
];

interface Ways {
  drop: vscode.DocumentDropEditProvider;
  paste: vscode.DocumentPasteEditProvider;
}

/** The providers as VS Code gets them, on a second look at the ledger, as another window has it. */
function providers(ledger: Ledger, library: Library): Ways & { registration: vscode.Disposable } {
  const languages = vscode.languages as unknown as Record<string, unknown>;
  const { registerDocumentDropEditProvider, registerDocumentPasteEditProvider } = vscode.languages;
  const found: Partial<Ways> = {};
  const keep = (way: keyof Ways) => (_selector: unknown, provider: never) => {
    found[way] = provider;
    return new vscode.Disposable(() => undefined);
  };
  languages['registerDocumentDropEditProvider'] = keep('drop');
  languages['registerDocumentPasteEditProvider'] = keep('paste');
  const context = extension?.exports.context;
  assert.ok(context);
  const projects = new WorkspaceProjects(context.workspaceState, silentLog);
  const recipes = new ResultRecipes({ context, log: silentLog });
  const placer = { forget: () => undefined };
  const services = { ledger, library, placer, projects, recipes } as unknown as Services;
  try {
    const registration = registerDropAndPaste(
      () => Promise.resolve(services),
      vscode.Uri.file(library.folder),
    );
    const { drop, paste } = found;
    assert.ok(drop && paste);
    return { drop, paste, registration };
  } finally {
    Object.assign(languages, { registerDocumentDropEditProvider, registerDocumentPasteEditProvider });
  }
}

describe('a result that is dropped or pasted', () => {
  let scene: Scene;
  let ledger: Ledger;
  let library: Library;
  let ways: ReturnType<typeof providers>;
  let task: Task;
  const opened: vscode.Uri[] = [];

  beforeEach(async () => {
    scene = await Scene.open();
    const { context } = await extension.activate();
    // Stopped before its end: the result is in the library, and nowhere else.
    scene.sandbox.control.update({ taskDurationMs: 3_600_000 });
    scene.answers.type(prompt);
    await vscode.commands.executeCommand('rivya.generate.image');
    const storage = context.globalStorageUri.fsPath;
    ({ ledger } = Ledger.open(path.join(storage, 'ledger.sqlite')));
    library = new Library(path.join(storage, 'library'));
    ways = providers(ledger, library);
    const newest = (): Task | undefined =>
      ledger.search(prompt, 10).find(({ origin }) => origin === scene.sandbox.url);
    await until('the job', () => newest()?.remoteId !== undefined);
    await vscode.commands.executeCommand('rivya.task.stopTracking', newest()?.id);
    scene.sandbox.control.finishTasks();
    await until('the result', () => newest()?.state === 'untracked');
    const found = newest();
    assert.ok(found);
    task = found;
  });

  afterEach(async () => {
    ways.registration.dispose();
    ledger.dispose();
    await scene.close();
    for (const uri of opened.splice(0)) await removeFolder(uri);
  });

  async function open(
    name: string,
    text: string,
  ): Promise<{ document: vscode.TextDocument; at: vscode.Position }> {
    const { document } = await openDocument(text.replace('|', ''), name);
    opened.push(document.uri);
    return { document, at: document.positionAt(text.indexOf('|')) };
  }

  /** What VS Code asks for. */
  async function ask(
    way: 'drop' | 'paste',
    document: vscode.TextDocument,
    at: vscode.Position,
  ): Promise<
    { insertText: string | vscode.SnippetString; additionalEdit?: vscode.WorkspaceEdit } | undefined
  > {
    const data = new vscode.DataTransfer();
    const [stored] = storedFiles(task);
    assert.ok(stored);
    const list = vscode.Uri.file(library.pathOf(stored)).toString();
    data.set('text/uri-list', new vscode.DataTransferItem(`# a comment\r\n${list}\r\n`));
    const { token } = new vscode.CancellationTokenSource();
    if (way === 'drop') {
      data.set('application/vnd.rivya.task', new vscode.DataTransferItem(JSON.stringify([task.id])));
      return [(await ways.drop.provideDocumentDropEdits(document, at, data, token)) ?? []].flat()[0];
    }
    const context = { only: undefined, triggerKind: vscode.DocumentPasteTriggerKind.Automatic };
    const range = new vscode.Range(at, at);
    return (await ways.paste.provideDocumentPasteEdits?.(document, [range], data, context, token))?.[0];
  }

  for (const { name, text, expected } of documents) {
    for (const way of ['drop', 'paste'] as const) {
      it(`is referred to by a ${way} into ${name}, and counts as placed once it is there`, async () => {
        const { document, at } = await open(name, text);
        const answer = await ask(way, document, at);
        assert.ok(typeof answer?.insertText === 'string');
        assert.equal(ledger.task(task.id)?.state, 'untracked');
        const edit = answer.additionalEdit ?? new vscode.WorkspaceEdit();
        edit.insert(document.uri, at, answer.insertText);
        assert.ok(await vscode.workspace.applyEdit(edit));
        assert.match(document.getText(), new RegExp(expected));
        await until('the note', () => ledger.placements.of(task.id)?.state === 'placed');
        assert.equal(ledger.task(task.id)?.state, 'placed');
        const placed = vscode.Uri.parse(ledger.placements.of(task.id)?.file ?? '', true);
        assert.equal((await vscode.workspace.fs.stat(placed)).size, storedFiles(task)[0]?.bytes);
        // A second time it is referred to where it stands.
        const again = await ask(way, document, document.positionAt(0));
        assert.equal(again?.additionalEdit?.size, 0);
        assert.equal(scene.sandbox.control.charges().length, 1);
        await vscode.workspace.fs.delete(placed);
      });
    }
  }

  it('counts as placed by nothing else that is written', async () => {
    const { document, at } = await open('article.md', 'A |.\n');
    assert.ok(await ask('drop', document, at));
    const other = new vscode.WorkspaceEdit();
    other.insert(document.uri, at, 'word');
    assert.ok(await vscode.workspace.applyEdit(other));
    assert.equal(document.getText(), 'A word.\n');
    assert.equal(ledger.task(task.id)?.state, 'untracked');
  });
});
