import type { Model } from '../../api/resources/models.ts';
import type { Estimate } from '../../core/generate/cost.ts';
import type { Unusable } from '../../core/models/usableModels.ts';
import { creditsText } from './taskText.ts';
import { l10n } from './l10n.ts';

/** Why a model cannot be used, in words. */
export function unusableReason(reason: Unusable): string {
  const { t } = l10n;
  switch (reason) {
    case 'comingSoon':
      return t('coming soon');
    case 'studioOnly':
      return t('in Rivya Studio only');
    case 'needsFiles':
      return t('needs an input file');
    case 'takesNoFiles':
      return t('takes no input files like these');
    case 'otherKind':
      return t('does not generate this type');
  }
}

/**
 * Price and modes, as in the picker and the tree. Prices may depend on parameters, so they are a hint
 * (rivya-api.md 1).
 */
export function priceText(model: Model): string {
  return model.base_credits === null ? l10n.t('price unknown') : creditsText(model.base_credits);
}

/** What something will probably cost, in words. */
export function estimateText({ credits, worst }: Estimate): string {
  const { t } = l10n;
  if (credits === undefined) return t('an unknown price');
  if (worst === undefined) return t('{0} or more', creditsText(credits));
  if (worst === credits) return creditsText(credits);
  return t('{0} to {1}', credits.toLocaleString(l10n.language), creditsText(worst));
}
