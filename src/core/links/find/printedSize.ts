import type { PixelSize } from '../../generate/shape.ts';

/** Pixels of a unit, printed with 300 to the inch in a column of 6.5 inches. */
const pixels: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 300 / 72,
  mm: 300 / 25.4,
  cm: 300 / 2.54,
  in: 300,
  '%': 19.5,
  '\\textwidth': 1_950,
  '\\linewidth': 1_950,
  '\\columnwidth': 1_950,
};

/**
 * The size that lengths of a typesetting language ask for; undefined where one of them is not written or
 * cannot be known: a width alone says nothing about the shape.
 */
export function printedSize(width: string | undefined, height: string | undefined): PixelSize | undefined {
  const [wide, high] = [inPixels(width), inPixels(height)];
  return wide !== undefined && high !== undefined ? { width: wide, height: high } : undefined;
}

function inPixels(length: string | undefined): number | undefined {
  const [, number = '', unit = ''] =
    /^\s*(\d{0,5}(?:\.\d{1,5})?)\s*(\\?[a-z]+|%|)\s*$/i.exec(length ?? '') ?? [];
  const found = Math.round((number === '' ? 1 : Number(number)) * (pixels[unit] ?? NaN));
  return number + unit !== '' && found >= 16 && found <= 20_000 ? found : undefined;
}
