import { l10n } from '../text/l10n.ts';
import type { FoundRecipe } from './fileRecipes.ts';

/** How a file is to its recipe, in a few words. */
export function recipeStateText({ state }: Pick<FoundRecipe, 'state'>): string {
  const { t } = l10n;
  switch (state) {
    case 'unchanged':
      return t('unchanged');
    case 'accepted':
      return t('edited and accepted');
    case 'edited':
      return t('edited');
    case 'moved':
      return t('moved');
  }
}
