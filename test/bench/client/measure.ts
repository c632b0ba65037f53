/** The middle of the measurements. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Runs the works in turn, so that whatever slows the machine down meets them all alike. The first round warms up and is not
 * counted.
 * @returns for each work the median of what it returned
 */
export async function sideBySide<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const measured = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      globalThis.gc?.();
      const value = await works[name]();
      if (round > 0) measured[name].push(value);
    }
  }
  return Object.fromEntries(names.map(name => [name, median(measured[name])])) as Record<Name, number>;
}
