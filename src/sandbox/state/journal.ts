import { Emitter } from '../../base/event.ts';
import type { RecordChange, RecordKind, Records, RecordSink } from './records.ts';

/** Collects what a request changes, so that it is on disk as a whole before the request is answered. */
export class Journal {
  readonly #sink: RecordSink | undefined;
  readonly #changes = new Map<string, RecordChange>();
  readonly #committed = new Emitter<void>();

  /** After each step of work, whether it changed a record or not. */
  readonly onDidCommit = this.#committed.event;

  /** @param sink none: nothing is kept */
  constructor(sink?: RecordSink) {
    this.#sink = sink;
  }

  /** Notes a new or changed record; it is read when it is written. */
  put<K extends RecordKind>(kind: K, id: string, record: Records[K]): void {
    this.#note({ kind, id, record } as RecordChange);
  }

  remove(kind: RecordKind, id: string): void {
    this.#note({ kind, id, record: null });
  }

  /** Forgets every record. */
  clear(): void {
    this.#changes.clear();
    this.#sink?.clear();
  }

  /** @throws when the changes could not be written; they are written with the next ones then */
  commit(): void {
    if (this.#sink && this.#changes.size > 0) {
      this.#sink.write([...this.#changes.values()]);
      this.#changes.clear();
    }
    this.#committed.fire();
  }

  #note(change: RecordChange): void {
    if (this.#sink) this.#changes.set(`${change.kind}/${change.id}`, change);
  }
}
