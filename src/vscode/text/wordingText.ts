import { worded, type Wording } from '../../base/wording.ts';
import { l10n } from './l10n.ts';

/** What the core has to say, in the language of the window. */
export function wordingText(said: Wording): string {
  // Its literals stand in the core, where `scripts/l10n.ts` finds them.
  const { t: translate } = l10n;
  return worded(said, (text, values) => translate(text, ...values));
}
