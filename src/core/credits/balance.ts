import { isRivyaError } from '../../api/errors/errors.ts';
import { Emitter } from '../../base/event.ts';
import type { Disposable } from '../../base/lifecycle.ts';

/** What is known of the credits of one origin. */
export interface BalanceState {
  readonly credits: number | undefined;
  readonly checking: boolean;
  /** What the last check failed with; undefined when it did not fail. */
  readonly problem: Error | undefined;
  /** The last check failed because the server could not be reached at all. */
  readonly offline: boolean;
}

const unknown: BalanceState = { credits: undefined, checking: false, problem: undefined, offline: false };

/** The last known balance of each origin. Asked for after jobs and on demand, never by a timer. */
export class Balance implements Disposable {
  readonly #states = new Map<string, BalanceState>();
  readonly #retrieve: (origin: string) => Promise<number | undefined>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #changed = new Emitter<string>();
  #generation = 0;

  /** Fires with the origin whose state is another. */
  readonly onDidChange = this.#changed.event;

  /** @param retrieve asks the server; its error is shown, not thrown */
  constructor(retrieve: (origin: string) => Promise<number | undefined>) {
    this.#retrieve = retrieve;
  }

  state(origin: string): BalanceState {
    return this.#states.get(origin) ?? unknown;
  }

  /** Whether no answer is being waited for. */
  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Takes a balance that came with another answer. */
  learn(origin: string, credits: number | undefined): void {
    this.#set(origin, { ...unknown, credits });
  }

  /**
   * Asks the server; a call while one is under way shares its answer. Never rejects: the state has the
   * problem.
   */
  refresh(origin: string): Promise<void> {
    const running = this.#running.get(origin);
    if (running) return running;
    const work = this.#refresh(origin).finally(() => {
      if (this.#running.get(origin) === work) this.#running.delete(origin);
    });
    this.#running.set(origin, work);
    return work;
  }

  /** Also an answer that is still under way is not taken: it belongs to a key that is gone. */
  forget(origin: string): void {
    this.#generation++;
    this.#running.delete(origin);
    this.#set(origin, unknown);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #refresh(origin: string): Promise<void> {
    this.#set(origin, { ...this.state(origin), checking: true });
    const asked = this.#generation;
    try {
      const credits = await this.#retrieve(origin);
      if (asked === this.#generation) this.learn(origin, credits);
    } catch (error) {
      if (asked !== this.#generation) return;
      const problem = error instanceof Error ? error : new Error(String(error));
      const offline = isRivyaError(error) && (error.kind === 'network' || error.kind === 'timeout');
      this.#set(origin, { ...this.state(origin), checking: false, problem, offline });
    }
  }

  #set(origin: string, state: BalanceState): void {
    this.#states.set(origin, state);
    this.#changed.fire(origin);
  }
}
