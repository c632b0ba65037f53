import { pathToFileURL } from 'node:url';
import { wording, type Wording } from '../../../base/wording.ts';
import { isRivyaError } from '../../../api/errors/errors.ts';
import type { StoredFile, Task } from '../../../shared/task.ts';
import type { PackageFolder } from '../../recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type Recipe } from '../../recipes/recipe.ts';
import { recipeAt } from '../../recipes/recipeIndex.ts';
import { originOf } from '../../recipes/taskRecipe.ts';
import type { Library } from '../library.ts';
import { extensionOf, isSameFormat } from '../manifest/packagePath.ts';
import type { WishedAsset } from '../plan/facts.ts';
import type { PlanItem } from '../plan/plan.ts';

/** What files of a package are written with. */
export interface AssetFilesParts {
  readonly folder: PackageFolder;
  readonly library: Library;
  /** Which program writes, such as `rivya 0.2.0`. */
  readonly tool: string;
  /** Fetches the file of a finished job once more, whose copy in the library is gone. */
  readonly fetchAgain: (task: Task) => Promise<StoredFile>;
}

/**
 * Files of a package, each with the recipe that says what made it. The file comes first: what a crash leaves
 * between the two is known by its content. Nothing is overwritten but what a plan replaces. What each does
 * returns why it was not done; undefined when it was.
 */
export class AssetFiles {
  readonly #parts: AssetFilesParts;

  constructor(parts: AssetFilesParts) {
    this.#parts = parts;
  }

  /** The URI of an asset's file. */
  uriOf({ file }: WishedAsset): string {
    return pathToFileURL(this.#parts.folder.pathOf(file)).href;
  }

  /** Moves the file, when it is not at its place yet, and the recipe. */
  move({ asset, from, recipe: known }: PlanItem): Wording | undefined {
    const { folder } = this.#parts;
    if (!asset || from === undefined) throw new Error('A move has no beginning or no end.');
    const failure = wording("{0} couldn't be moved", from);
    if (known?.outputs[0].file === asset.file) return folder.move(from, asset.file) ? undefined : failure;
    const recipe = known ?? recipeAt(folder, from);
    if (!recipe) return wording("the recipe of {0} can't be read", from);
    if (!folder.exists(asset.file) && !folder.move(from, asset.file)) return failure;
    const [main, ...others] = recipe.outputs;
    this.record(asset, { ...recipe, outputs: [{ ...main, file: asset.file }, ...others] });
    if (from !== asset.file) folder.remove(recipePathOf(from));
    return undefined;
  }

  /** Copies the result of a job from the library. @throws an error of the disk */
  async place(item: PlanItem, asset: WishedAsset, task: Task): Promise<Wording | undefined> {
    const { folder, library, fetchAgain } = this.#parts;
    const [result] = task.results;
    let file = result?.file;
    if (!file || result?.state !== 'stored') return wording("its file isn't in the library");
    const { extension, sha256 } = file;
    if (!isSameFormat(extension, extensionOf(asset.file)))
      return wording("it was returned as {0}: name it .{0}, formats aren't converted yet", extension);
    if (!this.#stands(asset, sha256)) {
      if (!(await library.has(file))) {
        try {
          file = await fetchAgain(task);
        } catch (error) {
          if (!isRivyaError(error)) throw error;
          return wording('its file is no longer available: {0}', error.message);
        }
      }
      const isCopied = folder.copyIn(library.pathOf(file), asset.file, item.replaces);
      if (!isCopied && !this.#stands(asset, file.sha256)) return somethingElse;
    }
    this.#recordNew(item, asset, file.sha256, originOf(task, file));
    return undefined;
  }

  /** Copies the file of another asset with the same wish. */
  copy(item: PlanItem, asset: WishedAsset, twin: WishedAsset | undefined): Wording | undefined {
    const { folder } = this.#parts;
    const recipe = twin && recipeAt(folder, twin.file);
    if (!twin || recipe?.recipe !== asset.recipe)
      return wording("{0} wasn't generated", item.twin ?? wording('its twin'));
    if (!isSameFormat(extensionOf(twin.file), extensionOf(asset.file)))
      return wording("it's the file of {0}, and formats aren't converted yet", twin.id);
    const [{ sha256 }] = recipe.outputs;
    const stands = this.#stands(asset, sha256);
    if (!stands && !folder.copyIn(folder.pathOf(twin.file), asset.file, item.replaces)) return somethingElse;
    const { made, origin, task, original } = recipe;
    this.#recordNew(item, asset, sha256, {
      ...(made !== undefined && { made }),
      ...(origin !== undefined && { origin }),
      ...(task !== undefined && { task }),
      credits: 0,
      ...(original && { original }),
    });
    return undefined;
  }

  /** Writes the recipe of what stands there, under the name and alternative text of the manifest. */
  record({ id, alt, file }: WishedAsset, recipe: Recipe): void {
    const whole: { -readonly [K in keyof Recipe]: Recipe[K] } = { ...recipe, entry: id };
    delete whole.alt;
    if (alt !== undefined) whole.alt = alt;
    this.#parts.folder.writeText(recipePathOf(file), formatRecipe(whole));
  }

  #recordNew(item: PlanItem, asset: WishedAsset, sha256: string, origin: Partial<Recipe>): void {
    const { recipe, kind, model, prompt, params, referenceFiles: references, take, file } = asset;
    this.record(asset, {
      ...origin,
      ...{ recipe, kind, model, prompt, params, references, take },
      outputs: [{ file, sha256 }],
      tool: this.#parts.tool,
      ...(item.recipe?.rest && { rest: item.recipe.rest }),
    });
  }

  #stands({ file }: WishedAsset, sha256: string): boolean {
    return this.#parts.folder.factOf(file)?.sha256 === sha256;
  }
}

const somethingElse = wording('another file is there now');
