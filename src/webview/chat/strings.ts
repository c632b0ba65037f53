/** The words of the page, in the language of the editor. */
import type { ChatBoot } from '../../shared/chat.ts';

function readBoot(): ChatBoot {
  const text = document.getElementById('chat-boot')?.textContent;
  return JSON.parse(text ?? '{"language":"en","strings":{}}') as ChatBoot;
}

const boot = readBoot();

/** The text in the language of the editor, with `{0}`, `{1}` … replaced by the values. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const translated = Object.hasOwn(boot.strings, text) ? boot.strings[text] : undefined;
  return (translated ?? text).replace(/\{(\d+)\}/g, (placeholder, index: string) =>
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
