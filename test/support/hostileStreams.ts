import fc from 'fast-check';
import {
  streamDialects,
  type ChatCompletion,
  type StreamEvent,
} from '../../src/sandbox/chat/streamDialects.ts';
import { inPieces } from './hostileAnswers.ts';
import { streamDialectNames, type StreamDialectName } from '../../src/sandbox/state/streamSettings.ts';

/** A chat stream as bytes, and what it says. */
export interface HostileStream {
  readonly how: string;
  readonly contentType: string;
  readonly pieces: readonly Uint8Array[];
  /** Whether the connection breaks behind them. */
  readonly breaks: boolean;
  readonly truth: {
    readonly outcomes: readonly ('completed' | 'truncated' | 'failed')[];
    /** The least that must be shown, and what nothing may be shown beyond. */
    readonly atLeast: string;
    readonly atMost: string;
    /** A word before the answer, where nothing came by which it could be told from one. */
    readonly orWord?: string;
    readonly shortfall?: 'length' | 'filter' | 'empty' | undefined;
    readonly message?: string;
    readonly sessionId?: string;
  };
}

// prettier-ignore
const deltas = ['Hello', ' world', '\n\n', 'नमस्ते', '🦊', '{"a":1}', ' data: x', '"', '\\', ' [DONE]', '0', ' '];

/** Where the text stands bare, what looks like data would be taken for it. */
const words = ['Hello', ' world', 'नमस्ते', '🦊', ' and so on'];

function completionOf(text: string): ChatCompletion {
  return {
    id: 'cmpl_1',
    object: 'chat.completion',
    session_id: 'session_1',
    model: 'm',
    created_at: '2026-05-11T08:00:00.000Z',
    message: { id: 'msg_1', role: 'assistant', content: text },
    usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
    credits: { reserved: 3, final: 1 },
  };
}

/** What gateways put between events: it says nothing. By what a dialect leaves for it. */
const comments = [': ping\n\n', ':\n\n', 'retry: 3000\n\n', 'id: 7\n\n', '\n'];
// prettier-ignore
const silentEvents = [...comments, 'data:\n\n', 'data: \n\n', 'data: {}\n\n', 'event: ping\ndata: {}\n\n', 'event: heartbeat\ndata:\n\n', 'event: ping\ndata: {"type":"ping"}\n\n', 'event: x.new\ndata: {"a":1}\n\n'];
const greetings = [
  'data: ping\n\n',
  'data: connected\n\n',
  'data: []\n\n',
  'data: 1\n\n',
  'data: {"choi\n\n',
];
const silentLines = ['\n', '{"type":"ping"}\n', '{}\n'];

function noiseOf(name: StreamDialectName): { readonly first: string[]; readonly between: string[] } {
  switch (name) {
    case 'json':
    case 'vercel-data':
      return { first: [], between: [] };
    case 'ndjson':
      return { first: silentLines, between: silentLines };
    // Everything else would be text of the answer.
    case 'plain-text':
      return { first: comments, between: comments };
    default:
      return { first: [...silentEvents, ...greetings], between: silentEvents };
  }
}

interface Recipe {
  readonly name: StreamDialectName;
  readonly said: readonly string[];
  readonly first: string;
  readonly noise: readonly (string | undefined)[];
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly mark: '' | '\ufeff';
  readonly size: number;
  readonly breaks: boolean;
}

const recipe: fc.Arbitrary<Recipe> = fc.constantFrom(...streamDialectNames).chain(name => {
  const { first, between } = noiseOf(name);
  const isEvents = streamDialects[name].contentType.startsWith('text/event-stream');
  return fc.record({
    name: fc.constant(name),
    said: fc.array(fc.constantFrom(...(name === 'plain-text' ? words : deltas)), {
      minLength: 1,
      maxLength: 8,
    }),
    first: fc.constantFrom('', ...first),
    noise: fc.array(fc.option(fc.constantFrom('', ...between), { nil: undefined }), { maxLength: 10 }),
    lineEnd: isEvents ? fc.constantFrom('\n', '\r\n', '\r') : fc.constant('\n'),
    mark: fc.constantFrom('', '\ufeff'),
    size: fc.constantFrom(1, 5, 64, 100_000),
    breaks: fc.boolean(),
  });
});

/** The events of an answer in bytes, one after the other. */
function encoded({ name, first, noise, lineEnd, mark }: Recipe, frames: readonly string[]): Buffer[] {
  return frames.map((frame, index) => {
    const before = index === 0 ? mark + first : (noise[index % Math.max(1, noise.length)] ?? '');
    // In these dialects a line end is a part of what is said nowhere but in an escape.
    return Buffer.from((name === 'json' ? frame : before + frame).replaceAll('\n', lineEnd));
  });
}

function shortfallOf(text: string): 'empty' | undefined {
  return text.trim() === '' ? 'empty' : undefined;
}

/** Streams that are whole, cut off anywhere, ended by an error, or no streams at all. */
export const hostileStreams: fc.Arbitrary<HostileStream> = fc
  .tuple(recipe, fc.constantFrom('whole', 'cut', 'error', 'reason', 'page'), fc.nat(), fc.nat())
  .map(([made, how, first, second]): HostileStream => {
    const { name, said, size, breaks } = made;
    const { contentType, encode } = streamDialects[name];
    const text = said.join('');
    const completion = completionOf(text);
    const frame = (event: StreamEvent): string => encode(event, completion);
    const start = frame({ type: 'start' });
    const frames = said.map(each => frame({ type: 'delta', text: each }));
    const end = frame({ type: 'completed' });
    const common = { how: `${name}, ${how}`, contentType, breaks: false };
    switch (how) {
      case 'whole': {
        const bytes = Buffer.concat(encoded(made, [start, ...frames, end]));
        const truth = { outcomes: ['completed'], atLeast: text, atMost: text } as const;
        return {
          ...common,
          breaks,
          pieces: inPieces(bytes, size),
          truth: { ...truth, shortfall: shortfallOf(text) },
        };
      }
      case 'cut': {
        const parts = encoded(made, [start, ...frames, end]);
        const bytes = Buffer.concat(parts);
        const at = first % bytes.length;
        const ends = parts.map((_, index) => Buffer.concat(parts.slice(0, index + 1)).length);
        // An event is complete with the blank line behind it.
        const arrived = name === 'json' ? 0 : ends.slice(1, -1).filter(each => each <= at).length;
        const isOver = at >= bytes.length - (parts.at(-1)?.length ?? 0) + 1;
        return {
          ...common,
          breaks,
          pieces: inPieces(bytes.subarray(0, at), size),
          truth: {
            outcomes: isOver ? ['completed', 'truncated', 'failed'] : ['truncated', 'failed'],
            atLeast: said.slice(0, arrived).join(''),
            atMost: text,
            ...(at < (ends[0] ?? 0) && { orWord: /data: ?(.*)/.exec(made.first)?.[1] ?? start }),
          },
        };
      }
      case 'error': {
        const count = name === 'json' ? 0 : first % (said.length + 1);
        const error = { code: 'model_overloaded', message: 'The model is overloaded', requestId: 'req_1' };
        const events = [start, ...frames.slice(0, count), frame({ type: 'error', error })];
        const shown = said.slice(0, count).join('');
        return {
          ...common,
          pieces: inPieces(Buffer.concat(encoded(made, events)), size),
          truth: { outcomes: ['failed'], atLeast: shown, atMost: shown, message: error.message },
        };
      }
      case 'reason': {
        const [reason, shortfall] = ([['length', 'length'], ['max_tokens', 'length'], ['content_filter', 'filter']] as const)[second % 3] ?? ['length', 'length']; // prettier-ignore
        const other = end.replace(/"(finish_reason|stop_reason)":"\w+"/g, `"$1":"${reason}"`);
        const bytes = Buffer.concat(encoded(made, [start, ...frames, other]));
        return {
          ...common,
          pieces: inPieces(bytes, size),
          truth: {
            outcomes: ['completed'],
            atLeast: text,
            atMost: text,
            shortfall: other === end ? shortfallOf(text) : shortfall,
          },
        };
      }
      default: {
        const pages = ['<!doctype html><title>Sign in</title>', '', '[]', '{"message":"x"}', '{"ok":true}'];
        const bytes = Buffer.from(pages[first % pages.length] ?? '');
        const type = ['text/html', 'application/json', 'text/event-stream'][second % 3] ?? '';
        return {
          ...common,
          contentType: type,
          pieces: inPieces(bytes, size),
          truth: { outcomes: ['failed', 'truncated'], atLeast: '', atMost: bytes.toString() },
        };
      }
    }
  });
