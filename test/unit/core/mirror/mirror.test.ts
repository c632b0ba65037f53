import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../../src/base/log.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { Mirror, type MirrorOptions } from '../../../../src/core/mirror/mirror.ts';
import { readStorageId, storageIdOf } from '../../../../src/core/mirror/storageId.ts';
import {
  copyKey,
  orphanedCopies,
  readCopies,
  type KeyValueStore,
  type Seat,
} from '../../../../src/core/mirror/storedCopy.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { decide } from '../../../../src/core/tasks/runner.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { createJob, createTask, newTask, noon, nowhere, temporaryFolder } from '../../../support/tasks.ts';

const silent: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A memento as VS Code has it: JSON on another machine. */
class Memento implements KeyValueStore {
  readonly values = new Map<string, string>();
  /** How often it was written. */
  writes = 0;
  update(key: string, value: unknown): Promise<void> {
    this.writes++;
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
  keys(): readonly string[] {
    return [...this.values.keys()];
  }
  get(key: string): unknown {
    const value = this.values.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }
}

const noNote = (): Promise<void> => Promise.resolve();

function mirrorOf(ledger: Ledger, store: KeyValueStore, change: Partial<MirrorOptions> = {}): Mirror {
  return new Mirror({
    ledger,
    storageId: 'old',
    store,
    place: 'dev-container  /workspaces/site',
    clock: new ManualClock(),
    log: silent,
    isFresh: false,
    isKept: () => true,
    chatsSpent: () => undefined,
    ...change,
  });
}

/** What a rebuilt container comes up with: the same server, and nothing on the disk. */
function rebuilt(jobs: JobHarness, store: KeyValueStore): { ledger: Ledger; mirror: Mirror } & Disposable {
  const folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const mirror = mirrorOf(ledger, store, { storageId: 'new', clock: jobs.clock });
  return {
    ledger,
    mirror,
    [Symbol.dispose]: () => {
      mirror.dispose();
      ledger.dispose();
      folder[Symbol.dispose]();
    },
  };
}

describe('a machine that is built anew', () => {
  it.each(['before the request leaves', 'while the job runs', 'after its file came'])(
    'has its jobs back, each paid once: %s',
    async moment => {
      const store = new Memento();
      let copy: () => Promise<void> = () => Promise.resolve();
      let requests = 0;
      let isGone = false;
      await using jobs = await startJobs({ runner: { beforeSending: () => copy() } });
      const send = jobs.fetch;
      jobs.fetch = async (input, init) => {
        if (init?.method !== 'POST') return send(input, init);
        requests++;
        // What leaves is in the copy already.
        expect([...readCopies(store).values()].flatMap(each => each.jobs)).toHaveLength(1);
        const answer = await send(input, init);
        if (moment === 'before the request leaves' && requests === 1) {
          isGone = true;
          throw new TypeError('the container is gone');
        }
        return answer;
      };
      using mirror = useMirror(mirrorOf(jobs.ledger, store, { clock: jobs.clock }));
      copy = () => mirror.value.save();
      const placement = { ...nowhere, document: 'file:///workspaces/site/a.md' };
      const { id } = createJob(
        jobs.ledger,
        newTask({ origin: jobs.sandbox.url }),
        placement,
        jobs.clock.now(),
      );
      jobs.runner.poke();
      await jobs.until(() => {
        if (moment === 'before the request leaves') return isGone;
        const state = jobs.task(id).state;
        return moment === 'while the job runs'
          ? state === 'processing' || state === 'queued'
          : state === 'stored';
      });
      if (moment !== 'before the request leaves') await mirror.value.save();
      jobs.runner.dispose();
      await jobs.runner.idle();
      mirror.value.dispose();

      using machine = rebuilt(jobs, store);
      copy = () => machine.mirror.save();
      expect(await machine.mirror.adopt('old', noNote)).toBe(1);
      expect(machine.ledger.hasPending() || machine.ledger.task(id)?.hold === 'decision').toBe(true);
      using files = temporaryFolder();
      const library = new Library(files.file('library'));
      const { runner } = jobs.window('rebuilt', { ledger: machine.ledger, library });
      if (moment === 'before the request leaves') {
        expect(machine.ledger.task(id)).toMatchObject({
          state: 'submitting',
          hold: 'decision',
          problem: { code: 'storage_gone' },
        });
        decide(machine.ledger, id, { type: 'released' }, jobs.clock.now());
      }
      runner.poke();
      await jobs.until(() => machine.ledger.task(id)?.state === 'stored');
      expect(jobs.sandbox.control.charges()).toHaveLength(1);
      expect(machine.ledger.placements.of(id)).toMatchObject({ ...placement, state: 'waiting' });
      const [result] = machine.ledger.task(id)?.results ?? [];
      expect(result?.file && (await library.has(result.file))).toBe(true);
      runner.dispose();
      await runner.idle();
    },
  );

  it('takes them once, whatever number of windows comes up', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const saved = open(folder.file('a.sqlite'));
    createTask(saved, noon);
    createTask(saved, noon);
    await mirrorOf(saved, store).save();
    const path = folder.file('b.sqlite');
    const [one, two] = [open(path), open(path)];
    const kept = store.get(copyKey('old'));
    expect(await mirrorOf(one, store, { storageId: 'new' }).adopt('old', noNote)).toBe(2);
    // The second window has read the copy before the first emptied it.
    await store.update(copyKey('old'), kept);
    expect(await mirrorOf(two, store, { storageId: 'new' }).adopt('old', noNote)).toBe(0);
    expect(two.count()).toBe(2);
    for (const ledger of [saved, one, two]) ledger.dispose();
  });

  it('takes them as soon as nobody else holds the ledger, and lets nothing be sent before', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const clock = new ManualClock();
    const path = folder.file('b.sqlite');
    const [lost, fresh] = [open(folder.file('a.sqlite')), open(path)];
    createTask(lost, noon);
    await mirrorOf(lost, store).save();
    using mirror = useMirror(mirrorOf(fresh, store, { storageId: 'new', clock }));
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const adopting = mirror.value.adopt('old', noNote);
    let isSaved = false;
    const saving = mirror.value.save().then(() => (isSaved = true));
    await new Promise(setImmediate);
    expect([fresh.count(), isSaved]).toEqual([0, false]);
    other.exec('ROLLBACK');
    other.close();
    clock.advance(1_000);
    expect(await adopting).toBe(1);
    await saving;
    expect(fresh.count()).toBe(1);
    lost.dispose();
    fresh.dispose();
  });

  it('gives up no copy before its jobs can be found again without it', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const [lost, fresh] = [open(folder.file('a.sqlite')), open(folder.file('b.sqlite'))];
    createTask(lost, noon);
    await mirrorOf(lost, store).save();
    const jobsOf = (id: string): number => readCopies(store).get(id)?.jobs.length ?? 0;
    const mirror = mirrorOf(fresh, store, { storageId: 'new' });
    const noted = Promise.withResolvers<undefined>();
    const adopting = mirror.adopt('old', () => noted.promise);
    // The runner goes on at once, and what it sends waits for this.
    createTask(fresh, noon);
    let isSaved = false;
    const saving = mirror.save().then(() => (isSaved = true));
    await new Promise(setImmediate);
    expect([jobsOf('old'), jobsOf('new'), isSaved]).toEqual([1, 1, false]);
    noted.resolve(undefined);
    expect(await adopting).toBe(1);
    await saving;
    expect([jobsOf('old'), jobsOf('new')]).toEqual([0, 2]);
    lost.dispose();
    fresh.dispose();
  });

  it('keeps the copy when the workspace could not note its new folder', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const [lost, fresh] = [open(folder.file('a.sqlite')), open(folder.file('b.sqlite'))];
    createTask(lost, noon);
    await mirrorOf(lost, store).save();
    const mirror = mirrorOf(fresh, store, { storageId: 'new' });
    expect(await mirror.adopt('old', () => Promise.reject(new Error('no')))).toBe(1);
    expect(readCopies(store).get('old')?.jobs).toHaveLength(1);
    lost.dispose();
    fresh.dispose();
  });

  it('leaves alone what is no copy of a lost ledger', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const ledger = open(folder.file('a.sqlite'));
    createTask(ledger, noon);
    await mirrorOf(ledger, store).save();
    const seat: Seat = {
      own: 'new',
      known: undefined,
      place: 'dev-container  /workspaces/site',
      isEmpty: true,
      isFresh: false,
    };
    const found = (change: Partial<Seat>): unknown[] =>
      orphanedCopies(store, { ...seat, ...change }).map(({ id, isSameFolder }) => [id, isSameFolder]);
    expect(found({ known: 'old' })).toEqual([['old', true]]);
    expect(found({ known: 'old', isEmpty: false })).toEqual([['old', true]]);
    expect(found({})).toEqual([['old', false]]);
    expect(found({ isEmpty: false })).toEqual([]);
    expect(found({ place: 'dev-container  /workspaces/other' })).toEqual([]);
    expect(found({ known: 'a third' })).toEqual([]);
    expect(found({ own: 'old', known: 'old' })).toEqual([]);
    // The list was cleared, and the copy is a moment behind.
    expect(found({ own: 'old', isEmpty: true, isFresh: false })).toEqual([]);
    expect(found({ own: 'old', isEmpty: true, isFresh: true })).toEqual([['old', true]]);
    ledger.dispose();
  });

  it('places nothing by itself where the folder may be another one of the same name', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const [lost, fresh] = [open(folder.file('a.sqlite')), open(folder.file('b.sqlite'))];
    const anchor = { start: 1, end: 2, text: 'x' };
    const placement = { ...nowhere, document: 'file:///workspaces/site/a.md', folder: 'file:///w', anchor };
    const { id } = createJob(lost, newTask(), placement, noon);
    await mirrorOf(lost, store).save();
    expect(await mirrorOf(fresh, store, { storageId: 'new' }).adopt(undefined, noNote)).toBe(1);
    expect(fresh.placements.of(id)).toMatchObject({
      document: undefined,
      folder: undefined,
      anchor: undefined,
    });
    lost.dispose();
    fresh.dispose();
  });
});

it('a ledger that was deleted alone comes back from its own copy', async () => {
  using folder = temporaryFolder();
  const store = new Memento();
  const path = folder.file('ledger.sqlite');
  const lost = open(path);
  const { id } = createTask(lost, noon);
  await mirrorOf(lost, store).save();
  lost.dispose();
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const fresh = open(path);
  const mirror = mirrorOf(fresh, store, { isFresh: true });
  expect(await mirror.adopt(undefined, noNote)).toBe(1);
  expect(fresh.task(id)).toMatchObject({ state: 'submitting', hold: 'decision' });
  await mirror.save();
  expect(readCopies(store).get('old')?.jobs).toHaveLength(1);
  fresh.dispose();
});

describe('the copy', () => {
  it('holds what is open and nothing else, the paid first, and stays small', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const ledger = open(folder.file('a.sqlite'));
    const done = createTask(ledger, noon);
    ledger.update(done.id, noon, task => ({ ...task, state: 'failed', dueAt: undefined }));
    const running = createTask(ledger, noon);
    ledger.update(running.id, noon, task => ({ ...task, state: 'processing', remoteId: 'task_1' }));
    const huge = createTask(ledger, noon + 1_000, { prompt: 'x'.repeat(300_000) });
    for (let index = 0; index < 220; index++) createTask(ledger, noon + index, { prompt: 'x'.repeat(20) });
    await mirrorOf(ledger, store).save();
    const ids = readCopies(store)
      .get('old')
      ?.jobs.map(({ task }) => task['id']);
    expect(ids).toHaveLength(199);
    expect(ids?.[0]).toBe(running.id);
    expect(ids).not.toContain(done.id);
    expect(ids).not.toContain(huge.id);
    expect(JSON.stringify([...store.values]).length).toBeLessThan(500_000);
    ledger.dispose();
  });

  it('is not written again while nothing has changed', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const ledger = open(folder.file('a.sqlite'));
    createTask(ledger, noon);
    const mirror = mirrorOf(ledger, store);
    await mirror.save();
    await mirror.save();
    await mirrorOf(ledger, store).save();
    expect(store.writes).toBe(1);
    ledger.dispose();
  });

  it('keeps nothing waiting that is to be sent when it cannot be written', async () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('a.sqlite'));
    createTask(ledger, noon);
    const clock = new ManualClock();
    const stuck = new Memento();
    stuck.update = () => new Promise(() => undefined);
    const saving = mirrorOf(ledger, stuck, { clock }).save();
    clock.advanceToNext();
    await saving;
    const refusing = new Memento();
    refusing.update = () => Promise.reject(new Error('no'));
    await mirrorOf(ledger, refusing, { clock }).save();
    ledger.dispose();
  });

  it('takes what it can of entries that are damaged or of another version', async () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('a.sqlite'));
    const store = new Memento();
    const task = {
      ...newTask({ id: 'good' }),
      idempotency_key: 'k',
      number: 1,
      unknown: 7,
      remote_id: 'task_9',
    };
    const jobs = [
      null,
      5,
      { task: { id: 'no key' } },
      { task: { ...task, id: ['an array'] } },
      { task, placement: { mode: 'after', anchor: '{broken', document: 'file:///a.md' } },
    ];
    void store.update(copyKey('old'), { savedAt: 'x', jobs, spent: { jobs: 'none' } });
    void store.update(copyKey('third'), 'nothing of ours');
    expect(await mirrorOf(ledger, store, { storageId: 'new' }).adopt('old', noNote)).toBe(1);
    expect(ledger.task('good')).toMatchObject({ state: 'processing', remoteId: 'task_9' });
    expect(ledger.placements.of('good')).toMatchObject({ state: 'waiting', document: undefined });
    ledger.dispose();
  });
});

describe('what was spent on other machines', () => {
  it('counts from midnight by half hours, and a job that has moved counts once', async () => {
    using folder = temporaryFolder();
    const store = new Memento();
    const [ledger, other] = [open(folder.file('a.sqlite')), open(folder.file('b.sqlite'))];
    const clock = new ManualClock();
    const spend = (at: number, credits: number, state: 'processing' | 'placed' = 'placed'): void => {
      const { id } = createTask(ledger, at);
      ledger.update(id, at, task => ({
        ...task,
        state,
        remoteId: id,
        finalCredits: credits,
        dueAt: undefined,
      }));
    };
    const now = clock.now();
    const midnight = Math.floor(now / 86_400_000) * 86_400_000;
    spend(midnight + 10, 5);
    spend(midnight - 10, 7);
    spend(midnight + 20, 11, 'processing');
    const chats = [{ origin: 'https://rivya.ai', slot: midnight / 1_800_000, credits: 2 }];
    await mirrorOf(ledger, store, { clock, chatsSpent: () => chats }).save();
    const mirror = mirrorOf(other, store, { storageId: 'new', clock });
    expect(mirror.spentElsewhere('https://rivya.ai', midnight)).toBe(18);
    expect(mirror.spentElsewhere('https://other.example', midnight)).toBe(0);
    // In the half hour before another midnight, that of India.
    expect(mirror.spentElsewhere('https://rivya.ai', midnight - 1_800_000)).toBe(25);
    await mirror.adopt('old', noNote);
    expect(
      mirror.spentElsewhere('https://rivya.ai', midnight) + other.books.spent('https://rivya.ai', midnight),
    ).toBe(18);
    ledger.dispose();
    other.dispose();
  });
});

describe('two windows of one ledger', () => {
  it('write no copy over one that holds more', async () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const store = new Memento();
    using slow = useLedger(open(path));
    using quick = useLedger(open(path));
    using quickMirror = useMirror(mirrorOf(quick.value, store));
    const orderAndCopy = async (): Promise<string> => {
      const { id } = createTask(quick.value, noon);
      await quickMirror.value.save();
      return id;
    };
    const refusals: unknown[] = [];
    // Between what the slow one has read and what it writes.
    const chatsSpent = (): undefined => void orderAndCopy().catch((error: unknown) => refusals.push(error));
    using slowMirror = useMirror(mirrorOf(slow.value, store, { chatsSpent }));
    await slowMirror.value.save();
    expect(refusals.map(String)).toEqual([expect.stringContaining('locked')]);
    const id = await orderAndCopy();
    const copied = [...readCopies(store).values()].flatMap(copy => copy.jobs.map(({ task }) => task['id']));
    expect(copied).toEqual([id]);
  });

  it('copy what is open once the other has let go of the ledger', async () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const store = new Memento();
    const clock = new ManualClock();
    using own = useLedger(open(path));
    using other = useLedger(open(path));
    const { id } = createTask(own.value, noon);
    using mirror = useMirror(mirrorOf(own.value, store, { clock }));
    other.value.openJobs.whileNobodyWrites(() => void mirror.value.save());
    expect(readCopies(store).size).toBe(0);
    await Promise.resolve();
    clock.advance(2_000);
    expect([...readCopies(store).values()].flatMap(copy => copy.jobs)).toMatchObject([{ task: { id } }]);
  });
});

describe('the id of a storage folder', () => {
  it('stays while the folder does, and goes with it', () => {
    using folder = temporaryFolder();
    expect(readStorageId(folder.path)).toBeUndefined();
    const alone = (work: () => string): string => work();
    const id = storageIdOf(folder.path, alone);
    expect(storageIdOf(folder.path, alone)).toBe(id);
    expect(readStorageId(folder.path)).toBe(id);
    rmSync(join(folder.path, 'storage.id'));
    expect(storageIdOf(folder.path, alone)).not.toBe(id);
  });

  it('is one for two windows that open at once', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    using first = useLedger(open(path));
    using second = useLedger(open(path));
    const idOf = ({ openJobs }: Ledger, meanwhile = (): void => undefined): string =>
      storageIdOf(folder.path, work =>
        openJobs.whileNobodyWrites(() => {
          const id = work();
          meanwhile();
          return id;
        }),
      );
    const id = idOf(first.value, () => {
      // As it is when the first has made the file and not written it yet.
      writeFileSync(join(folder.path, 'storage.id'), '');
      expect(() => idOf(second.value)).toThrow('locked');
    });
    writeFileSync(join(folder.path, 'storage.id'), id);
    expect(idOf(second.value)).toBe(id);
  });
});

function open(path: string): Ledger {
  return Ledger.open(path).ledger;
}

function useLedger(value: Ledger): { readonly value: Ledger } & Disposable {
  return { value, [Symbol.dispose]: () => value.dispose() };
}

function useMirror(value: Mirror): { readonly value: Mirror } & Disposable {
  return { value, [Symbol.dispose]: () => value.dispose() };
}
