/** How streamed chat answers leave the server. */
export interface StreamSettings {
  dialect: StreamDialectName;
  /** Pause between two deltas, in milliseconds. */
  deltaIntervalMs: number;
  /** A comment line after each so many deltas; 0 for none. */
  heartbeatEvery: number;
  lineEnding: '\n' | '\r\n';
  /** False leaves the blank line off that ends the last event. */
  finalNewline: boolean;
  /** Ends the stream early; null for a whole answer. */
  stop: StreamStop | null;
}

export interface StreamStop {
  afterDeltas: number;
  /**
   * `end`: closed cleanly without a completion event. `drop`: the connection breaks. `hang`: nothing more
   * comes. `error`: an error event, the credits go back.
   */
  how: 'end' | 'drop' | 'hang' | 'error';
  code?: string;
  message?: string;
}

export const streamDialectNames = [
  'rivya',
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'vercel-ui',
  'vercel-data',
  'plain-text',
  'ndjson',
  'json',
] as const;

export type StreamDialectName = (typeof streamDialectNames)[number];

export const defaultStreamSettings: StreamSettings = {
  dialect: 'rivya',
  deltaIntervalMs: 10,
  heartbeatEvery: 0,
  lineEnding: '\n',
  finalNewline: true,
  stop: null,
};
