/** The middle of the measurements. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Runs the works in turn, so that whatever slows the machine down meets them all alike. The first round warms
 * up and is not counted.
 * @returns for each work what it returned, round by round
 */
export async function inTurn<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(works) as Name[];
  const measured = Object.fromEntries(names.map(name => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      globalThis.gc?.();
      const value = await works[name]();
      if (round > 0) measured[name].push(value);
    }
  }
  return measured;
}

/** Runs the works in turn. @returns for each work the median of what it returned */
export async function sideBySide<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const medians = Object.entries<number[]>(await inTurn(rounds, works)).map(([name, values]) => [
    name,
    median(values),
  ]);
  return Object.fromEntries(medians) as Record<Name, number>;
}

/** The median of the ratios within each round, which the load of the machine changes least. */
export function pairedRatio(values: readonly number[], others: readonly number[]): number {
  return median(values.map((value, round) => value / (others[round] ?? NaN)));
}
