import { createHash } from 'node:crypto';

/** Numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** Chance with a seed, so that a run can be repeated. */
export function randomFrom(seed: number): Random {
  let count = 0;
  return () => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32;
}
