/** The line to the extension host. */
import type { ChatPageMessage } from '../../shared/chat.ts';
import type { ScrollPlace } from './scroll.ts';

/**
 * What the page remembers by itself when it is hidden, moved or reloaded (`setState` of the webview API). VS Code stores it only
 * now and then, so that nothing is here that must not be lost.
 */
export interface PageMemory {
  readonly sessionId: string;
  readonly place: ScrollPlace;
}

interface WebviewApi {
  postMessage(message: ChatPageMessage): void;
  getState(): PageMemory | undefined;
  setState(memory: PageMemory): void;
}

declare function acquireVsCodeApi(): WebviewApi;

const api = acquireVsCodeApi();

export function post(message: ChatPageMessage): void {
  api.postMessage(message);
}

export function remember(memory: PageMemory): void {
  api.setState(memory);
}

export function remembered(): PageMemory | undefined {
  return api.getState();
}
