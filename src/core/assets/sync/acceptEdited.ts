import type { PackageFolder } from '../../recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type Recipe } from '../../recipes/recipe.ts';
import { acceptedRecipe } from '../../recipes/taskRecipe.ts';
import type { PackageFacts, WishedAsset } from '../plan/facts.ts';
import { makePlan, type PlanOptions } from '../plan/plan.ts';

/** What a recipe says of a wish. */
export function wishOf(asset: WishedAsset): Omit<Recipe, 'outputs'> {
  const { recipe, kind, model, prompt, params, referenceFiles, take } = asset;
  return { recipe, kind, model, prompt, params, references: referenceFiles, take };
}

/**
 * Says in the recipes of files that a person has changed that they stay so; of a wish that has changed since,
 * that it is this one now.
 * @returns what was accepted
 */
export function acceptEdited(
  folder: PackageFolder,
  facts: PackageFacts,
  { wants = () => true }: Pick<PlanOptions, 'wants'> = {},
): { readonly id: string; readonly file: string }[] {
  const write = (file: string, recipe: Recipe): void => {
    folder.writeText(recipePathOf(file), formatRecipe(recipe));
  };
  const unknown = { order: () => ({ state: 'none' as const }), price: () => undefined };
  const accepted: { id: string; file: string }[] = [];
  for (const { asset, state, recipe } of makePlan(facts, unknown, { wants }).items) {
    if (!asset || !recipe || (state !== 'edited' && state !== 'stale-edited')) continue;
    const { id, file, alt } = asset;
    const sha256 = facts.files.get(file)?.sha256;
    if (sha256 === undefined) continue;
    const wish = state === 'stale-edited' ? wishOf(asset) : {};
    const whole = { ...acceptedRecipe(recipe, sha256), ...wish, entry: id };
    write(file, { ...whole, ...(alt !== undefined && { alt }) });
    accepted.push({ id, file });
  }
  // Results that no manifest wishes.
  const declared = new Set(facts.assets.map(({ file }) => file));
  for (const [file, recipe] of facts.recipes) {
    const sha256 = facts.files.get(file)?.sha256;
    if ('problem' in recipe || recipe.outputs[0].file !== file || declared.has(file)) continue;
    if (sha256 === undefined || sha256 === recipe.outputs[0].sha256 || !wants({ id: file, file })) continue;
    write(file, acceptedRecipe(recipe, sha256));
    accepted.push({ id: file, file });
  }
  return accepted;
}
