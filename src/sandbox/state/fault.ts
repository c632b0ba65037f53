import type { StreamSettings } from './streamSettings.ts';

/** A misbehaviour for requests to come. */
export interface Fault {
  /** Default: any method. */
  method?: string;
  /** A prefix of the path; with `*` (any characters) a pattern for the whole path. Default: every path. */
  path?: string;
  /** How many requests it hits; default 1. */
  times?: number | 'always';
  /** How many matching requests pass unharmed before; default 0. */
  skip?: number;
  action: FaultAction;
}

export type FaultAction =
  | StatusAction
  | BodyAction
  /** The work is done, the answer waits. The next matching fault applies as well. */
  | { type: 'delay'; milliseconds: number }
  /** The connection breaks and nothing was done. */
  | { type: 'dropBefore' }
  /** The work is done and charged, then the connection breaks without an answer. */
  | { type: 'dropAfter' }
  /** Only the first bytes of the answer, which had promised its full length. */
  | { type: 'truncate'; bytes: number }
  /** The true answer, slowly. */
  | { type: 'trickle'; chunkBytes: number; intervalMs: number }
  /** Nothing is done and no answer comes until one side closes. */
  | { type: 'hang' }
  /** Streams this one chat answer in another way. */
  | { type: 'stream'; stream: Partial<StreamSettings> };

/** An error answer. */
export interface StatusAction {
  type: 'status';
  status: number;
  /** Code and sentence of the documented error body. */
  code?: string;
  message?: string;
  /** Seconds or an HTTP date. */
  retryAfter?: number | string;
  /** Where a redirect leads. */
  location?: string;
  /** Instead of the documented error body, such as a proxy's HTML. */
  body?: string;
  contentType?: string;
  /** True: the work is done (and charged) before the error is answered. */
  afterWork?: boolean;
}

/** The work is done; the answer has another body. */
export interface BodyAction {
  type: 'body';
  /** The text; default empty. */
  body?: string;
  /** Instead of text: so many bytes, made while they are sent. */
  size?: number;
  /** First bytes before the made ones, in base64, for instance a PNG signature. */
  prefixBase64?: string;
  contentType?: string;
  /** Default 200. */
  status?: number;
  /** False sends `size` bytes chunked, without Content-Length. */
  declareLength?: boolean;
}

export const faultTypes: readonly FaultAction['type'][] = [
  'status',
  'body',
  'delay',
  'dropBefore',
  'dropAfter',
  'truncate',
  'trickle',
  'hang',
  'stream',
];
