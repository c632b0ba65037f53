import { createHash } from 'node:crypto';
import type { Params } from '../generate/parameters.ts';
import type { MediaKind } from '../../shared/task.ts';

/** Exactly what is wanted of one job. */
export interface Wish {
  readonly origin: string;
  readonly kind: MediaKind;
  readonly model: string;
  readonly prompt: string;
  /** As they go out. */
  readonly params: Params;
  /** SHA-256 of each reference, in their order. */
  readonly references: readonly string[];
  /** Which of several variations it is, from 0. */
  readonly number: number;
}

/** The name of a wish: the same for the same, however it is written. */
export function wishName({ prompt, ...rest }: Wish): string {
  return digest({ ...rest, prompt: prompt.normalize('NFC').trim() });
}

/** The name of several wishes together, such as an order. */
export function orderName(wishes: readonly string[], isAgain: boolean): string {
  return digest([...wishes, isAgain]);
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex');
}

/** With the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
