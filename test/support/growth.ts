/**
 * How many times longer something takes on a text of the larger size than on one of the smaller: about the
 * ratio of the sizes when it is linear, the square of that when it is quadratic. The shortest of several runs
 * counts, for others use the machine as well.
 */
export function growthOf(
  run: (text: string) => unknown,
  make: (size: number) => string,
  [least, most]: readonly [number, number] = growthSizes,
): number {
  const small = make(least);
  const large = make(most);
  run(small);
  return shortest(run, large) / Math.max(shortest(run, small), resolutionMs);
}

/** Characters, about. */
export const growthSizes = [16_384, 131_072] as const;

/** Eight times the text in eight times the time, with room for a busy machine; squared it is 64. */
export const linearGrowth = 24;

/** Below this a duration says nothing. */
const resolutionMs = 1;

function shortest(run: (text: string) => unknown, text: string): number {
  let least = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    run(text);
    least = Math.min(least, performance.now() - start);
    // One that stands still is not waited for again.
    if (least > 2_000) break;
  }
  return least;
}
