import * as vscode from 'vscode';
import { recipePathOf } from '../../core/recipes/recipe.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import type { FoundRecipe } from '../recipeFiles/fileRecipes.ts';
import { makingOf } from '../regenerate/making.ts';
import { occasionOf } from '../regenerate/occasion.ts';
import { placedCopy } from '../tasks/taskCommands.ts';
import { taskIdsOf } from '../tasks/tasksNode.ts';
import { acceptFile } from './accept.ts';
import { explain, type Explained } from './explain.ts';
import { l10n } from '../text/l10n.ts';

/** The commands about the recipe of a file: in the Explorer, of a reference, of the file that is shown. */
export const recipeCommands = {
  async explain(services: GenerateServices, values: readonly unknown[]): Promise<void> {
    await explain(services, await explainedBy(services, values));
  },

  async open(services: GenerateServices, values: readonly unknown[]): Promise<void> {
    const { recipe } = await explainedBy(services, values);
    await vscode.window.showTextDocument(recipeUri(requireRecipe(recipe)));
  },

  async accept(services: GenerateServices, values: readonly unknown[]): Promise<void> {
    const { recipe } = await explainedBy(services, values);
    await acceptFile(requireRecipe(recipe));
  },
};

/** What a command is about. @throws UserError when that is no file that Rivya has made */
async function explainedBy(services: GenerateServices, values: readonly unknown[]): Promise<Explained> {
  const [id] = values[0] instanceof vscode.Uri ? [] : taskIdsOf(values.slice(0, 1));
  const task = id === undefined ? undefined : services.ledger.task(id);
  if (!task) return (await occasionOf(services, values)).made;
  const uri = await placedCopy(services, task);
  const recipe = uri && (await services.fileRecipes.find(uri));
  return { ...makingOf(task), uri, recipe, generated: undefined };
}

/** Where a recipe stands. */
export function recipeUri({ folder, at }: FoundRecipe): vscode.Uri {
  return vscode.Uri.file(folder.pathOf(recipePathOf(at)));
}

function requireRecipe(recipe: FoundRecipe | undefined): FoundRecipe {
  if (recipe) return recipe;
  const { t } = l10n;
  throw new UserError(t('This file has no recipe in the workspace.'), [
    { title: plain(t('Write Recipes for Existing Files'), 'label'), command: 'rivya.recipe.writeExisting' },
  ]);
}
