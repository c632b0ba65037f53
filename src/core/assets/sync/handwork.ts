import type { PackageFolder } from '../../recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type Recipe } from '../../recipes/recipe.ts';
import { acceptedRecipe } from '../../recipes/taskRecipe.ts';
import type { PackageFacts, WishedAsset } from '../plan/facts.ts';
import { makePlan, type Plan, type PlanItem, type PlanOptions } from '../plan/plan.ts';

/* What a person has made or changed by hand, and what is wished no longer. Nothing is sent. */

/**
 * A file that was edited by hand stays, and is not called edited any more; of a wish that has changed since,
 * the recipe says that it is this one now.
 * @returns whether there was anything to accept
 * @throws an error of the disk
 */
export function acceptEdited(folder: PackageFolder, { asset, state, recipe }: PlanItem): boolean {
  if (!asset || !recipe || (state !== 'edited' && state !== 'stale-edited')) return false;
  const sha256 = folder.factOf(asset.file)?.sha256;
  if (sha256 === undefined) return false;
  const wish = state === 'stale-edited' ? wishOf(asset) : {};
  write(folder, asset, { ...acceptedRecipe(recipe, sha256), ...wish });
  return true;
}

/**
 * As `acceptEdited`, for what a manifest wishes and for results that none does.
 * @returns what was accepted
 * @throws an error of the disk
 */
export function acceptAllEdited(
  folder: PackageFolder,
  facts: PackageFacts,
  { wants = () => true }: Pick<PlanOptions, 'wants'> = {},
): { readonly id: string; readonly file: string }[] {
  const unknown = { order: () => ({ state: 'none' as const }), price: () => undefined };
  const accepted = makePlan(facts, unknown, { wants }).items.filter(item => acceptEdited(folder, item));
  const declared = new Set(facts.assets.map(({ file }) => file));
  const results = [...facts.recipes].flatMap(([file, recipe]) => {
    const isMain = !('problem' in recipe) && recipe.outputs[0].file === file;
    if (!isMain || declared.has(file) || !wants({ id: file, file })) return [];
    const sha256 = folder.factOf(file)?.sha256;
    if (sha256 === undefined || sha256 === recipe.outputs[0].sha256) return [];
    folder.writeText(recipePathOf(file), formatRecipe(acceptedRecipe(recipe, sha256)));
    return [{ id: file, file }];
  });
  return [...accepted, ...results];
}

/**
 * A file that was there before gets a recipe which says what is wished of it.
 * @param tool which program writes
 * @returns whether there was anything to adopt
 * @throws an error of the disk
 */
export function adoptFile(folder: PackageFolder, { asset, state }: PlanItem, tool: string): boolean {
  const sha256 = asset && folder.factOf(asset.file)?.sha256;
  if (!asset || state !== 'unowned' || sha256 === undefined) return false;
  write(folder, asset, { ...wishOf(asset), outputs: [{ file: asset.file, sha256 }], edited: true, tool });
  return true;
}

function wishOf(asset: WishedAsset): Omit<Recipe, 'outputs'> {
  const { recipe, kind, model, prompt, params, referenceFiles, take } = asset;
  return { recipe, kind, model, prompt, params, references: referenceFiles, take };
}

function write(folder: PackageFolder, { id, file, alt }: WishedAsset, recipe: Recipe): void {
  const whole = { ...recipe, entry: id, ...(alt !== undefined && { alt }) };
  folder.writeText(recipePathOf(file), formatRecipe(whole));
}

/** A file, or the recipe of one, that no wish names any more. */
export interface Orphan {
  readonly file: string;
  readonly isThere: boolean;
  /** It is the file that the recipe tells of; another one stays. */
  readonly isOurs: boolean;
}

export function orphansIn(folder: PackageFolder, { items }: Plan): Orphan[] {
  return items.flatMap(({ state, recipe, file }) => {
    if (state !== 'orphan' || recipe?.outputs[0].file !== file) return [];
    const sha256 = folder.factOf(file)?.sha256;
    return [{ file, isThere: sha256 !== undefined, isOurs: sha256 === recipe.outputs[0].sha256 }];
  });
}

/** Whether nobody has changed what would be removed. */
export function mayGo({ isThere, isOurs }: Orphan): boolean {
  return !isThere || isOurs;
}

/** Removes the recipe, and the file when it is the one of the recipe. @throws an error of the disk */
export function removeOrphan(folder: PackageFolder, { file, isOurs }: Orphan): void {
  if (isOurs) folder.remove(file);
  folder.remove(recipePathOf(file));
}

/** A manifest to begin with. */
export const beginning = `# The media that this repository needs. "rivya plan" says what is missing and what it costs, and
# "rivya sync" makes it. Prompts here and in .rivya/recipes are as public as the repository.
rivya: 1
defaults:
  model: nano-banana
limits:
  maxCredits: 20
assets:
  hero:
    file: public/img/hero.png
    prompt: A lighthouse at dawn, seen from the sea.
    alt: A lighthouse at dawn
`;
