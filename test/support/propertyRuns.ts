/** Set by `npm run test:long`. */
export const isLong = process.env['TEST_LONG'] === '1';

/**
 * How many cases a property is tried with: in `npm run test:long` ten times the usual, or as many as said.
 */
export function propertyRuns(usual: number, long = 10 * usual): number {
  return isLong ? long : usual;
}
