import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { Announcements, type Order } from '../../core/tasks/announcements.ts';
import { Gathering } from '../../core/tasks/gathering.ts';
import type { Task } from '../../shared/task.ts';
import { show } from '../messages/show.ts';
import type { Placed } from '../placement/resultWriter.ts';
import { jobMessage, showTasks } from './jobMessages.ts';
import { announcePlaced, copyPaths, isInSight, severalPlaced } from './placedMessages.ts';
import { l10n } from '../text/l10n.ts';

/** What comes within this time, in milliseconds, is told of together. */
const gathering = 1_500;

/** Tells of what happened to jobs by itself, in this window: an order at a time, not a job at a time. */
export class Announcer implements Disposable {
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #announcements: Announcements;
  readonly #placed: Gathering<'all', Placed>;
  /** Jobs whose results are in sight without being opened. */
  readonly #shownElsewhere = new Set<string>();
  /** Whoever tells of some jobs by themselves. */
  readonly #others = new Set<(task: Task) => boolean>();
  #copying = 0;

  constructor(log: Log) {
    this.#log = log;
    this.#announcements = this.#store.add(
      new Announcements({
        clock: systemClock,
        gathering,
        announce: announcement => {
          show(
            ['failed', 'twice'].includes(announcement.type) ? 'error' : 'warning',
            jobMessage(announcement),
            log,
          );
        },
      }),
    );
    this.#placed = this.#store.add(new Gathering(systemClock, gathering, placed => this.#tellOf(placed)));
  }

  /** Remembers with which others a job was ordered. Call it before the job can have moved on. */
  ordered(id: string, order: Order): void {
    this.#announcements.ordered(id, order);
  }

  /** The result of a job is shown by whoever ordered it, so that it is not opened. */
  shownElsewhere(id: string): void {
    this.#shownElsewhere.add(id);
  }

  /** What happens to these jobs is told by whoever calls this, until it is disposed. */
  leaveTo(isTheirs: (task: Task) => boolean): Disposable {
    this.#others.add(isTheirs);
    return { dispose: () => this.#others.delete(isTheirs) };
  }

  /** Whether somebody else tells of a job. */
  isLeft(task: Task): boolean {
    return [...this.#others].some(isTheirs => isTheirs(task));
  }

  /** A job has moved on in this window. */
  advanced(before: Task, after: Task): void {
    this.#announcements.advanced(before, after);
  }

  /** A result was placed by itself. Of those that are not in sight, several at once are one message. */
  placed(placed: Placed): void {
    const { document, remark } = placed;
    if (remark === undefined && document !== undefined && isInSight(document))
      announcePlaced(this.#log, placed);
    else this.#placed.add('all', placed);
  }

  /** Whether all was told. */
  get isIdle(): boolean {
    return this.#announcements.isIdle && this.#placed.isIdle && this.#copying === 0;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #tellOf(placed: readonly Placed[]): void {
    const log = this.#log;
    this.#copying++;
    copyPaths(placed)
      .finally(() => this.#copying--)
      .then(
        () => {
          const [first, ...rest] = placed;
          if (rest.length > 0) show('info', severalPlaced(placed), log);
          else if (first && this.#shownElsewhere.delete(first.task.id))
            announcePlaced(log, { ...first, hasNoDocument: false });
          else if (first) announcePlaced(log, first);
        },
        (error: unknown) => {
          log.error(`Paths could not be copied. ${describeError(error)}`);
          const text = l10n.t("Results saved. Couldn't copy their paths to the clipboard.");
          show('warning', { text, actions: [showTasks()] }, log);
        },
      );
  }
}
