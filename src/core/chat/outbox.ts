import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { ChatHostMessage, ChatState } from '../../shared/chat.ts';

type Unnumbered<T> = T extends unknown ? Omit<T, 'sequence'> : never;
/** A message before it has its number. */
export type ChatChange = Unnumbered<Exclude<ChatHostMessage, { type: 'snapshot' | 'delta' }>>;
type Delta = Unnumbered<Extract<ChatHostMessage, { type: 'delta' }>>;

/** At most one message of appended text in this time: about two frames of a screen. */
const frameMs = 30;

/**
 * What goes to the page: numbered, with appended text gathered to one message a frame, and nothing at all
 * while the page is hidden. When it is shown again, it gets a snapshot.
 */
export class Outbox implements Disposable {
  readonly #post: (message: ChatHostMessage) => void;
  readonly #clock: Clock;
  #sequence = 0;
  #open = false;
  #delta: Delta | undefined;
  #timer: Disposable | undefined;

  constructor(post: (message: ChatHostMessage) => void, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  /** Whether the page gets changes. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** The page is shown, and knows everything up to now. */
  snapshot(state: ChatState): void {
    this.#drop();
    this.#open = true;
    this.#send({ type: 'snapshot', sequence: ++this.#sequence, state });
  }

  /** The page is hidden: nothing is sent until the next snapshot. */
  close(): void {
    this.#drop();
    this.#open = false;
  }

  /** Anything but appended text; it keeps its place among that. */
  change(change: ChatChange): void {
    if (!this.#open) return;
    this.#flush();
    this.#send({ ...change, sequence: ++this.#sequence });
  }

  append(messageId: string, field: Delta['field'], at: number, text: string): void {
    if (!this.#open) return;
    const last = this.#delta;
    if (last?.messageId === messageId && last.field === field && last.at + last.text.length === at) {
      this.#delta = { ...last, text: last.text + text };
    } else {
      this.#flush();
      this.#delta = { type: 'delta', messageId, field, at, text };
    }
    this.#timer ??= this.#clock.after(frameMs, () => {
      this.#timer = undefined;
      this.#flush();
    });
  }

  dispose(): void {
    this.close();
  }

  #flush(): void {
    const delta = this.#delta;
    if (!delta) return;
    this.#delta = undefined;
    this.#send({ ...delta, sequence: ++this.#sequence });
  }

  #drop(): void {
    this.#delta = undefined;
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  #send(message: ChatHostMessage): void {
    this.#post(message);
  }
}
