import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { PNG } from 'pngjs';
import * as vscode from 'vscode';
import { recipeIdOf } from '../../src/core/recipes/identity.ts';
import { formatRecipe, parseRecipe, type Recipe } from '../../src/core/recipes/recipe.ts';
import {
  configure,
  openDocument,
  removeFolder,
  Scene,
  select,
  textOf,
  until,
  workspaceFolder,
} from './support.ts';

const sentence = 'A paper kite over the dunes.';
const reference = /!\[(.*?)\]\((.+?)\)/;
const manifest =
  'rivya: 1\nassets:\n  other:\n    file: img/other.png\n    prompt: A fox.\n    model: z-image\n';

function pictureOf(width: number): Buffer {
  return PNG.sync.write(new PNG({ width, height: 32 }));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the recipe of a file', () => {
  let scene: Scene;
  let editor: vscode.TextEditor;
  /** The package. */
  let root: string;

  beforeEach(async () => {
    scene = await Scene.open();
    await configure('replace.oldFile', 'delete');
    editor = await openDocument(`# Dunes\n\n${sentence}\n\nThe end.\n`);
    root = path.dirname(editor.document.uri.fsPath);
    await configure('output.directory', `${path.basename(root)}/img`);
    await writeFile(path.join(root, 'rivya.assets.yaml'), manifest);
  });

  afterEach(async () => {
    await scene.close();
    await removeFolder(editor.document.uri);
    await rm(path.join(workspaceFolder().fsPath, '.rivya'), { recursive: true, force: true, maxRetries: 5 });
  });

  const recipePath = (file: string): string => path.join(root, '.rivya/recipes', `${file}.json`);

  function recipeOf(file: string): Recipe {
    const recipe = parseRecipe(readFileSync(recipePath(file), 'utf8'));
    assert.ok('recipe' in recipe, file);
    return recipe;
  }

  /** @returns the path of the file, relative to the document */
  async function generate(): Promise<string> {
    select(editor, sentence);
    await vscode.commands.executeCommand('rivya.generate.fromSelection');
    const text = await textOf(editor.document, now => reference.test(now));
    return reference.exec(text)?.[2] ?? '';
  }

  /** A picture with a recipe that another machine has written, and a document that refers to it. */
  async function colleague(change: Partial<Recipe> = {}): Promise<Recipe> {
    const picture = pictureOf(48);
    const wish = {
      model: 'google-imagen4-fast',
      prompt: 'A harbour at noon.',
      params: { seed: 7 },
      references: [],
      take: 1,
    };
    const recipe: Recipe = {
      ...wish,
      recipe: recipeIdOf(wish),
      kind: 'image',
      references: [],
      made: '2026-11-25',
      origin: 'https://rivya.ai',
      task: 'task_of_somebody_else',
      credits: 4,
      outputs: [{ file: 'img/harbour.png', sha256: sha256(picture) }],
      tool: 'rivya 0.1.0',
      ...change,
    };
    await mkdir(path.join(root, 'img'), { recursive: true });
    await writeFile(path.join(root, 'img/harbour.png'), picture);
    await mkdir(path.dirname(recipePath('img/harbour.png')), { recursive: true });
    await writeFile(recipePath('img/harbour.png'), formatRecipe(recipe));
    const document = editor.document.uri;
    await vscode.workspace.fs.writeFile(document, Buffer.from('# Harbour\n\n![Harbour](img/harbour.png)\n'));
    await textOf(editor.document, now => now.includes('harbour.png'));
    select(editor, 'img/harbour.png');
    return recipe;
  }

  async function hoverText(): Promise<string> {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      editor.selection.start,
    );
    const own = hovers
      .flatMap(({ contents }) => contents.map(each => (each as vscode.MarkdownString).value))
      .filter(each => each.includes('command:rivya.'));
    assert.equal(own.length, 1);
    return (own[0] ?? '').replaceAll('&nbsp;', ' ');
  }

  it('is written with a result in a package, and one undo takes both back', async () => {
    const before = editor.document.getText();
    const file = await generate();
    const picture = readFileSync(path.join(root, file));
    const recipe = recipeOf(file);
    assert.deepEqual(recipe.outputs, [{ file, sha256: sha256(picture) }]);
    assert.deepEqual(
      [recipe.prompt, recipe.model, recipe.entry, recipe.credits, recipe.origin],
      [sentence, 'z-image', undefined, 1, scene.sandbox.url],
    );
    const text = readFileSync(recipePath(file), 'utf8');
    assert.equal(text, formatRecipe(recipe));
    for (const secret of [scene.sandbox.apiKey, root, workspaceFolder().fsPath, '/media/'])
      assert.ok(!text.includes(secret), secret);
    await scene.answers.message(/as public as the repository/);
    await vscode.window.showTextDocument(editor.document);
    await vscode.commands.executeCommand('undo');
    assert.equal(await textOf(editor.document, now => !reference.test(now)), before);
    await until('no file and no recipe', () => !existsSync(path.join(root, file)));
    assert.equal(existsSync(recipePath(file)), false);
  });

  it('goes to the file that takes its place, and its own goes', async () => {
    await configure('defaultModel.image', 'google-imagen4-fast');
    const file = await generate();
    await editor.document.save();
    select(editor, file);
    await vscode.commands.executeCommand('rivya.recipe.rerun');
    const text = await textOf(editor.document, now => !now.includes(file));
    const fresh = reference.exec(text)?.[2] ?? '';
    assert.notEqual(recipeOf(fresh).task, undefined);
    assert.equal(recipeOf(fresh).recipe, recipeIdOf({ ...recipeOf(fresh), references: [] }));
    // The text changes before the files of the same edit go.
    await until('no old file', () => !existsSync(path.join(root, file)) && !existsSync(recipePath(file)));
  });

  it('is written where the setting says', async () => {
    await rm(path.join(root, 'rivya.assets.yaml'));
    const file = await generate();
    const name = path.relative(workspaceFolder().fsPath, path.join(root, file));
    const outer = path.join(workspaceFolder().fsPath, '.rivya/recipes', `${name}.json`);
    assert.deepEqual([existsSync(recipePath(file)), existsSync(outer)], [false, false]);
    // By hand, for nothing, and again nothing to do.
    const paid = scene.sandbox.control.charges().length;
    scene.answers.pickMany(new RegExp(path.basename(file).replaceAll('.', '\\.')));
    await vscode.commands.executeCommand('rivya.recipe.writeExisting');
    await scene.answers.message(/^1 recipe was written\.$/);
    assert.equal(existsSync(outer), true);
    const recipe = parseRecipe(readFileSync(outer, 'utf8'));
    assert.ok('recipe' in recipe);
    assert.equal(recipe.prompt, sentence);
    assert.equal(scene.sandbox.control.charges().length, paid);
  });

  it('tells of inputs by their contents, and of those outside by nothing else', async () => {
    const inside = path.join(root, 'brand.png');
    const outside = path.join(workspaceFolder().fsPath, 'private-name.png');
    await writeFile(inside, pictureOf(40));
    await writeFile(outside, pictureOf(41));
    try {
      scene.answers.pick(/^Nano Banana$/);
      scene.answers.type('The same, at night');
      const uris = [inside, outside].map(each => vscode.Uri.file(each));
      await vscode.commands.executeCommand('rivya.generate.fromReference', uris[0], uris);
      await scene.answers.message(/Image saved/);
      const [found] = await vscode.workspace.findFiles(
        new vscode.RelativePattern(root, '.rivya/recipes/**/*.json'),
      );
      assert.ok(found);
      const text = readFileSync(found.fsPath, 'utf8');
      const recipe = parseRecipe(text);
      assert.ok('recipe' in recipe);
      assert.deepEqual(recipe.references, [
        { file: 'brand.png', sha256: sha256(pictureOf(40)) },
        { file: '', sha256: sha256(pictureOf(41)) },
      ]);
      assert.ok(!text.includes('private-name'));
    } finally {
      await rm(outside);
    }
  });

  it('of somebody else says why the file exists, and offers it once more in one hover', async () => {
    await colleague();
    const words = await hoverText();
    for (const link of ['rerun', 'vary', 'otherModel', 'open', 'explain'])
      assert.equal(words.split(`command:rivya.recipe.${link}?`).length, 2, link);
    assert.ok(!words.includes('rivya.file.regenerate'), words);
    assert.match(words, /unchanged/);
    await vscode.commands.executeCommand(
      'rivya.recipe.explain',
      vscode.Uri.file(path.join(root, 'img/harbour.png')),
    );
    assert.deepEqual(scene.answers.messages.slice(-1), ['A harbour at noon.']);
    const [detail = ''] = scene.answers.details.slice(-1);
    assert.match(detail, /4 credits/);
    assert.match(detail, /seed: 7/);
    assert.match(detail, /Created on .*2026/);
    assert.match(detail, /Status: unchanged/);
    assert.match(detail, /\.rivya\/recipes\/img\/harbour\.png\.json/);
    await vscode.commands.executeCommand('rivya.recipe.open');
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, recipePath('img/harbour.png'));
  });

  it('of somebody else is made again only after a question, as it says', async () => {
    await colleague();
    // Nobody agrees.
    await vscode.commands.executeCommand('rivya.recipe.rerun');
    assert.match(scene.answers.messages.find(each => /credits?/.test(each)) ?? '', /credit/);
    assert.deepEqual(scene.sandbox.control.charges(), []);
    scene.answers.press(/credit/, 'Generate');
    await vscode.commands.executeCommand('rivya.recipe.rerun');
    const text = await textOf(editor.document, now => !now.includes('harbour.png'));
    const fresh = reference.exec(text)?.[2] ?? '';
    const { recipe } = recipeOf('img/harbour.png');
    assert.equal(recipeOf(fresh).prompt, 'A harbour at noon.');
    assert.equal(recipeOf(fresh).recipe, recipe);
    assert.equal(scene.sandbox.control.charges().length, 1);
  });

  it('is made with another model and the same seed', async () => {
    await colleague();
    scene.answers.press(/credit/, 'Generate');
    scene.answers.pick(/^Imagen 4$|Imagen4$|Imagen 4 Ultra/);
    await vscode.commands.executeCommand('rivya.recipe.otherModel');
    const text = await textOf(editor.document, now => !now.includes('harbour.png'));
    const fresh = recipeOf(reference.exec(text)?.[2] ?? '');
    assert.notEqual(fresh.model, 'google-imagen4-fast');
    assert.equal(JSON.stringify(fresh.params['seed']).replaceAll('"', ''), '7');
  });

  it('names an input that is not what it was, and sends nothing', async () => {
    await colleague({ references: [{ file: 'img/light.png', sha256: 'a'.repeat(64) }] });
    scene.answers.press(/credit/, 'Generate');
    await vscode.commands.executeCommand('rivya.recipe.rerun');
    await scene.answers.message(/"img\/light\.png" no longer exists.*Nothing was sent or charged/);
    assert.deepEqual(scene.sandbox.control.charges(), []);
  });

  it('knows a file that was edited, until that is accepted', async () => {
    await colleague();
    await writeFile(path.join(root, 'img/harbour.png'), pictureOf(50));
    assert.match(await hoverText(), /edited/);
    const uri = vscode.Uri.file(path.join(root, 'img/harbour.png'));
    scene.answers.press(/A harbour at noon/, 'Accept');
    await vscode.commands.executeCommand('rivya.recipe.explain', uri);
    await scene.answers.message(/was accepted as edited/);
    assert.deepEqual(recipeOf('img/harbour.png').outputs, [
      { file: 'img/harbour.png', sha256: sha256(pictureOf(50)) },
    ]);
    assert.equal(recipeOf('img/harbour.png').edited, true);
    assert.match(await hoverText(), /accepted/);
    await vscode.commands.executeCommand('rivya.recipe.accept', uri);
    await scene.answers.message(/matches its recipe/);
  });

  it('goes along when its file is renamed, with the manifest, and comes back with an undo', async () => {
    const file = 'img/harbour.png';
    await colleague({ entry: 'harbour', rest: { later: 1 } });
    const wished =
      'rivya: 1\nassets:\n  harbour:\n    file: img/harbour.png # ours\n    prompt: A harbour.\n    model: z-image\n';
    const manifestFile = path.join(root, 'rivya.assets.yaml');
    await writeFile(manifestFile, wished);
    const before = readFileSync(recipePath(file), 'utf8');
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(vscode.Uri.file(path.join(root, 'img')), vscode.Uri.file(path.join(root, 'pics')));
    assert.equal(await vscode.workspace.applyEdit(edit), true);
    assert.equal(existsSync(recipePath(file)), false);
    assert.deepEqual(recipeOf('pics/harbour.png').outputs[0].file, 'pics/harbour.png');
    assert.deepEqual(recipeOf('pics/harbour.png').rest, { later: 1 });
    const document = await vscode.workspace.openTextDocument(manifestFile);
    assert.equal(await textOf(document, now => now.includes('pics/')), wished.replace('img/', 'pics/'));
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    await until('the old names', () => existsSync(path.join(root, file)) && existsSync(recipePath(file)));
    assert.equal(readFileSync(recipePath(file), 'utf8'), before);
    assert.equal(existsSync(recipePath('pics/harbour.png')), false);
    assert.equal(await textOf(document, now => now.includes('img/')), wished);
  });

  it('is found by content when its file was moved outside of the editor', async () => {
    await colleague();
    await mkdir(path.join(root, 'moved'));
    await vscode.workspace.fs.copy(
      vscode.Uri.file(path.join(root, 'img/harbour.png')),
      vscode.Uri.file(path.join(root, 'moved/port.png')),
    );
    await rm(path.join(root, 'img'), { recursive: true });
    await vscode.commands.executeCommand(
      'rivya.recipe.explain',
      vscode.Uri.file(path.join(root, 'moved/port.png')),
    );
    assert.match(scene.answers.details.at(-1) ?? '', /Status: moved from img\/harbour\.png/);
  });
});
