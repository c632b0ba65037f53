import type { WebhookDelivery } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { attemptDelivery } from '../webhooks/webhookSender.ts';
import { finishDueTasks } from './finishTasks.ts';

// What setTimeout can wait for at most.
const longestWaitMs = 2 ** 31 - 1;

/** Does what is due when nobody asks: ends tasks, and sends webhooks. */
export class Background {
  readonly #state: SandboxState;
  readonly #closing = new AbortController();
  readonly #underWay = new Map<WebhookDelivery, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(state: SandboxState) {
    this.#state = state;
  }

  /** To be called after anything that may have become due, or may become due sooner than before. */
  wake(): void {
    if (this.#closing.signal.aborted) return;
    for (const delivery of this.#state.pendingDeliveries) {
      if (delivery.dueAt <= this.#state.now()) void this.deliver(delivery);
    }
    clearTimeout(this.#timer);
    const next = this.#nextDue();
    if (next === Infinity) return;
    const wait = Math.min(Math.max(1, next - this.#state.now()), longestWaitMs);
    this.#timer = setTimeout(() => {
      finishDueTasks(this.#state);
      this.#state.journal.commit();
      this.wake();
    }, wait);
    this.#timer.unref();
  }

  /** Makes the attempt now, or waits for the one that is under way. Never throws. */
  deliver(delivery: WebhookDelivery): Promise<void> {
    const known = this.#underWay.get(delivery);
    if (known) return known;
    const attempt = attemptDelivery(this.#state, delivery, this.#closing.signal).finally(() => {
      this.#underWay.delete(delivery);
      if (this.#closing.signal.aborted) return;
      this.#state.journal.commit();
      this.wake();
    });
    this.#underWay.set(delivery, attempt);
    return attempt;
  }

  /** Ends attempts that are under way; they stay pending. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#underWay.values());
  }

  #nextDue(): number {
    let next = Infinity;
    for (const task of this.#state.pendingTasks) next = Math.min(next, task.createdAt + task.durationMs);
    for (const delivery of this.#state.pendingDeliveries) {
      if (!this.#underWay.has(delivery)) next = Math.min(next, delivery.dueAt);
    }
    return next;
  }
}
