// To delete on the day Rivya documents the names of its events (rivya-api.md 6.2): this file; chatDialects.ts
// compares the names then.

// Event names are read word by word: "response.output_text.done" is response, output, text, done.
const words = {
  heartbeat: ['ping', 'pong', 'heartbeat', 'keepalive', 'keep'],
  error: ['error', 'failed', 'failure', 'abort', 'aborted', 'exception', 'timeout'],
  end: [
    'done',
    'completed',
    'complete',
    'end',
    'ended',
    'final',
    'finish',
    'finished',
    'stop',
    'stopped',
    'incomplete',
  ],
  start: ['start', 'started', 'created', 'added', 'progress', 'queued', 'open', 'opened', 'step'],
  reasoning: ['reasoning', 'thinking', 'thought', 'thoughts'],
  /** What holds the text of the answer. */
  text: ['text', 'delta', 'token', 'chunk', 'content', 'answer', 'message', 'output'],
  /** Things beside the answer, which may have texts of their own. */
  // prettier-ignore
  beside: ['tool', 'function', 'arguments', 'title', 'status', 'citation', 'citations', 'source', 'sources', 'annotation', 'annotations', 'search', 'metadata', 'debug', 'log', 'notice', 'warning', 'audio', 'image', 'input', 'user', 'file', 'suggestion', 'suggestions', 'followup', 'follow', 'signature', 'progress'],
  /** Pieces of an answer: the end of one is not the end of all, and its text repeats what came before. */
  // prettier-ignore
  piece: ['text', 'part', 'item', 'block', 'step', 'content', 'refusal', 'summary', 'call', 'delta'],
} as const;

/** What the names of an event say. */
export type EventMeaning = Readonly<
  Record<'heartbeat' | 'error' | 'start' | 'reasoning' | 'text' | 'beside', boolean>
> & {
  /** Nothing in the name speaks against a piece of the answer. */
  readonly plain: boolean;
  /** Of the whole answer, or only of a piece of it. */
  readonly end: 'whole' | 'piece' | undefined;
  readonly finishReason: string | undefined;
};

/** What an event that is called so can be about. */
export function meaningOf(name: string): EventMeaning {
  const spaced = name
    .slice(0, 200)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const found = new Set(spaced.split(/[^a-z]+/));
  const says = (list: readonly string[]): boolean => list.some(word => found.has(word));
  const isSpecial = says(words.heartbeat) || says(words.error) || says(words.end);
  const isPiece = says(words.piece) || says(words.beside) || says(words.reasoning);
  return {
    heartbeat: says(words.heartbeat),
    error: says(words.error),
    start: says(words.start),
    reasoning: says(words.reasoning),
    text: says(words.text),
    beside: says(words.beside),
    plain: !isSpecial && !says(words.reasoning) && !says(words.beside),
    end: says(words.end) ? (isPiece ? 'piece' : 'whole') : undefined,
    finishReason: found.has('incomplete') ? 'incomplete' : undefined,
  };
}
