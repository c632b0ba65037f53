/** When a question may be sent, and how long it is. */
import type { ChatModelDto, ChatState } from '../../shared/chat.ts';
import { streamingMessage } from './pageState.ts';

/** Why nothing can be sent now. `streaming`: there is nothing else against it. */
export type SendBlocker = 'account' | 'streaming' | 'model' | 'uploading' | 'tooLong' | 'empty';

/** The model of the session, if it is in the catalogue. */
export function currentModel(chat: ChatState): ChatModelDto | undefined {
  return chat.models.find(model => model.id === chat.session.model);
}

/** What goes out, in characters: the text and every quotation. */
export function lengthOf(chat: ChatState, text: string): number {
  return chat.composer.contexts.reduce((sum, context) => sum + context.text.length, text.trim().length);
}

/** Undefined when the question can be sent. */
export function sendBlocker(chat: ChatState, text: string): SendBlocker | undefined {
  if (chat.account === 'none') return 'account';
  const model = currentModel(chat);
  if (model === undefined || model.unusable !== undefined) return 'model';
  const { images } = chat.composer;
  if (images.some(image => image.progress !== 1)) return 'uploading';
  if (lengthOf(chat, text) > (model.maximumLength ?? Infinity)) return 'tooLong';
  if (text.trim() === '' && images.length === 0) return 'empty';
  return streamingMessage(chat) === undefined ? undefined : 'streaming';
}
