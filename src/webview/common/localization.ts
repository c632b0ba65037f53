/** The texts of a page, in the display language of VS Code. */
import type { PageBoot } from '../../shared/page.ts';

function readBoot(): PageBoot {
  const text = document.getElementById('page-boot')?.textContent;
  return JSON.parse(text ?? '{"language":"en","strings":{}}') as PageBoot;
}

const boot = readBoot();

/** A text with a comment for translators, which is part of its key as it is for `vscode.l10n.t`. */
interface CommentedText {
  readonly message: string;
  readonly comment: string;
}

/** The text in the display language, with `{0}`, `{1}` … replaced by the values. */
export function t(text: string | CommentedText, ...values: readonly (string | number)[]): string {
  const { message, comment } = typeof text === 'string' ? { message: text, comment: '' } : text;
  const key = comment === '' ? message : `${message}/${comment}`;
  const translated = Object.hasOwn(boot.strings, key) ? boot.strings[key] : undefined;
  return (translated ?? message).replace(/\{(\d+)\}/g, (placeholder, index: string) =>
    String(values[Number(index)] ?? placeholder),
  );
}

const numbers = new Intl.NumberFormat(boot.language);
const dates = new Intl.DateTimeFormat(boot.language, { dateStyle: 'medium', timeStyle: 'short' });

export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** @param time Milliseconds since the epoch. */
export function formatTime(time: number): string {
  return dates.format(time);
}

const days = new Intl.DateTimeFormat(boot.language, { dateStyle: 'medium' });
const times = new Intl.DateTimeFormat(boot.language, { timeStyle: 'short' });

/** The time of a day that is today, else the day. @param time Milliseconds since the epoch. */
export function formatDay(time: number): string {
  const isToday = new Date(time).toDateString() === new Date().toDateString();
  return isToday ? times.format(time) : days.format(time);
}
