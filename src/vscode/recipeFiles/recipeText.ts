import { l10n } from '../text/l10n.ts';
import type { FoundRecipe } from './fileRecipes.ts';

/** How a file is to its recipe, in a few words. */
export function recipeStateText({ state }: Pick<FoundRecipe, 'state'>): string {
  const { t } = l10n;
  switch (state) {
    case 'unchanged':
      return t('as it was made');
    case 'accepted':
      return t('edited by hand, and accepted');
    case 'edited':
      return t('edited by hand');
    case 'moved':
      return t('moved');
  }
}
