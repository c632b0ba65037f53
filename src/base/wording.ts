/**
 * A text of ours before it has a language: who shows it finds the words, a command line the English ones.
 * Plain data, so it can come out of a thread.
 */
export interface Wording {
  /** In English, with `{0}`, `{1}` … for the values; `scripts/l10n.ts` finds it. */
  readonly text: string;
  /** Those of somebody else are made inert with the whole. A part of a sentence may have words of its own. */
  readonly values: readonly WordingValue[];
}

export type WordingValue = string | number | Wording;

/** @param text a literal: each is translated */
export function wording(text: string, ...values: readonly WordingValue[]): Wording {
  return { text, values };
}

/** A text of somebody else, in the language that it has. */
export function asItIs(text: string): Wording {
  return { text: '{0}', values: [text] };
}

/** The text with its values in place, in the words that `translate` finds for it. */
export function worded(
  { text, values }: Wording,
  translate: (text: string, values: readonly (string | number)[]) => string = filled,
): string {
  return translate(
    text,
    values.map(value => (typeof value === 'object' ? worded(value, translate) : value)),
  );
}

function filled(text: string, values: readonly (string | number)[]): string {
  return text.replace(/\{(\d+)\}/g, (placeholder, index: string) =>
    String(values[Number(index)] ?? placeholder),
  );
}
