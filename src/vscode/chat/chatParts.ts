import type { ChatImages } from '../../core/chat/chatImages.ts';
import type { ChatStore } from '../../core/chat/chatStore.ts';
import type { Conversations } from '../../core/chat/conversations.ts';
import type { ChatHostMessage } from '../../shared/chat.ts';
import type { GenerateServices } from '../generate/generateServices.ts';

/** What the chat of a window works with. */
export interface ChatParts {
  readonly services: GenerateServices;
  readonly store: ChatStore;
  readonly images: ChatImages;
  readonly conversations: Conversations;
}

/** `Webview.asWebviewUri` for the path of a file. */
export type AsWebviewUri = (path: string) => string;

/** The page, as far as the controller knows it. */
export interface ChatPort {
  post(message: ChatHostMessage): void;
  /** Gives the view the keyboard. */
  reveal(): void;
  readonly asWebviewUri: AsWebviewUri;
}
