import { inertText } from '../../base/text.ts';

/**
 * How much of a text is shown where, in characters as a reader counts them. VS Code itself ends a
 * notification after 1,000.
 */
export const limits = {
  title: 200,
  label: 160,
  description: 240,
  detail: 500,
  message: 1_000,
  paragraph: 2_000,
  /** One value of somebody else's within a sentence of ours, whose end must stay in sight. */
  value: 250,
  /** An id, behind such a sentence. */
  id: 70,
} as const;

/** A text as it may be shown: it forms no link, no icon and no line break, and is bounded in length. */
export function plain(text: string, limit: keyof typeof limits): string {
  return inertText(text, limits[limit]);
}

declare const drawn: unique symbol;

/** A text that has come through a door and may be drawn as it is, with icons of ours. */
export type Drawn = string & { readonly [drawn]: true };

/** A label, behind an icon of ours; the text itself draws none. @param icon the id of a codicon */
export function drawnText(text: string, icon?: string, limit: keyof typeof limits = 'label'): Drawn {
  return [icon === undefined ? '' : `$(${icon})`, plain(text, limit)].filter(Boolean).join(' ') as Drawn;
}

/** Several texts beside one another. */
export function joinDrawn(parts: readonly Drawn[]): Drawn {
  return parts.filter(Boolean).join(' ') as Drawn;
}

/**
 * Somebody else's words as a sentence: it ends with a full stop, so that sentences can follow one another,
 * and is short enough that they stay in sight.
 */
export function sentence(text: string): string {
  const words = plain(text, 'value');
  return /[.!?…。।]$/.test(words) ? words : `${words}.`;
}
