import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import type { PackageFolder } from '../../core/recipes/packageFolder.ts';
import type { Recipe } from '../../core/recipes/recipe.ts';
import { recipeAt, RecipeIndex, type PlacedRecipe } from '../../core/recipes/recipeIndex.ts';
import { contentOf } from './contentOf.ts';
import { packageOf } from './packageOf.ts';

/** The largest file that can be a pointer of Git LFS, in bytes. */
const largestPointer = 1024;

/**
 * How a file is to its recipe. `accepted`: a person has changed it, and said that it stays so. `moved`: it
 * has the content of a file that is gone.
 */
export type RecipeState = 'unchanged' | 'accepted' | 'edited' | 'moved';

/** What a recipe of the tree tells of a file. */
export interface FoundRecipe extends PlacedRecipe {
  readonly folder: PackageFolder;
  /** The file, relative to the package. */
  readonly file: string;
  readonly state: RecipeState;
}

/**
 * The recipes of the workspace's packages. Most are found by the path of the file alone; only for others all
 * recipes of a package are read, once, and one watcher keeps them.
 */
export class FileRecipes implements Disposable {
  readonly #store = new DisposableStore();
  readonly #indexes = new Map<string, Lazy<RecipeIndex>>();
  #isWatching = false;

  /** @returns undefined for a file without a recipe, and for one that is not there */
  async find(uri: vscode.Uri): Promise<FoundRecipe | undefined> {
    const found = packageOf(uri);
    if (!found) return undefined;
    const { folder, file } = found;
    const sha256 = await hashIn(folder, file);
    if (sha256 === undefined) return undefined;
    const named = recipeAt(folder, file);
    if (named?.outputs[0].file === file)
      return { folder, file, at: file, recipe: named, state: stateOf(named, file, sha256) };
    const index = await this.#indexOf(folder).get();
    const [derived] = index.ofOutput(file);
    if (derived) return { folder, file, ...derived, state: stateOf(derived.recipe, file, sha256) };
    const moved = index
      .ofContent(sha256)
      .find(({ recipe }) => recipe.outputs.some(each => each.sha256 === sha256 && !folder.exists(each.file)));
    return moved && { folder, file, ...moved, state: 'moved' };
  }

  dispose(): void {
    this.#store.dispose();
  }

  #indexOf(folder: PackageFolder): Lazy<RecipeIndex> {
    this.#watch();
    const known = this.#indexes.get(folder.root);
    if (known) return known;
    const index = new Lazy(() => RecipeIndex.read(folder, () => setImmediate()));
    this.#indexes.set(folder.root, index);
    return index;
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const watcher = this.#store.add(vscode.workspace.createFileSystemWatcher('**/.rivya/recipes/**'));
    const changed = (uri: vscode.Uri): void => this.#changed(uri);
    this.#store.add(watcher.onDidCreate(changed));
    this.#store.add(watcher.onDidChange(changed));
    this.#store.add(watcher.onDidDelete(changed));
  }

  #changed({ fsPath }: vscode.Uri): void {
    for (const [root, index] of this.#indexes) {
      const inside = path.relative(root, fsPath).replaceAll(path.sep, '/');
      if (inside.startsWith('../') || path.isAbsolute(inside)) continue;
      // One that is still being read may have passed the file already, and of a folder nobody hears more.
      if (index.value && inside.endsWith('.json')) index.value.update(inside);
      else this.#indexes.delete(root);
    }
  }
}

/** The hash of a file of a package; of a pointer, that of the file which it stands for. */
async function hashIn(folder: PackageFolder, file: string): Promise<string | undefined> {
  if (!folder.isInside(file)) return undefined;
  const content = await contentOf(folder.pathOf(file));
  return content && content.bytes <= largestPointer ? folder.factOf(file)?.sha256 : content?.sha256;
}

function stateOf(recipe: Recipe, file: string, sha256: string): RecipeState {
  const output = recipe.outputs.find(each => each.file === file);
  if (output?.sha256 !== sha256) return 'edited';
  return recipe.edited === true ? 'accepted' : 'unchanged';
}
