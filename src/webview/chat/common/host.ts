/** The connection to the extension host. */
import type { ChatPageMessage } from '../../../shared/chatSchema.ts';

/** A place that survives a reload: the end, or a distance in pixels from the top of a message. */
export type ScrollPlace = 'end' | { readonly messageId: string; readonly offset: number };

/**
 * What the page remembers by itself when it is hidden, moved or reloaded (`setState` of the webview API). VS
 * Code stores it only now and then, so nothing belongs here that must not be lost.
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
