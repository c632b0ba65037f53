import type { Ledger } from '../tasks/ledger.ts';
import { transition } from '../tasks/transition.ts';
import type { Problem, Task } from '../../shared/task.ts';
import { isAboveAgreed } from './priceGate.ts';

/** Of a job that waits because another of its order turned out dearer than was agreed to. */
export const priceAboveAgreed = 'price_above_agreed';

/** What was found out, in credits. */
export interface PriceSurprise {
  readonly reserved: number;
  readonly agreed: number;
  /** The jobs of the same order that wait for the person's decision from now on; nothing of them has left. */
  readonly held: readonly Task[];
}

/**
 * How long the first job of an order goes ahead of the others, in milliseconds, when it is not answered. They
 * are due by themselves then, whatever becomes of this window.
 */
export const headStartMs = 10_000;

/**
 * Compares what Rivya reserves for a job with what the person has agreed to. When it is more, the jobs of the
 * same order that were not sent wait for the person.
 */
export class PriceWatch {
  readonly #ledger: Ledger;
  /** The orders of which a person has heard, by their ids. */
  readonly #told = new Set<string>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * A job has moved on; poke the runner afterwards. @returns undefined when nothing is amiss, or nothing that
   * was not told of the order before
   */
  advanced(before: Task, after: Task, now: number): PriceSurprise | undefined {
    const { reservedCredits: reserved, agreedCredits: agreed, orderId } = after;
    if (before.remoteId !== undefined || before.state !== 'submitting') return undefined;
    if (reserved === undefined || agreed === undefined || !isAboveAgreed(reserved, agreed)) {
      if (orderId !== undefined) this.#letGo(orderId, now);
      return undefined;
    }
    const held = orderId === undefined ? [] : this.#holdRest(orderId, reserved, now);
    const name = orderId ?? after.id;
    if (held.length === 0 && this.#told.has(name)) return undefined;
    this.#told.add(name);
    return { reserved, agreed, held };
  }

  /** The head start is over, whatever the first one brought. */
  #letGo(orderId: string, now: number): void {
    for (const { id, hold, dueAt } of this.#ledger.books.unsentOf(orderId)) {
      if (hold !== undefined || dueAt === undefined || dueAt <= now) continue;
      this.#ledger.update(id, now, task =>
        task.state === 'draft' && task.hold === undefined ? { ...task, dueAt: now } : task,
      );
    }
  }

  #holdRest(orderId: string, reserved: number, now: number): Task[] {
    const problem: Problem = {
      code: priceAboveAgreed,
      message: `Rivya reserved ${reserved} credits for another job of this order, which is more than was agreed to.`,
    };
    // It may have left meanwhile, wait already, or its new price was agreed to.
    const mustWait = (task: Task): boolean =>
      task.state === 'draft' && task.hold !== 'decision' && isAboveAgreed(reserved, task.agreedCredits);
    return this.#ledger.books.unsentOf(orderId).flatMap(({ id, hold }) => {
      const task = this.#ledger.update(id, now, current =>
        mustWait(current)
          ? { ...transition(current, { type: 'decisionNeeded', problem }, now), dueAt: undefined }
          : current,
      );
      return task?.hold === 'decision' && hold !== 'decision' ? [task] : [];
    });
  }
}
