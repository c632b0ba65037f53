/** The connection to the extension host. */
import type { GalleryQuery } from '../../shared/gallery.ts';
import type { GalleryPageMessage } from '../../shared/gallerySchema.ts';

/** What the page remembers by itself when it is hidden, moved or reloaded. */
export interface PageMemory {
  readonly query: GalleryQuery;
  readonly size: number;
  readonly showsDetails: boolean;
  /** The first tile that is seen, and the active one. */
  readonly first: number;
  readonly active: number;
}

interface WebviewApi {
  postMessage(message: GalleryPageMessage, transfer?: readonly ArrayBuffer[]): void;
  getState(): Partial<PageMemory> | undefined;
  setState(memory: PageMemory): void;
}

declare function acquireVsCodeApi(): WebviewApi;

const api = acquireVsCodeApi();

export function post(message: GalleryPageMessage): void {
  api.postMessage(message);
}

export function remember(memory: PageMemory): void {
  api.setState(memory);
}

/** What an earlier version has remembered may lack something. */
export function remembered(): Partial<PageMemory> {
  return api.getState() ?? {};
}
