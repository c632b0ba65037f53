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

/** By what its params multiply the price of a generation. Rivya names no such factors (rivya-api.md 1). */
export function priceFactor(
  params: Readonly<Record<string, unknown>>,
  factors: Readonly<Record<string, number>>,
): number {
  return Object.entries(params).reduce(
    (product, [key, value]) => product * (factors[`${key}=${String(value)}`] ?? factors[key] ?? 1),
    1,
  );
}

/** The price of a generation. Metered models reserve whole units and settle the part that was used. */
export function priceOf(model: Model, text: string, factor = 1): Price {
  const { base_credits, billing_type: billing } = model.wire;
  const base = Math.ceil(base_credits * factor);
  if (billing !== 'METERED') return { reserved: base, final: base };
  const units = codePoints(text).length / charactersOfUnit;
  const reserved = base * Math.max(1, Math.ceil(units));
  return { reserved, final: Math.min(reserved, Math.max(1, Math.ceil(base * units))) };
}
