import { expect, it } from 'vitest';
import { groupFilter, startOfDay, taskGroups } from '../../../../src/core/tasks/groups.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { taskStates, type Task, type TaskState } from '../../../../src/shared/task.ts';
import { createTask, noon, storedFile, temporaryFolder } from '../../../support/tasks.ts';

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
    for (const at of [noon, today, today - 1_000, noon - 40 * day])
      for (const state of taskStates) inState(ledger, state, at);
    const groups = taskGroups.map(group => groupFilter(group, today));
    const ids = groups.flatMap(filter => ledger.tasks({ limit: 1_000, ...filter }).map(task => task.id));
    expect(ids.length).toBe(4 * taskStates.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(groups.map(filter => ledger.count(filter))).toEqual([20, 4, 4, 4, 4]);
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
    const filter = groupFilter('earlier', startOfDay(noon));
    const all = ledger.tasks({ limit: 100, ...filter });
    const first = ledger.tasks({ limit: 3, ...filter });
    const rest = ledger.tasks({ limit: 100, ...filter, before: first.at(-1)?.createdAt ?? 0 });
    expect([...first, ...rest]).toEqual(all);
  });
});

it('adds up what was spent since a time, at one server', () => {
  withLedger(ledger => {
    expect(ledger.spent('https://rivya.ai', 0)).toBe(0);
    inState(ledger, 'placed', noon, { reservedCredits: 3, finalCredits: 2 });
    inState(ledger, 'processing', noon + 1, { reservedCredits: 4, finalCredits: 0 });
    inState(ledger, 'failed', noon + 2, { reservedCredits: 8, finalCredits: 0 });
    inState(ledger, 'stored', noon + 3, { reservedCredits: 1.5 });
    inState(ledger, 'placed', noon - day, { finalCredits: 100 });
    createTask(ledger, noon + 4, { origin: 'http://127.0.0.1:1' });
    expect(ledger.spent('https://rivya.ai', noon)).toBe(7.5);
    expect(ledger.spent('https://rivya.ai', 0)).toBe(107.5);
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
    expect(ledger.removeAll([...ledger.clearable(), kept[0]?.id ?? ''])).toBe(gone.length);
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
