import { createParser, type EventSourceParser } from 'eventsource-parser';
import { isRecord, parseJson } from '../../base/json.ts';
import { RivyaError } from '../errors/errors.ts';

/** One message of a stream, before its dialect is known. */
export interface ChatFrame {
  /** The name that came beside the data, if any. */
  readonly event: string | undefined;
  readonly data: string;
  /** True when the body ended within the frame, or just before its line end. */
  readonly cutOff: boolean;
}

/** How the body is cut into frames. */
type Framing = 'serverSentEvents' | 'json' | 'dataStream' | 'plain';

// Enough to tell the framings apart; the decision looks no further, so it is the same wherever chunks are
// cut.
const sniffedCharacters = 8;
const longestEventCharacters = 8 * 1024 * 1024;

// The part codes of the Vercel AI data stream: `<code>:<JSON>` a line.
const dataStreamEvents: Readonly<Record<string, string>> = {
  '0': 'text-delta',
  '2': 'data',
  '3': 'error',
  d: 'finish',
  e: 'finish-step',
  f: 'start-step',
  g: 'reasoning-delta',
};

// To delete on the day Rivya documents its stream as server-sent events (rivya-api.md 6.2): all framings but
// that one, with `LineBuffer` and the sniffing; then `createParser` alone is left, and the check for a web
// page.
/**
 * Cuts decoded text into frames, however it arrives: server-sent events, JSON lines, one JSON document, the
 * Vercel AI data stream, or bare text. What it is shows in the first characters, since the content type may
 * be wrong.
 */
export class ChatFrameSplitter {
  readonly #onFrame: (frame: ChatFrame) => void;
  readonly #saysEvents: boolean;
  readonly #parser: EventSourceParser;
  #framing: Framing | undefined;
  /** What has come before the framing was known. */
  #head = '';
  readonly #lines = new LineBuffer();
  /** The beginning of a line of events: the parser forgets one that cannot be a field. */
  readonly #begun: string[] = [];
  #begunCharacters = 0;
  /** The lines of a JSON document that is written over several. */
  #document: string[] | undefined;
  #jsonLinesSeen = false;
  #overflow = false;
  #ending = false;

  constructor(contentType: string | null, onFrame: (frame: ChatFrame) => void) {
    this.#onFrame = onFrame;
    this.#saysEvents = contentType?.includes('event-stream') ?? false;
    this.#parser = createParser({
      onEvent: ({ event, data }) => this.#emit(event, data),
      onError: error => {
        if (error.type === 'max-buffer-size-exceeded') this.#overflow = true;
        else if (error.type === 'unknown-field') this.#stray(error.line ?? '', error.field ?? '');
      },
      maxBufferSize: longestEventCharacters,
    });
  }

  /** @throws RivyaError `protocol` for a web page, or an event of absurd size */
  feed(text: string): void {
    if (this.#framing) {
      this.#pass(this.#framing, text);
      return;
    }
    this.#head += text;
    const start = this.#head.trimStart();
    if (start.length >= sniffedCharacters) this.#decide(start);
  }

  /** The body is over; what lacks its last line end still counts. @throws RivyaError as `feed` */
  end(): void {
    this.#ending = true;
    if (!this.#framing) {
      const start = this.#head.trimStart();
      if (start === '') return;
      this.#decide(start);
    }
    if (this.#framing === 'serverSentEvents') this.#pass('serverSentEvents', '\n\n');
    else for (const line of this.#lines.end()) this.#line(line);
    if (this.#document) this.#emitDocument(this.#document.join('\n'));
  }

  /** What is no field: a gateway writes its error as bare JSON into what has begun as events. */
  #stray(line: string, field: string): void {
    if (isRecord(parseJson(line))) this.#emit(undefined, line);
    else this.#emit(`field ${field}`, '');
  }

  #emit(event: string | undefined, data: string): void {
    this.#onFrame({ event, data, cutOff: this.#ending });
  }

  #decide(start: string): void {
    if (start.startsWith('<')) {
      throw new RivyaError('protocol', 'The server sent a web page in place of an answer.', {
        code: 'response_unreadable',
        mayHaveBeenCharged: true,
      });
    }
    this.#framing = this.#framingOf(start.slice(0, sniffedCharacters));
    const head = this.#head;
    this.#head = '';
    this.#pass(this.#framing, this.#framing === 'plain' ? head : head.trimStart());
  }

  #framingOf(start: string): Framing {
    if (/^(?:data|event|id|retry)?:/.test(start)) return 'serverSentEvents';
    if (/^[{[]/.test(start)) return 'json';
    if (/^[0-9a-j]:[["{\d-]/.test(start)) return 'dataStream';
    return this.#saysEvents ? 'serverSentEvents' : 'plain';
  }

  #pass(framing: Framing, text: string): void {
    if (framing === 'plain') {
      this.#emit('text', text);
    } else if (framing === 'serverSentEvents') {
      if (!this.#overflow) this.#feedLines(text);
      if (this.#overflow) {
        throw new RivyaError('protocol', 'An event of the stream is too large.', {
          code: 'response_too_large',
          mayHaveBeenCharged: true,
        });
      }
    } else {
      for (const line of this.#lines.feed(text)) this.#line(line);
    }
  }

  #feedLines(text: string): void {
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    if (end > 0) {
      this.#parser.feed(this.#begun.join('') + text.slice(0, end));
      this.#begun.length = 0;
      this.#begunCharacters = 0;
    }
    if (end === text.length) return;
    this.#begun.push(text.slice(end));
    this.#begunCharacters += text.length - end;
    this.#overflow ||= this.#begunCharacters > longestEventCharacters;
  }

  #line(line: string): void {
    if (this.#document) {
      this.#document.push(line);
    } else if (line.trim() === '') {
      return;
    } else if (this.#framing === 'dataStream') {
      const code = line.slice(0, line.indexOf(':'));
      const data = line.slice(line.indexOf(':') + 1);
      this.#emit(dataStreamEvents[code] ?? `part ${code}`, data);
    } else if (!this.#jsonLinesSeen && parseJson(line) === undefined) {
      this.#document = [line];
    } else {
      this.#jsonLinesSeen = true;
      this.#emitDocument(line);
    }
  }

  #emitDocument(data: string): void {
    const value = parseJson(data);
    const frames: unknown[] = Array.isArray(value) ? value : [];
    for (const frame of frames) this.#emit('json', JSON.stringify(frame));
    if (!Array.isArray(value)) this.#emit('json', data);
  }
}

/** Cuts text at line ends of every kind, also when "\r\n" itself is cut. */
class LineBuffer {
  #parts: string[] = [];
  #endedWithReturn = false;

  feed(text: string): string[] {
    const rest = this.#endedWithReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.#endedWithReturn = text.endsWith('\r');
    const [first = '', ...others] = rest.split(/\r\n|\r|\n/);
    this.#parts.push(first);
    const last = others.pop();
    if (last === undefined) return [];
    const complete = [this.#parts.join(''), ...others];
    this.#parts = [last];
    return complete;
  }

  end(): string[] {
    const line = this.#parts.join('');
    this.#parts = [];
    return line === '' ? [] : [line];
  }
}
