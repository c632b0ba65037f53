import type { ChatMessageRecord, ContextRecord } from './records.ts';

/** What a question needs besides its own text. */
type Quoted = Pick<ContextRecord, 'label' | 'languageId' | 'text'>;

/**
 * The message as it is sent: what is quoted first, each piece under its name in a fenced block, then the
 * question. Nothing in a quoted text can end its block.
 */
export function composeMessage(question: string, contexts: readonly Quoted[]): string {
  return [...contexts.map(quoted), question.trim()].filter(part => part !== '').join('\n\n');
}

function quoted({ label, languageId, text }: Quoted): string {
  const fence = fenceFor(text);
  const body = text.endsWith('\n') ? text : `${text}\n`;
  return `${codeSpan(label)}\n${fence}${infoString(languageId)}\n${body}${fence}`;
}

/** A fence that is longer than every run of backticks in the text (CommonMark 0.31, fenced code blocks). */
export function fenceFor(text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  return '`'.repeat(Math.max(3, longest + 1));
}

/** A label as inline code, whatever is in it (CommonMark 0.31, code spans). */
function codeSpan(label: string): string {
  const line = label.replace(/\s+/g, ' ').trim();
  const longest = (line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const ticks = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

function infoString(languageId: string): string {
  return /^[\w+#.-]{1,40}$/.test(languageId) ? languageId : '';
}

/** Characters as the server counts them: code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const pair = text.codePointAt(index) ?? 0;
    if (pair > 0xffff) index++;
    length++;
  }
  return length;
}

type Said = Pick<ChatMessageRecord, 'role' | 'text' | 'contexts' | 'images'>;

/**
 * The messages of a session, as text for a model that does not know them. What does not fit the limit is left
 * out from the beginning, and the first line says so.
 * @param limit in code points
 */
export function quoteHistory(messages: readonly Said[], limit: number): string {
  const turns = messages.map(message => turnText(message)).filter(turn => turn !== '');
  const kept: string[] = [];
  const omission = (count: number): string => `[${count} earlier messages left out]`;
  let room = limit - lengthOf(omission(turns.length)) - 2;
  for (const turn of turns.toReversed()) {
    room -= lengthOf(turn) + 2;
    if (room < 0) break;
    kept.unshift(turn);
  }
  const left = turns.length - kept.length;
  return [...(left > 0 ? [omission(left)] : []), ...kept].join('\n\n');
}

function turnText({ role, text, contexts, images }: Said): string {
  const names = images.map(image => `[image: ${image.name}]`);
  const said = [...names, composeMessage(text, contexts)].filter(part => part !== '').join('\n');
  return said === '' ? '' : `${role === 'user' ? 'User' : 'Assistant'}:\n${said}`;
}

/** What asks for the rest of an answer that broke off. @param answer as far as it came */
export function continuation(answer: string): string {
  const tail = Array.from(answer.trimEnd()).slice(-200).join('');
  return tail === ''
    ? 'Your last answer did not arrive. Please give it again.'
    : `Your last answer broke off here:\n\n> ${tail.split('\n').join('\n> ')}\n\nPlease continue exactly where it stopped, without repeating what came before.`;
}
