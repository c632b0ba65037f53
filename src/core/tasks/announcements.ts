import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { chargeOf } from '../../shared/charge.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import { Gathering } from './gathering.ts';

/** Jobs that were asked for together. */
export interface Order {
  /** How many there are to be. */
  readonly size: number;
}

/** Something about jobs that a person should hear of. */
export interface Announcement {
  /**
   * `failed`: over, without a result. `unreachable`: we have stopped looking. `held`: nothing goes on without
   * the user. `twice`: Rivya has begun a second task for the same job. `troubled`: the jobs go on by
   * themselves, but have failed several times in a row.
   */
  readonly type: 'failed' | 'unreachable' | 'held' | 'twice' | 'troubled';
  readonly tasks: readonly [Task, ...Task[]];
  /** Whether one explanation fits all of them. */
  readonly haveSameCause: boolean;
}

export interface AnnouncementsOptions {
  readonly clock: Clock;
  /** How long the jobs of an order are waited for, in milliseconds. */
  readonly gathering: number;
  readonly announce: (announcement: Announcement) => void;
}

/** A retry that takes long is worth a word after so many failures in a row. */
const troubled = 3;

/**
 * Decides what is told of jobs, and gathers it by order: what befalls several jobs of an order is told once.
 * A job that was ordered alone is told of at once. Which jobs belong together is known only in the window
 * that ordered them, while it lives; all others are gathered by time.
 */
export class Announcements implements Disposable {
  readonly #orders = new Map<string, Order>();
  /** Orders whose trouble was told of, until a job of theirs gets through again. */
  readonly #troubled = new WeakSet<Order>();
  readonly #gatherings: Record<Announcement['type'], Gathering<Order | undefined, Task>>;
  readonly #announce: AnnouncementsOptions['announce'];

  constructor({ clock, gathering, announce }: AnnouncementsOptions) {
    const gather = (type: Announcement['type']): Gathering<Order | undefined, Task> =>
      new Gathering(clock, gathering, (tasks, order) => {
        if (type === 'troubled' && order) this.#troubled.add(order);
        this.#tell(type, tasks);
      });
    this.#gatherings = {
      failed: gather('failed'),
      unreachable: gather('unreachable'),
      held: gather('held'),
      twice: gather('twice'),
      troubled: gather('troubled'),
    };
    this.#announce = announce;
  }

  /** Remembers with which others a job was ordered. Call it before the job can have moved on. */
  ordered(id: string, order: Order): void {
    this.#orders.set(id, order);
  }

  /** A job has moved on in this window. */
  advanced(before: Task, after: Task): void {
    const order = this.#orders.get(after.id);
    if (order && before.failures > 0 && after.failures === 0) this.#troubled.delete(order);
    if (!isRunningState(after.state)) this.#orders.delete(after.id);
    const type = whatHappened(before, after);
    if (!type || (type === 'troubled' && order && this.#troubled.has(order))) return;
    if (order?.size === 1) this.#tell(type, [after]);
    else this.#gatherings[type].add(order, after);
  }

  /** Whether all was told. */
  get isIdle(): boolean {
    return Object.values(this.#gatherings).every(each => each.isIdle);
  }

  dispose(): void {
    for (const each of Object.values(this.#gatherings)) each.dispose();
  }

  #tell(type: Announcement['type'], [first, ...rest]: readonly Task[]): void {
    if (!first) return;
    const haveSameCause = rest.every(task => causeOf(task) === causeOf(first));
    this.#announce({ type, tasks: [first, ...rest], haveSameCause });
  }
}

function whatHappened(before: Task, after: Task): Announcement['type'] | undefined {
  if (after.otherRemoteIds.length > before.otherRemoteIds.length) return 'twice';
  if (!after.problem) return undefined;
  if (after.hold !== undefined) return before.hold === undefined ? 'held' : undefined;
  if (after.state === 'failed' || after.state === 'unreachable')
    return before.state === after.state ? undefined : after.state;
  return after.failures === troubled && before.failures < troubled ? 'troubled' : undefined;
}

/** What the explanation depends on. */
function causeOf(task: Task): string {
  const { code, status, message } = task.problem ?? {};
  return JSON.stringify([code, status, message, task.hold, chargeOf(task).kind]);
}
