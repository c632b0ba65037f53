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
      return t('available only in Rivya Studio');
    case 'needsFiles':
      return t('needs an input file');
    case 'takesNoFiles':
      return t("doesn't accept these input files");
    case 'otherKind':
      return t("doesn't generate this type");
  }
}

/**
 * Price and modes, as in the picker and the tree. Prices may depend on parameters, so they are a hint
 * (rivya-api.md 1).
 */
export function priceText(model: Model): string {
  return model.base_credits === null ? l10n.t('price unknown') : creditsText(model.base_credits);
}

/** What something will probably cost, in words that stand alone. */
export function estimateText(estimate: Estimate): string {
  return estimate.credits === undefined ? l10n.t('price unknown') : estimatedCredits(estimate);
}

/** The same after "Price:". */
export function estimatedCredits({ credits, worst }: Estimate): string {
  const { t } = l10n;
  if (credits === undefined) return t({ message: 'unknown', comment: 'After "Price:"' });
  if (worst === undefined) return t('{0} or more', creditsText(credits));
  if (worst === credits) return creditsText(credits);
  return t('{0} to {1}', credits.toLocaleString(l10n.language), creditsText(worst));
}
