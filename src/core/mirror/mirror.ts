import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import { isLocked } from '../storage/fileErrors.ts';
import { slotMs, type SpentSlot } from '../storage/spentSlots.ts';
import type { Ledger } from '../tasks/ledger.ts';
import {
  copyKey,
  orphanedCopies,
  readCopies,
  type KeyValueStore,
  type OrphanedCopy,
  type StoredCopy,
} from './storedCopy.ts';

export interface MirrorOptions {
  readonly ledger: Ledger;
  /** See `storageIdOf`. */
  readonly storageId: string;
  readonly store: KeyValueStore;
  readonly place: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether the file of the ledger was made right now. */
  readonly isFresh: boolean;
  /** Whether jobs of this server can come back on another machine. */
  readonly isKept: (origin: string) => boolean;
  /** What the chats of this machine have cost since then; undefined while they are not open. */
  readonly chatsSpent: (since: number) => readonly SpentSlot[] | undefined;
}

/** What VS Code keeps in one piece should stay small. */
const limits = { jobs: 200, characters: 200_000 };
/** Between two copies that nobody waits for, in milliseconds. */
const pauseMs = 1_000;
/** Nothing that is to be sent waits longer than this for the copy, in milliseconds. */
const patienceMs = 5_000;
/** More than a day: the last midnight of every time zone lies within it. */
const spentAgeMs = 48 * 60 * 60_000;
/** Nobody comes back for a copy that is older, in milliseconds. */
const copyAgeMs = 90 * 24 * 60 * 60_000;

/**
 * Keeps a copy of the open jobs where it survives what deletes the ledger: a container that is rebuilt takes
 * its file system along. A copy, not the truth: what was not copied in time is as lost as without it.
 */
export class Mirror implements Disposable {
  readonly #options: MirrorOptions;
  readonly #store = new DisposableStore();
  #timer: Disposable | undefined;
  #writing = Promise.resolve(true);
  /** Until then a new job would stand in a copy that nobody looks for. */
  #settling: Promise<number> | undefined;

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#store.add(options.ledger.onDidChange(() => this.saveSoon()));
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#store.dispose();
  }

  /**
   * Takes over the jobs of ledgers that are gone; they stand in this one when the call returns, or as soon as
   * no other process holds it. Where this ledger is lost as well, right after it, they must be found again:
   * so their copies are given up when the jobs are in the copy of this ledger, and the workspace knows of it.
   * @param known id of the ledger that this workspace used last
   * @param note makes the id of this ledger the known one
   * @returns how many, when they are safe
   * @throws what the ledger throws; the copies stay
   */
  async adopt(known: string | undefined, note: (id: string) => PromiseLike<void>): Promise<number> {
    const { ledger, storageId, store, place, isFresh } = this.#options;
    const seat = { own: storageId, known, place, isEmpty: ledger.count() === 0, isFresh };
    const orphans = orphanedCopies(store, seat);
    const adopting = this.#adoptAll(orphans, note);
    this.#settling = adopting;
    try {
      return await adopting;
    } finally {
      this.#settling = undefined;
    }
  }

  async #adoptAll(
    orphans: readonly OrphanedCopy[],
    note: (id: string) => PromiseLike<void>,
  ): Promise<number> {
    const { ledger, clock, log } = this.#options;
    let count = 0;
    const left = [...orphans];
    for (let orphan = left[0]; orphan; orphan = left[0]) {
      const { copy, isSameFolder } = orphan;
      try {
        const adopted = ledger.openJobs.adopt(copy.jobs, isSameFolder, clock.now());
        log.info(
          `Jobs taken over from the copy of a ledger that is gone: ${adopted} of ${copy.jobs.length}.`,
        );
        count += adopted;
        left.shift();
      } catch (error) {
        if (!isLocked(error) || this.#store.disposed) throw error;
        await new Promise<void>(resolve => this.#store.add(clock.after(pauseMs, resolve)));
      }
    }
    await this.#settle(orphans, note);
    return count;
  }

  async #settle(orphans: readonly OrphanedCopy[], note: (id: string) => PromiseLike<void>): Promise<void> {
    const { ledger, storageId } = this.#options;
    if (orphans.length === 0) this.saveSoon();
    else if (!(await this.#copyNow())) return;
    if (!(await this.#isKept(() => note(storageId)))) return;
    for (const { id, copy } of orphans) {
      if (id === storageId) continue;
      // They count in this ledger now.
      const spent = { jobs: withoutJobs(copy, ledger), chats: copy.spent.chats };
      await this.#write(copyKey(id), { ...copy, jobs: [], spent });
    }
  }

  /**
   * Copies what is open now. Resolves when it is kept and the workspace would find it, or cannot be: what is
   * to be sent does not wait for ever.
   */
  async save(): Promise<void> {
    // What goes wrong there is told to who adopts.
    if (this.#settling) await this.#settling.catch(() => 0);
    await this.#copyNow();
  }

  /** After a change that nobody waits for. */
  saveSoon(): void {
    if (this.#store.disposed) return;
    this.#timer ??= this.#options.clock.after(pauseMs, () => void this.save());
  }

  /** What other machines of this person have noted as spent since then. */
  spentElsewhere(origin: string, since: number): number {
    const { store, storageId } = this.#options;
    return [...readCopies(store)]
      .filter(([id]) => id !== storageId)
      .flatMap(([, { spent }]) => [...spent.jobs, ...spent.chats])
      .filter(each => each.origin === origin && each.slot * slotMs >= since)
      .reduce((sum, { credits }) => sum + credits, 0);
  }

  /** @returns whether it is kept; never rejects */
  async #copyNow(): Promise<boolean> {
    this.#timer?.dispose();
    this.#timer = undefined;
    const { ledger, log } = this.#options;
    if (this.#store.disposed) return false;
    try {
      if (!ledger.isInPlace()) return false;
      // Else a copy that was read before another window's job could be written after that window's copy.
      ledger.openJobs.whileNobodyWrites(() => this.#startCopy());
      // What is the same already may still be on its way.
      return await this.#writing;
    } catch (error) {
      log.warn(`The open jobs could not be copied. ${describeError(error)}`);
      // Whoever holds it has changed something, which is to be copied, too.
      if (isLocked(error)) this.saveSoon();
      return false;
    }
  }

  #startCopy(): void {
    const { ledger, storageId, store, place, clock, isKept, chatsSpent } = this.#options;
    const now = clock.now();
    const before = readCopies(store).get(storageId);
    const jobs = ledger.openJobs.rows(limits, now).filter(({ task }) => isKept(String(task['origin'])));
    const since = now - spentAgeMs;
    const kept = before?.spent.chats.filter(({ slot }) => slot * slotMs >= since);
    const spent = { jobs: ledger.books.spentSlots(since), chats: chatsSpent(since) ?? kept ?? [] };
    this.#dropOld(now);
    const content = { place, jobs, spent };
    if (!before || !isSame({ ...before, savedAt: 0 }, { ...content, savedAt: 0 }))
      this.#writing = this.#write(copyKey(storageId), { ...content, savedAt: now });
  }

  #dropOld(now: number): void {
    const { store, storageId } = this.#options;
    for (const [id, { savedAt, jobs }] of readCopies(store)) {
      const age = now - savedAt;
      const isOver = age > copyAgeMs || (jobs.length === 0 && age > spentAgeMs);
      if (id !== storageId && isOver) void this.#write(copyKey(id), undefined);
    }
  }

  #write(key: string, value: StoredCopy | undefined): Promise<boolean> {
    return this.#isKept(() => this.#options.store.update(key, value));
  }

  /** Whether it is done in time; never rejects. */
  async #isKept(update: () => PromiseLike<void>): Promise<boolean> {
    const { clock, log } = this.#options;
    const late = Promise.withResolvers<boolean>();
    const timer = clock.after(patienceMs, () => {
      log.warn('The copy of the open jobs is not kept yet.');
      late.resolve(false);
    });
    const work = async (): Promise<boolean> => {
      try {
        await update();
        return true;
      } catch (error) {
        log.warn(`The copy of the open jobs could not be kept. ${describeError(error)}`);
        return false;
      } finally {
        timer.dispose();
      }
    };
    return Promise.race([work(), late.promise]);
  }
}

/** What a copy's jobs have cost, without those that another ledger counts now. */
function withoutJobs({ jobs, spent }: StoredCopy, ledger: Ledger): SpentSlot[] {
  const left = new Map(spent.jobs.map(each => [`${each.origin} ${each.slot}`, each]));
  for (const { task } of jobs) {
    const counted = ledger.task(String(task['id']));
    if (!counted) continue;
    const key = `${counted.origin} ${Math.floor(Number(task['created_at']) / slotMs)}`;
    const slot = left.get(key);
    const credits = counted.finalCredits ?? counted.reservedCredits ?? 0;
    if (slot) left.set(key, { ...slot, credits: slot.credits - credits });
  }
  return [...left.values()].filter(({ credits }) => credits > 0);
}

function isSame(a: StoredCopy, b: StoredCopy): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}

function comparable({ place, savedAt, jobs, spent }: StoredCopy): unknown {
  return [place, savedAt, jobs, spent.jobs, spent.chats];
}
