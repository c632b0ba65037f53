import type { ChatCardDto, ChatMessageDto, ChatMessageState, ChatState } from '../../shared/chat.ts';
import { t } from '../common/localization.ts';
import { readsEverything } from './common/readsEverything.ts';
import { nameOf } from './generationCard.ts';
import { streamingMessage } from './pageState.ts';

/** So much of an answer is read to people who listen, and of a turn is its name; in characters. */
const mostRead = 300;
const mostNamed = 60;

/** What is said of a change to people who listen; undefined for nothing new. */
export function announcementOf(before: ChatState | undefined, chat: ChatState): string | undefined {
  if (before?.session.id !== chat.session.id) return undefined;
  const done = chat.session.cards.find(card => card.source !== undefined && isNews(before, card));
  if (done) return t('Ready: {0}', nameOf(done));
  const was = streamingMessage(before);
  const is = streamingMessage(chat);
  if (is && !was) return t('Generating response...');
  if (is || !was) return undefined;
  const ended = chat.session.messages.find(({ id }) => id === was.id);
  const end = endOf(ended?.state);
  const isRead = chat.readsAnswers && ended?.state === 'complete' && readsEverything();
  return isRead ? `${end}. ${beginningOf(ended.text, mostRead)}` : end;
}

/** How the end of an answer is announced; what went wrong is said by its message. */
function endOf(state: ChatMessageState | undefined): string {
  switch (state) {
    case 'stopped':
      return t('Response stopped');
    case 'incomplete':
      return t('Response incomplete');
    case 'failed':
      return t('No response');
    default:
      return t('Response finished');
  }
}

function isNews(before: ChatState, { taskId }: ChatCardDto): boolean {
  const known = before.session.cards.find(card => card.taskId === taskId);
  return known !== undefined && known.source === undefined;
}

function beginningOf(text: string, length: number): string {
  const words = text
    .slice(0, length * 3)
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > length ? `${words.slice(0, length)}…` : words;
}

/** What stands above a turn, for those who go by headings. @param number of the question, from 1 */
export function headingOf({ role }: ChatMessageDto, number: number): string {
  return role === 'user' ? t('Question {0}', number) : t('Response {0}', number);
}

/** What a turn is called when the keyboard comes to it. @param number of the question, from 1 */
export function nameOfTurn({ role, text }: ChatMessageDto, number: number): string {
  const beginning = beginningOf(text, mostNamed);
  return role === 'user'
    ? t('Question {0}: {1}', number, beginning)
    : t('Response {0}: {1}', number, beginning);
}
