import { createHash } from 'node:crypto';

/** A value of a parameter, as YAML and JSON have it. */
export type WishValue =
  string | number | boolean | readonly WishValue[] | { readonly [key: string]: WishValue };

/** Everything that steers a result, and nothing else: no path, no name, no size, no date, no tool. */
export interface Wish {
  readonly model: string;
  /** The whole text that goes out; see `cleanPrompt`. */
  readonly prompt: string;
  readonly params: Readonly<Record<string, WishValue>>;
  /** Hexadecimal SHA-256 of the files that the model works from, in the order in which they are sent. */
  readonly references: readonly string[];
  /** Counts up where another one is wanted, from 1. */
  readonly take: number;
}

/** What a recipe id looks like. */
export const recipeIdPattern = /^r1-[0-9a-f]{32}$/;

/** The same text for every spelling of it: NFC, LF, no blanks at line ends and at the end. */
export function cleanPrompt(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+$/gm, '')
    .trimEnd();
}

/**
 * The id of what is wished: the same on every machine, whatever order, quotes or line ends its author used.
 * Scalars of parameters count as text, because `5` and `"5"` are the same wish (and go out as the model wants
 * them).
 */
export function recipeIdOf({ model, prompt, params, references, take }: Wish): string {
  const steering = { v: 1, model, prompt: cleanPrompt(prompt), params: textOf(params), references, take };
  return `r1-${sha256(canonicalJson(steering)).slice(0, 32)}`;
}

/** The beginning of every key that is made from a wish. */
export const orderKeyPrefix = 'rivya-r1-';

/** Whether an order was made from a wish of a manifest. */
export function isOrderKey(key: string): boolean {
  return key.startsWith(orderKeyPrefix);
}

/** The idempotency key of an order: the whole protocol between people who share an account. */
export function orderKey(origin: string, recipe: string, attempt: number): string {
  return `${orderKeyPrefix}${sha256(`${origin}\n${recipe}\n${attempt}`).slice(0, 40)}`;
}

/** JSON with sorted keys and without blanks, after RFC 8785 for what a wish can hold. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The same value with the keys of every object in the order of their code units. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

/** Scalars at the top as text; what is inside of lists stays as it is, because it goes out so. */
function textOf(params: Wish['params']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key.normalize('NFC'),
      typeof value === 'object' ? inNfc(value) : String(value).normalize('NFC'),
    ]),
  );
}

function inNfc(value: WishValue): unknown {
  if (typeof value === 'string') return value.normalize('NFC');
  if (typeof value !== 'object') return value;
  if (isList(value)) return value.map(inNfc);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key.normalize('NFC'), inNfc(each)]));
}

function isList(value: WishValue): value is readonly WishValue[] {
  return Array.isArray(value);
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
