import { readPackage } from '../../core/assets/plan/facts.ts';
import { acceptAllEdited } from '../../core/assets/sync/handwork.ts';
import { flash } from '../messages/dialogs.ts';
import { UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import type { FoundRecipe } from '../recipeFiles/fileRecipes.ts';
import { l10n } from '../text/l10n.ts';

/** Says in the recipe of a file that was edited that it stays so. @throws UserError when it was not */
export async function acceptFile({ folder, file }: FoundRecipe): Promise<void> {
  const { t } = l10n;
  const facts = await readPackage(folder);
  // Without a manifest, and of one with a mistake, no files are looked at: then only the recipe counts.
  const fact = folder.factOf(file);
  const files = new Map(fact ? [...facts.files, [file, fact]] : facts.files);
  const accepted = acceptAllEdited(folder, { ...facts, files }, { wants: each => each.file === file });
  const name = plain(file, 'value');
  if (accepted.length === 0) throw new UserError(t('"{0}" matches its recipe.', name));
  flash(t('"{0}" was accepted as edited.', name), 'check', 4_000);
}
