import { expect, it } from 'vitest';
import { chargeOf } from '../../../../src/shared/charge.ts';
import { groupFilter, startOfDay, taskGroupsAt } from '../../../../src/core/tasks/groups.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { taskStates, type Task, type TaskState } from '../../../../src/shared/task.ts';
import { createTask, noon, removeFromList, storedFile, temporaryFolder } from '../../../support/tasks.ts';

const day = 24 * 60 * 60_000;

function withLedger(use: (ledger: Ledger) => void): void {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  try {
    use(ledger);
  } finally {
    ledger.dispose();
  }
}

function inState(ledger: Ledger, state: TaskState, at: number, change: Partial<Task> = {}): Task {
  const { id } = createTask(ledger, at);
  const task = ledger.update(id, at, before => ({ ...before, state, ...change }));
  if (!task) throw new Error('The job is gone.');
  return task;
}

it('puts every job into exactly one group', () => {
  withLedger(ledger => {
    const today = startOfDay(noon);
    const times = [
      noon,
      today,
      today - 1_000,
      ...[3, 6, 7, 11, 12, 40, 400, 1_000].map(days => noon - days * day),
    ];
    for (const at of times) for (const state of taskStates) inState(ledger, state, at);
    const names = taskGroupsAt(noon, ledger.lists.earliest());
    const groups = names.map(group => groupFilter(group, noon));
    const ids = groups.flatMap(filter => ledger.tasks({ limit: 1_000, ...filter }).map(task => task.id));
    expect(ids.length).toBe(times.length * taskStates.length);
    expect(new Set(ids).size).toBe(ids.length);
    const counts = groups.map(filter => ledger.count(filter));
    const found = Object.fromEntries(
      names.flatMap((name, index) => (counts[index] ? [[name, counts[index]]] : [])),
    );
    expect(found).toEqual({
      running: 55,
      unreachable: 11,
      waiting: 11,
      today: 4,
      yesterday: 2,
      week: 4,
      'month:2026-05': 2,
      'month:2026-04': 6,
      'month:2025-04': 2,
      earlier: 2,
      failed: 11,
    });
  });
});

it('is today until midnight of the place where the user is', () => {
  const late = new Date(2026, 4, 11, 23, 59, 59, 999).getTime();
  expect(startOfDay(late)).toBe(new Date(2026, 4, 11).getTime());
  expect(startOfDay(late + 1)).toBe(new Date(2026, 4, 12).getTime());
});

it('pages through a group without gaps', () => {
  withLedger(ledger => {
    for (let count = 0; count < 7; count++) inState(ledger, 'placed', noon - day + count);
    const filter = groupFilter('yesterday', noon);
    const all = ledger.tasks({ limit: 100, ...filter });
    const first = ledger.tasks({ limit: 3, ...filter });
    const rest = ledger.tasks({ limit: 100, ...filter, before: first.at(-1)?.createdAt ?? 0 });
    expect([...first, ...rest]).toEqual(all);
  });
});

it('adds up what was spent since a time, at one server', () => {
  withLedger(ledger => {
    expect(ledger.books.spent('https://rivya.ai', 0)).toBe(0);
    inState(ledger, 'placed', noon, { reservedCredits: 3, finalCredits: 2 });
    inState(ledger, 'processing', noon + 1, { reservedCredits: 4, remoteId: 'task_1' });
    inState(ledger, 'failed', noon + 2, { reservedCredits: 8, finalCredits: 0 });
    inState(ledger, 'unreachable', noon + 3, { reservedCredits: 1.5, remoteId: 'task_2' });
    inState(ledger, 'placed', noon - day, { finalCredits: 100 });
    createTask(ledger, noon + 4, { origin: 'http://127.0.0.1:1' });
    expect(ledger.books.spent('https://rivya.ai', noon)).toBe(7.5);
    expect(ledger.books.spent('https://rivya.ai', 0)).toBe(107.5);
    expect(ledger.books.hasUnknownCharges('https://rivya.ai', 0)).toBe(false);
    // Over without a word about its charge; given up without an answer; begun twice.
    for (const [state, change] of [
      ['failed', { reservedCredits: 8, remoteId: 'task_3' }],
      ['untracked', { firstSentAt: noon }],
      ['queued', { reservedCredits: 1, remoteId: 'task_4', otherRemoteIds: ['task_5'] }],
    ] as const) {
      const task = inState(ledger, state, noon + 10, change);
      expect(chargeOf(task)).toEqual({ kind: 'unknown' });
      expect(ledger.books.hasUnknownCharges('https://rivya.ai', noon)).toBe(true);
      ledger.update(task.id, noon, each => ({
        ...each,
        state: 'placed',
        remoteId: 'task_6',
        finalCredits: 0,
        otherRemoteIds: [],
      }));
      expect(ledger.books.hasUnknownCharges('https://rivya.ai', noon)).toBe(false);
    }
  });
});

it('counts what was spent on jobs that were removed from the list since', () => {
  withLedger(ledger => {
    const task = inState(ledger, 'placed', noon, { remoteId: 'task_1', finalCredits: 5 });
    const old = inState(ledger, 'placed', noon - 5, { remoteId: 'task_2', finalCredits: 7 });
    const spent = (since: number): unknown[] => [
      ledger.books.spent('https://rivya.ai', since),
      ledger.books.spent('http://127.0.0.1:1', since),
      ledger.books.spentSlots(since).map(({ credits }) => credits),
    ];
    const before = spent(noon);
    expect(before).toEqual([5, 0, [5]]);
    expect(removeFromList(ledger, [task.id, old.id], noon + 1)).toHaveLength(2);
    expect(spent(noon)).toEqual(before);
    ledger.restore([task.id, old.id]);
    expect(spent(noon)).toEqual(before);
  });
});

it('adds up what jobs without an answer may cost by agreement, at one server', () => {
  withLedger(ledger => {
    expect(ledger.books.planned('https://rivya.ai')).toBe(0);
    createTask(ledger, noon, { agreedCredits: 3 });
    createTask(ledger, noon - day, { agreedCredits: 4 });
    createTask(ledger, noon + 1);
    createTask(ledger, noon + 2, { agreedCredits: 100, origin: 'http://127.0.0.1:1' });
    inState(ledger, 'submitting', noon + 3, { agreedCredits: 5 });
    inState(ledger, 'queued', noon + 4, { agreedCredits: 6, reservedCredits: 6 });
    inState(ledger, 'untracked', noon + 5, { agreedCredits: 7, finalCredits: 0 });
    expect(ledger.books.planned('https://rivya.ai')).toBe(12);
  });
});

it('knows what of an order was not sent, and the most that was reserved for one of it', () => {
  withLedger(ledger => {
    expect(ledger.books.reservedIn('order-1')).toBeUndefined();
    const first = createTask(ledger, noon, { orderId: 'order-1' });
    const second = createTask(ledger, noon + 1, { orderId: 'order-1' });
    createTask(ledger, noon + 2, { orderId: 'order-2' });
    createTask(ledger, noon + 3);
    expect(ledger.books.unsentOf('order-1').map(({ id }) => id)).toEqual([first.id, second.id]);
    ledger.update(first.id, noon, task => ({ ...task, state: 'queued', reservedCredits: 3 }));
    expect(ledger.books.unsentOf('order-1').map(({ id }) => id)).toEqual([second.id]);
    ledger.update(second.id, noon, task => ({ ...task, state: 'queued', reservedCredits: 2 }));
    expect(ledger.books.reservedIn('order-1')).toBe(3);
    expect(ledger.books.jobsOf('order-1').map(({ id }) => id)).toEqual([first.id, second.id]);
  });
});

it('clears what is over, and nothing whose result is nowhere else', () => {
  withLedger(ledger => {
    const file = storedFile();
    const stored = [{ index: 0, url: 'https://rivya.ai/a.png', state: 'stored', failures: 0, file }] as const;
    const lost = [{ index: 0, url: 'https://rivya.ai/a.png', state: 'lost', failures: 9 }] as const;
    const kept = [
      inState(ledger, 'processing', noon),
      inState(ledger, 'stored', noon + 1, { results: stored }),
      inState(ledger, 'untracked', noon + 2, { results: stored }),
      inState(ledger, 'failed', noon + 3, { results: lost }),
    ];
    const inserted = inState(ledger, 'stored', noon + 4, { results: stored });
    ledger.setPlacement(inserted.id, 'waiting', { state: 'placed' }, noon + 5);
    const gone = [
      inserted,
      inState(ledger, 'failed', noon + 6),
      inState(ledger, 'untracked', noon + 7),
      inState(ledger, 'placed', noon + 8, { results: [{ ...stored[0], state: 'removed' }] }),
    ];
    expect(ledger.clearable()).toEqual(gone.map(task => task.id));
    let changes = 0;
    ledger.onDidChange(() => changes++);
    // One that runs stays whoever asks.
    expect(removeFromList(ledger, [...ledger.clearable(), kept[0]?.id ?? ''])).toHaveLength(gone.length);
    expect(changes).toBe(1);
    expect(
      ledger
        .tasks({ limit: 10 })
        .map(task => task.id)
        .toSorted(),
    ).toEqual(kept.map(task => task.id).toSorted());
    expect(ledger.clearable()).toEqual([]);
    expect(ledger.search('fox', 10).length).toBe(kept.length);
  });
});
