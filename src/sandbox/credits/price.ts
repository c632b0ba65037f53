import { codePoints } from '../../base/text.ts';
import type { Model } from '../catalogue/catalogue.ts';

/** What is reserved before the work, and what it costs when it succeeded. */
export interface Price {
  reserved: number;
  final: number;
}

// What a metered unit is has not been documented (rivya-api.md section 9); speech is usually counted in
// characters.
const charactersOfUnit = 1000;

/** The price of a generation. Metered models reserve whole units and settle the part that was used. */
export function priceOf(model: Model, text: string): Price {
  const { base_credits: base, billing_type: billing } = model.wire;
  if (billing !== 'METERED') return { reserved: base, final: base };
  const units = codePoints(text).length / charactersOfUnit;
  const reserved = base * Math.max(1, Math.ceil(units));
  return { reserved, final: Math.min(reserved, Math.max(1, Math.ceil(base * units))) };
}
