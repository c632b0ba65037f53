import type { Recipe } from './recipe.ts';

/** What became of an asset between two trees, by their recipes. */
export interface RecipeChange {
  /** `again`: made from another wish. `edited`: the same wish, another file. */
  readonly type: 'made' | 'again' | 'edited' | 'moved' | 'removed';
  readonly file: string;
  readonly before: Recipe | undefined;
  readonly after: Recipe | undefined;
  /** Where it lay before, of what was moved. */
  readonly from: string | undefined;
  /** What it cost; undefined when nobody has said it, or nothing was ordered. */
  readonly credits: number | undefined;
}

/** What has changed between two trees. @param before, after by the main file, as `after` */
export function compareRecipes(
  before: ReadonlyMap<string, Recipe>,
  after: ReadonlyMap<string, Recipe>,
): RecipeChange[] {
  const gone = new Map([...before].filter(([file]) => !after.has(file)));
  const changes: RecipeChange[] = [];
  for (const [file, recipe] of after) {
    const old = before.get(file);
    const whole = { file, before: old, after: recipe, from: undefined, credits: undefined };
    if (old) {
      const isSameFile = old.outputs[0].sha256 === recipe.outputs[0].sha256;
      if (old.recipe !== recipe.recipe) changes.push({ ...whole, type: 'again', credits: recipe.credits });
      else if (!isSameFile) changes.push({ ...whole, type: 'edited' });
      continue;
    }
    const [moved] = [...gone].filter(
      ([, each]) => each.recipe === recipe.recipe && each.outputs[0].sha256 === recipe.outputs[0].sha256,
    );
    if (moved) {
      gone.delete(moved[0]);
      changes.push({ ...whole, type: 'moved', before: moved[1], from: moved[0] });
    } else changes.push({ ...whole, type: 'made', credits: recipe.credits });
  }
  for (const [file, recipe] of gone)
    changes.push({
      type: 'removed',
      file,
      before: recipe,
      after: undefined,
      from: undefined,
      credits: undefined,
    });
  return changes.toSorted((a, b) => (a.file < b.file ? -1 : 1));
}
