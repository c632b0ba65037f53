import type { SpentSlot } from '../storage/spentSlots.ts';
import type { JobRows } from '../tasks/openJobs.ts';

/** Values that outlive the file system of the ledger; `vscode.Memento` is one. */
export interface KeyValueStore {
  keys(): readonly string[];
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What is kept of one ledger where the rebuilding of its machine does not reach. */
export interface StoredCopy {
  /** In what window it was used, as far as that can be named; see `placeOf`. */
  readonly place: string | undefined;
  /** When it was written, in milliseconds since the epoch. */
  readonly savedAt: number;
  readonly jobs: readonly JobRows[];
  readonly spent: { readonly jobs: readonly SpentSlot[]; readonly chats: readonly SpentSlot[] };
}

/** Which ledger this window works with, and which ones may have been its own. */
export interface Seat {
  /** The id of the ledger that is there; undefined while there is none. */
  readonly own: string | undefined;
  /** The id of the ledger that this workspace used last; undefined when that is not known. */
  readonly known: string | undefined;
  readonly place: string | undefined;
  /** Whether the ledger holds no job. */
  readonly isEmpty: boolean;
  /** Whether its file was not there before: what the folder had noted of itself is older than it. */
  readonly isFresh: boolean;
}

const prefix = 'rivya.ledger.';

export function copyKey(ledgerId: string): string {
  return prefix + ledgerId;
}

/** The copies of all ledgers, by the id of each. */
export function readCopies(store: KeyValueStore): Map<string, StoredCopy> {
  const copies = new Map<string, StoredCopy>();
  for (const key of store.keys().filter(each => each.startsWith(prefix))) {
    const copy = decodeCopy(store.get(key));
    if (copy) copies.set(key.slice(prefix.length), copy);
  }
  return copies;
}

/** A copy whose jobs this window has to take over, because their ledger is gone. */
export interface OrphanedCopy {
  readonly id: string;
  readonly copy: StoredCopy;
  /** Whether it is certain that paths in it are those of this machine. */
  readonly isSameFolder: boolean;
}

/**
 * A workspace that finds another ledger than the one it knew has lost that one, and a folder whose ledger was
 * not there has lost its own. Where nothing is known of
 * that, an empty ledger takes what was made in a window of the same kind and path; another machine may have
 * the same path, so nothing is placed there by itself.
 */
export function orphanedCopies(
  store: KeyValueStore,
  { own, known, place, isEmpty, isFresh }: Seat,
): OrphanedCopy[] {
  return [...readCopies(store)].flatMap(([id, copy]): OrphanedCopy[] => {
    if (copy.jobs.length === 0 || (id === own && !isFresh)) return [];
    if (id === known || id === own) return [{ id, copy, isSameFolder: true }];
    const isLike = known === undefined && isEmpty && place !== undefined && copy.place === place;
    return isLike ? [{ id, copy, isSameFolder: false }] : [];
  });
}

/** Undefined for what is none; of what is damaged or of another version, what can be read. */
function decodeCopy(value: unknown): StoredCopy | undefined {
  if (!isRecord(value)) return undefined;
  const { place, savedAt, jobs, spent } = value;
  return {
    place: typeof place === 'string' ? place : undefined,
    savedAt: typeof savedAt === 'number' ? savedAt : 0,
    jobs: listOf(jobs, decodeJob),
    spent: {
      jobs: isRecord(spent) ? listOf(spent['jobs'], decodeSlot) : [],
      chats: isRecord(spent) ? listOf(spent['chats'], decodeSlot) : [],
    },
  };
}

function decodeJob(value: unknown): JobRows | undefined {
  if (!isRecord(value) || !isRecord(value['task'])) return undefined;
  const { task, placement } = value;
  return { task: plainRow(task), placement: isRecord(placement) ? plainRow(placement) : undefined };
}

function plainRow(value: Record<string, unknown>): JobRows['task'] {
  const columns = Object.entries(value).filter(
    (column): column is [string, string | number | null] =>
      column[1] === null || typeof column[1] === 'string' || typeof column[1] === 'number',
  );
  return Object.fromEntries(columns);
}

function decodeSlot(value: unknown): SpentSlot | undefined {
  if (!isRecord(value)) return undefined;
  const { origin, slot, credits } = value;
  const isSound = typeof origin === 'string' && typeof slot === 'number' && typeof credits === 'number';
  return isSound && credits > 0 ? { origin, slot, credits } : undefined;
}

function listOf<T>(value: unknown, decode: (each: unknown) => T | undefined): T[] {
  return Array.isArray(value) ? value.flatMap(each => decode(each) ?? []) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
