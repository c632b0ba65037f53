import { formatNumber, t } from '../common/localization.ts';

/** What something has cost. */
export function creditsWords(credits: number): string {
  return credits === 1 ? t('1 credit') : t('{0} credits', formatNumber(credits));
}
