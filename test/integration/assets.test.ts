import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { systemClock } from '../../src/base/clock.ts';
import { Lazy } from '../../src/base/lazy.ts';
import { DisposableStore } from '../../src/base/lifecycle.ts';
import { readPackage, type PackageFacts } from '../../src/core/assets/plan/facts.ts';
import type { PackageLook } from '../../src/core/assets/plan/look.ts';
import { syncPackage } from '../../src/core/assets/sync/sync.ts';
import { PackageFolder } from '../../src/core/recipes/packageFolder.ts';
import { formatRecipe, parseRecipe } from '../../src/core/recipes/recipe.ts';
import { Arrivals } from '../../src/vscode/assets/arrivals.ts';
import { packageAt, type AssetPackage } from '../../src/vscode/assets/assetPackage.ts';
import type { AssetPackages } from '../../src/vscode/assets/assetPackages.ts';
import type { AssetServices } from '../../src/vscode/assets/assetServices.ts';
import { settlerParts } from '../../src/vscode/assets/syncing.ts';
import { wrongManifests } from '../support/wrongManifests.ts';
import { OwnWindow } from './ownWindow.ts';
import { openDocument, removeFolder, Scene, sooner, until, workspaceFolder } from './support.ts';

const manifest = `rivya: 1
defaults:
  model: z-image
assets:
  hero:
    file: img/hero.png
    prompt: A lighthouse at dawn.
  card:
    file: img/{theme}.png
    prompt: A postcard, {theme}.
    matrix: { theme: [light, dark] }
`;

describe('assets of a package', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;

  beforeEach(async () => {
    scene = await Scene.open();
    editor = await openDocument(manifest, 'rivya.assets.yaml');
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
  });

  const fileOf = (name: string): string => path.join(path.dirname(editor.document.uri.fsPath), name);
  const charges = (): number => scene.sandbox.control.charges().filter(({ credits }) => credits > 0).length;

  async function titles(): Promise<string[]> {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      editor.document.uri,
      // So many have their words.
      100,
    );
    return lenses.map(({ command }) => command?.title ?? '');
  }

  const lensesWith = (title: string): Promise<string[]> =>
    sooner(`a lens ${title}`, titles, found => found.includes(title));

  async function sync(rows = /./): Promise<void> {
    scene.answers.pickMany(rows);
    scene.answers.press(/Run \d+ tasks/, 'Generate');
    await vscode.commands.executeCommand('rivya.assets.sync', editor.document.uri);
  }

  it('shows state and price above each entry, and what there is to do', async () => {
    const found = await lensesWith('Generate (2 credits)');
    assert.deepEqual(found.toSorted(), [
      'Generate (1 credit)',
      'Generate (2 credits)',
      'Missing',
      'Missing 2',
      'Missing 3',
      'Plan',
      'Sync (3 credits)',
    ]);
    await vscode.workspace.getConfiguration('rivya').update('assets.codeLens', false, true);
    try {
      await sooner('no lens', titles, none => none.length === 0);
    } finally {
      await vscode.workspace.getConfiguration('rivya').update('assets.codeLens', undefined, true);
    }
    assert.equal(charges(), 0);
  });

  it('tells what is wrong where it stands, and suggests what is right', async () => {
    const replace = async (from: string, to: string): Promise<void> => {
      const at = editor.document.getText().indexOf(from);
      const range = new vscode.Range(
        editor.document.positionAt(at),
        editor.document.positionAt(at + from.length),
      );
      await editor.edit(edit => edit.replace(range, to));
    };
    await replace('model: z-image', 'model: z-imagine');
    const diagnostics = await sooner(
      'a diagnostic',
      () => vscode.languages.getDiagnostics(editor.document.uri),
      found => found.length > 0,
    );
    assert.deepEqual(
      diagnostics.map(({ code, source, range }) => [code, source, editor.document.getText(range)]),
      [['asset-model', 'Rivya', 'z-imagine']],
    );
    const position = editor.document.positionAt(editor.document.getText().indexOf('z-imagine'));
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      editor.document.uri,
      position,
    );
    const model = items.find(({ insertText }) => insertText === 'z-image');
    assert.equal(model?.detail, 'Image · 1 credit');
    await replace('z-imagine', 'z-image');
    await sooner(
      'no diagnostic',
      () => vscode.languages.getDiagnostics(editor.document.uri),
      found => found.length === 0,
    );
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      editor.document.positionAt(editor.document.getText().indexOf('hero:') + 1),
    );
    const words = (hover?.contents ?? [])
      .map(each => (each instanceof vscode.MarkdownString ? each.value : ''))
      .join(' ');
    assert.match(words, /Missing[^]*lighthouse/);
  });

  it('leaves to an extension for YAML what that says by our schema: nothing is told twice', async () => {
    const extensions = vscode.extensions as { getExtension: (id: string) => unknown };
    const before = extensions.getExtension;
    // What it knows of is told by it: this one knows that key.
    const theirs = vscode.languages.createDiagnosticCollection('yaml');
    const { document } = editor;
    const told = (): string[] =>
      vscode.languages
        .getDiagnostics(document.uri)
        .map(({ range, source }) => `${document.getText(range)} ${source ?? ''}`)
        .toSorted();
    try {
      extensions.getExtension = id => (id === 'redhat.vscode-yaml' ? {} : before.call(extensions, id));
      const end = document.positionAt(document.getText().length);
      await editor.edit(edit =>
        edit.insert(end, '    promt: x\n  out:\n    file: ../a.png\n    prompt: A fox.\n'),
      );
      const at = document.positionAt(document.getText().indexOf('promt'));
      const wrong = new vscode.Diagnostic(
        new vscode.Range(at, at.translate(0, 5)),
        'Property promt is not allowed.',
      );
      wrong.source = 'yaml-schema: Rivya';
      theirs.set(document.uri, [wrong]);
      // Of a manifest that is no manifest, paths are not looked at.
      await sooner('their word alone', told, found => found.join() === 'promt yaml-schema: Rivya');
      await editor.edit(edit => edit.delete(new vscode.Range(at.line, 0, at.line + 1, 0)));
      theirs.clear();
      await sooner('ours', told, found => found.join() === '../a.png Rivya');
    } finally {
      extensions.getExtension = before;
      theirs.dispose();
    }
  });

  it('makes all with one question, pays once, and a second sync does nothing', async () => {
    await lensesWith('Missing 3');
    await sync();
    await scene.answers.message(/Assets generated: 3\. The tasks of this sync cost at most 3 credits\./);
    assert.equal(charges(), 3);
    assert.equal(scene.answers.messages.filter(text => /Run \d+ tasks/.test(text)).length, 1);
    for (const name of ['hero', 'light', 'dark']) {
      const recipe = parseRecipe(await readFile(fileOf(`.rivya/recipes/img/${name}.png.json`), 'utf8'));
      assert.ok('outputs' in recipe, name);
      assert.equal(recipe.outputs[0].file, `img/${name}.png`);
      assert.equal(recipe.credits, 1);
      assert.ok(existsSync(fileOf(`img/${name}.png`)));
    }
    await lensesWith('Up to date 3');
    scene.answers.messages.length = 0;
    await sync();
    await scene.answers.message(/All files match the manifest/);
    assert.equal(charges(), 3);
  });

  it('makes one entry from its lens', async () => {
    await lensesWith('Missing 3');
    await vscode.commands.executeCommand('rivya.asset.generate', editor.document.uri, 'hero');
    await scene.answers.message(/Assets generated: 1\./);
    assert.equal(charges(), 1);
    assert.ok(existsSync(fileOf('img/hero.png')));
    await lensesWith('Up to date · 1 credit');
  });

  it('stops: what is paid is kept, and comes with the next sync', async () => {
    await lensesWith('Missing 3');
    scene.sandbox.control.update({ taskDurationMs: 3_600_000 });
    const syncing = sync(/hero/);
    await until('an order', () => scene.sandbox.control.charges().length === 1);
    scene.answers.cancelProgresses();
    await syncing;
    await scene.answers.message(/Stopped\. Tasks that were already started/);
    assert.ok(!existsSync(fileOf('img/hero.png')));
    scene.sandbox.control.finishTasks();
    await lensesWith('Restore');
    await vscode.commands.executeCommand('rivya.asset.generate', editor.document.uri, 'hero');
    await until('the file', () => existsSync(fileOf('img/hero.png')));
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('goes on after a reload: what was ordered goes to its place, and what stands there stays', async () => {
    scene.sandbox.control.update({ taskDurationMs: 3_600_000 });
    const storage = await mkdtemp(path.join(tmpdir(), 'rivya-reload-'));
    const own = packageAt(vscode.Uri.joinPath(editor.document.uri, '..'));
    const read = async (): Promise<PackageLook> => {
      const facts = await readPackage(new PackageFolder(own.root.fsPath));
      return { facts, problems: [], prices: [] };
    };
    const packages = { find: () => Promise.resolve([own]), read, refresh: () => undefined };
    const window = new DisposableStore();
    try {
      const before = window.add(await OwnWindow.open(scene, storage));
      await editor.document.save();
      const syncing = syncIn(before.services, own, async () => (await read()).facts);
      await until('three orders', () => scene.sandbox.control.charges().length === 3);
      await until('their answers', () => before.services.ledger.tasks({ limit: 9, states: ['queued', 'processing'] }).length === 3); // prettier-ignore
      before.dispose();
      await assert.rejects(syncing);
      await mkdir(fileOf('img'), { recursive: true });
      await writeFile(fileOf('img/light.png'), 'of a person');
      const after = window.add(await OwnWindow.open(scene, storage));
      const services = window.add(new Lazy(() => Promise.resolve<AssetServices>(after.services)));
      window.add(new Arrivals(packages as unknown as AssetPackages, services, systemClock));
      await services.get();
      scene.sandbox.control.finishTasks();
      await scene.answers.message(
        /^Files of an earlier sync are ready: 2\. In the library, because the manifest or the file has changed: 1\.$/,
      );
      for (const name of ['hero', 'dark']) {
        const recipe = parseRecipe(await readFile(fileOf(`.rivya/recipes/img/${name}.png.json`), 'utf8'));
        assert.ok('outputs' in recipe && recipe.credits === 1, name);
        assert.ok(existsSync(fileOf(`img/${name}.png`)));
      }
      assert.equal(await readFile(fileOf('img/light.png'), 'utf8'), 'of a person');
      assert.ok(!existsSync(fileOf('.rivya/recipes/img/light.png.json')));
      // Nobody waits for the third, and a sync would find it.
      const states = after.services.ledger.tasks({ limit: 9 }).map(({ state }) => state);
      assert.deepEqual(states.toSorted(), ['placed', 'placed', 'untracked']);
      assert.equal(charges(), 3);
    } finally {
      window.dispose();
      await rm(storage, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  /** A sync that nobody stops and nobody asks about, in a window of its own. */
  async function syncIn(
    services: AssetServices,
    own: AssetPackage,
    read: () => Promise<PackageFacts>,
  ): Promise<void> {
    const { origin } = services.server.base;
    const { runner, holder, log } = services;
    const client = services.clientOf(origin);
    assert.ok(client);
    const models = await services.catalogue.models(origin);
    await syncPackage(
      { ...settlerParts(services, own, origin), runner, client, models, holder, log, read },
      {
        agreement: { limit: 10, named: 3, hasPerson: true },
        onEvent: () => undefined,
        signal: new AbortController().signal,
      },
    );
  }

  it('keeps what a person has edited, until they say otherwise', async () => {
    await vscode.commands.executeCommand('rivya.asset.generate', editor.document.uri, 'hero');
    await scene.answers.message(/Assets generated: 1\./);
    const before = await readFile(fileOf('img/hero.png'));
    await writeFile(fileOf('img/hero.png'), Buffer.concat([before, Buffer.from('x')]));
    await lensesWith('Accept');
    await vscode.commands.executeCommand('rivya.asset.accept', editor.document.uri, 'hero');
    await lensesWith('Up to date · 1 credit');
    await writeFile(fileOf('img/hero.png'), Buffer.concat([before, Buffer.from('y')]));
    await lensesWith('Replace...');
    scene.answers.press(/Replace 1 edited file\?/, 'Replace');
    scene.answers.messages.length = 0;
    await vscode.commands.executeCommand('rivya.asset.replace', editor.document.uri, 'hero');
    await scene.answers.message(/Assets generated: 1\./);
    assert.deepEqual(await readFile(fileOf('img/hero.png')), before);
    // It lay in the library.
    assert.equal(charges(), 1);
  });

  it('deletes what is wished no longer after a question', async () => {
    await vscode.commands.executeCommand('rivya.asset.generate', editor.document.uri, 'hero');
    await scene.answers.message(/Assets generated: 1\./);
    const all = editor.document.getText();
    const start = all.indexOf('  hero:');
    const range = new vscode.Range(
      editor.document.positionAt(start),
      editor.document.positionAt(all.indexOf('  card:')),
    );
    await editor.edit(edit => edit.delete(range));
    scene.answers.press(/^Delete 1 file that is no longer in the manifest/, 'Delete');
    await vscode.commands.executeCommand('rivya.assets.prune', editor.document.uri);
    assert.ok(!existsSync(fileOf('img/hero.png')));
    assert.ok(!existsSync(fileOf('.rivya/recipes/img/hero.png.json')));
  });

  it('gathers what was not made in one message', async () => {
    // Each is tried once more.
    for (let time = 0; time < 2; time++) scene.sandbox.control.failNextGeneration({ message: 'No ink.' });
    await sync(/hero/);
    const text = await scene.answers.message(/Not generated: \d/);
    assert.match(text, /^Assets generated: 0\. Not generated: 1\. hero: .*No ink\.$/);
    assert.equal(charges(), 0);
    assert.equal(scene.answers.messages.filter(each => each.includes('ink')).length, 1);
  });

  it('sends nothing for a hostile manifest that is opened, saved or pulled', async () => {
    // All of them are read in the unit tests.
    const some = wrongManifests.filter((_, index) => index % 7 === 0);
    const outside = await mkdtemp(path.join(tmpdir(), 'rivya-outside-'));
    const told = (uri: vscode.Uri): string[] =>
      vscode.languages.getDiagnostics(uri).map(({ code, range: { start } }) => {
        const name = typeof code === 'object' ? code.value : (code ?? '');
        return `${start.line + 1}:${start.character + 1} ${name}`;
      });
    try {
      for (const [index, [name, text, expected, files = {}]] of some.entries()) {
        // As a pull brings them: each a package of its own.
        const folder = fileOf(`pulled-${index}`);
        await mkdir(folder);
        await symlink(outside, path.join(folder, 'linked'));
        for (const [file, content] of Object.entries(files))
          await writeFile(path.join(folder, file), content);
        const uri = vscode.Uri.file(path.join(folder, 'rivya.assets.yaml'));
        await writeFile(uri.fsPath, text);
        await vscode.workspace.openTextDocument(uri);
        const [place = '', code = place] = expected.split(' ');
        const isTold = (each: string): boolean =>
          place === code ? each.includes(` ${code}`) : each === `${place} ${code}`;
        await until(name, () => told(uri).some(isTold));
      }
      const text = some[0]?.[1] ?? '';
      const end = editor.document.positionAt(editor.document.getText().length);
      await editor.edit(edit => edit.replace(new vscode.Range(new vscode.Position(0, 0), end), text));
      await editor.document.save();
      await until('what is wrong with it', () => told(editor.document.uri).length > 0);
      const sent = scene.sandbox.control.requests().filter(({ method }) => method !== 'GET');
      assert.deepEqual(sent, []);
      assert.deepEqual(await readdir(outside), []);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  it('checks a recipe by its schema', async () => {
    const uri = vscode.Uri.file(fileOf('.rivya/recipes/img/wrong.png.json'));
    const recipe = formatRecipe({
      recipe: `r1-${'a'.repeat(32)}`,
      kind: 'image',
      model: 'z-image',
      prompt: 'x',
      params: {},
      references: [],
      take: 1,
      outputs: [{ file: 'img/wrong.png', sha256: 'b'.repeat(64) }],
    });
    await vscode.workspace.fs.writeFile(uri, Buffer.from(recipe.replace('"image"', '"picture"')));
    await vscode.window.showTextDocument(uri);
    await sooner(
      'a diagnostic of the schema',
      () => vscode.languages.getDiagnostics(uri),
      found => found.some(({ message }) => message.includes('"image", "video", "audio"')),
    );
  });
});

describe('the command rivya in the terminal', () => {
  it('is on the path, and runs without a Node of its own', async () => {
    const output = path.join(workspaceFolder().fsPath, 'rivya-version.txt');
    await rm(output, { force: true });
    const terminal = vscode.window.createTerminal({ shellPath: '/bin/bash', shellArgs: ['--norc'] });
    try {
      terminal.sendText(
        `{ command -v rivya; rivya --version; } > '${output}' 2>&1; echo done >> '${output}'`,
      );
      const text = await sooner(
        'an answer of the terminal',
        () => readFile(output, 'utf8').catch(() => ''),
        read => read.includes('done'),
      );
      const extension = vscode.extensions.getExtension('rivya.rivya');
      const { version } = extension?.packageJSON as { version: string };
      assert.match(text, /globalStorage\/rivya\.rivya\/bin\/rivya\n/);
      assert.ok(text.includes(`\n${version}\n`), text);
    } finally {
      terminal.dispose();
      await rm(output, { force: true });
    }
  });
});
