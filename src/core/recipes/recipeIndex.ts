import type { PackageFolder } from './packageFolder.ts';
import { fileOfRecipePath, parseRecipe, recipeFolder, recipePathOf, type Recipe } from './recipe.ts';

/** Largest recipe that is read, in bytes. */
const maximumRecipeBytes = 1_000_000;
/** So many recipes are read at a time. */
const slice = 20;

/** A recipe, and the main file under whose path it stands. */
export interface PlacedRecipe {
  readonly at: string;
  readonly recipe: Recipe;
}

/** The recipe that stands under the path of a main file; undefined when there is none that can be read. */
export function recipeAt(folder: PackageFolder, at: string): Recipe | undefined {
  const read = folder.readText(recipePathOf(at), maximumRecipeBytes);
  const recipe = 'text' in read ? parseRecipe(read.text) : undefined;
  return recipe && 'recipe' in recipe ? recipe : undefined;
}

/** The recipes of a package by the files and contents that they tell of. */
export class RecipeIndex {
  readonly #folder: PackageFolder;
  readonly #recipes = new Map<string, Recipe>();
  /** Main files, by every output. */
  readonly #byOutput = new Map<string, Set<string>>();
  /** Main files, by the hash of every output. */
  readonly #byContent = new Map<string, Set<string>>();

  private constructor(folder: PackageFolder) {
    this.#folder = folder;
  }

  /** Reads all recipes, a few at a time. @param pause lets others work in between */
  static async read(folder: PackageFolder, pause: () => Promise<void>): Promise<RecipeIndex> {
    const index = new RecipeIndex(folder);
    for (const [count, path] of folder.list(recipeFolder).entries()) {
      if (count > 0 && count % slice === 0) await pause();
      index.update(path);
    }
    return index;
  }

  /** Reads a recipe anew that was written or removed. @param path of the recipe, relative to the package */
  update(path: string): void {
    const at = fileOfRecipePath(path);
    if (at === undefined) return;
    for (const { file, sha256 } of this.#recipes.get(at)?.outputs ?? []) {
      this.#byOutput.get(file)?.delete(at);
      this.#byContent.get(sha256)?.delete(at);
    }
    const recipe = recipeAt(this.#folder, at);
    if (!recipe) {
      this.#recipes.delete(at);
      return;
    }
    this.#recipes.set(at, recipe);
    for (const { file, sha256 } of recipe.outputs) {
      add(this.#byOutput, file, at);
      add(this.#byContent, sha256, at);
    }
  }

  /** Recipes that name a file among their outputs. */
  ofOutput(file: string): PlacedRecipe[] {
    return this.#placed(this.#byOutput.get(file));
  }

  /** Recipes of which an output had this content. */
  ofContent(sha256: string): PlacedRecipe[] {
    return this.#placed(this.#byContent.get(sha256));
  }

  #placed(mains: ReadonlySet<string> = new Set()): PlacedRecipe[] {
    return [...mains].flatMap(at => {
      const recipe = this.#recipes.get(at);
      return recipe ? [{ at, recipe }] : [];
    });
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key) ?? new Set();
  map.set(key, values.add(value));
}
