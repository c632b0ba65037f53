import type { Deadlines } from './deadlines.ts';
import { RivyaError } from '../errors/errors.ts';

/** What a caller may set for one request. */
export interface RequestOptions {
  /** Rejects the call at once, with an error of kind `cancelled`, wherever it is. */
  readonly signal?: AbortSignal | undefined;
  readonly maxRetries?: number | undefined;
  /** In milliseconds. */
  readonly deadlines?: Partial<Deadlines> | undefined;
}

/** What a caller may set for one POST or PATCH. */
export interface PostOptions extends RequestOptions {
  /**
   * One for each intent of the user, for ever. Without it a request is never sent again once bytes may have
   * left.
   */
  readonly idempotencyKey?: string | undefined;
  /** Whether it may be sent with this API key, which may have been replaced since the caller looked. */
  readonly acceptsKey?: ((apiKey: string) => boolean) | undefined;
  /**
   * Called before it is sent after a wait, be it that the server had asked for silence, or that it is sent
   * once more: the machine may have slept meanwhile. What it throws ends the call.
   */
  readonly afterWait?: (() => Promise<void>) | undefined;
}

/** A body that can be sent again: it is made anew for each attempt. */
export interface OutgoingBody {
  readonly contentType: string;
  /** In bytes. */
  readonly length: number;
  open(): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
}

/** A request as the resources describe it. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, each part encoded. */
  readonly path: `/${string}`;
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: OutgoingBody;
  readonly accept?: string;
  /** Public endpoints get no key, so that a bad key cannot break them. */
  readonly public?: boolean;
  /** True when the request costs credits. */
  readonly paid?: boolean;
  /** Bytes of the answer; by default 16 MiB. */
  readonly maxBytes?: number;
  /** In place of the client's, for endpoints that take long. */
  readonly deadlines?: Partial<Deadlines>;
}

/** An answer whose body is still to come. */
export interface OpenResponse {
  readonly headers: Headers;
  readonly requestId: string | undefined;
  /** The error that an event of the body reports, without the key, should the server have echoed it. */
  errorOf(event: unknown): RivyaError;
  /**
   * The body as it arrives. Reading it to its end, or leaving the loop, releases the connection.
   * @throws RivyaError
   */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Gives an unread body up. */
  dispose(): void;
  /** Replaces the idle deadline for what is still to be read. */
  setIdle(milliseconds: number): void;
}

/**
 * Encodes an id as one part of a path.
 * @throws RivyaError `validation` for an id that would lead to another path
 */
export function pathPart(id: string): string {
  // Dots survive the encoding, and URL parsers resolve "." and ".." as steps in the tree.
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) {
    throw new RivyaError('validation', 'The id is empty or not a possible id.', { code: 'id_invalid' });
  }
  return encodeURIComponent(id);
}
