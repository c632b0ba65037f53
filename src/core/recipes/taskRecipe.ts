import type { StoredFile, Task } from '../../shared/task.ts';
import { cleanPrompt, recipeIdOf, type WishValue } from './identity.ts';
import type { Recipe, RecipeReference } from './recipe.ts';

/** What a job tells of one of its files, whatever was wished. */
export function originOf(
  { createdAt, origin, remoteId, finalCredits }: Task,
  { sha256, mediaType, width, height }: StoredFile,
): Pick<Recipe, 'made' | 'origin' | 'task' | 'credits' | 'original'> {
  const size = width !== undefined && height !== undefined ? `${width}x${height}` : undefined;
  return {
    made: new Date(createdAt).toISOString().slice(0, 10),
    origin,
    ...(remoteId !== undefined && { task: remoteId }),
    ...(finalCredits !== undefined && { credits: finalCredits }),
    original: { sha256, type: mediaType, ...(size !== undefined && { size }) },
  };
}

/** What else the recipe of a result says. */
export interface ResultFacts {
  /** Of the package, where the result stands. */
  readonly file: string;
  /** As they were sent, without the inputs. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly references: readonly RecipeReference[];
  /** Which program writes, such as `rivya 0.2.0`. */
  readonly tool: string;
}

/** The recipe of a result that no manifest wishes. Of several files of one job, the first has cost it all. */
export function recipeOfResult(
  task: Task,
  { index, file: stored }: { readonly index: number; readonly file: StoredFile },
  { file, params: sent, references, tool }: ResultFacts,
): Recipe {
  const { kind, model, results } = task;
  const prompt = cleanPrompt(task.prompt);
  // They were read from JSON.
  const params = sent as Readonly<Record<string, WishValue>>;
  const take = 1;
  const hashes = references.map(({ sha256 }) => sha256);
  const isFirst = results.every(each => each.index >= index);
  return {
    recipe: recipeIdOf({ model, prompt, params, references: hashes, take }),
    ...{ kind, model, prompt, params, references, take },
    ...originOf(task, stored),
    ...(!isFirst && { credits: 0 }),
    outputs: [{ file, sha256: stored.sha256 }],
    tool,
  };
}

/** The recipe of a file that a person has changed, and that stays so. @param sha256 of the file now */
export function acceptedRecipe(recipe: Recipe, sha256: string): Recipe {
  const [main, ...others] = recipe.outputs;
  return { ...recipe, outputs: [{ file: main.file, sha256 }, ...others], edited: true };
}

/**
 * The recipe after files of its package were moved, or of another one to which it goes.
 * @param moved the new path of a file; undefined for one that is not in the package then
 */
export function movedRecipe(recipe: Recipe, moved: (file: string) => string | undefined): Recipe {
  const [main, ...others] = recipe.outputs;
  return {
    ...recipe,
    references: recipe.references.map(each => ({ ...each, file: moved(each.file) ?? '' })),
    outputs: [
      { ...main, file: moved(main.file) ?? main.file },
      ...others.map(each => ({ ...each, file: moved(each.file) ?? each.file })),
    ],
  };
}
