import { describe, expect, it } from 'vitest';
import { planRemoval, removeFiles, removeTask } from '../../../../src/core/assets/housekeeping.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { Ledger, type LibraryFile } from '../../../../src/core/tasks/ledger.ts';
import type { Task } from '../../../../src/shared/task.ts';
import { png } from '../../../support/mediaBytes.ts';
import { createTask, noon, storedFile, temporaryFolder } from '../../../support/tasks.ts';

function file(taskId: string, bytes: number, placed = true): LibraryFile {
  return { taskId, index: 0, file: storedFile({ path: `${taskId}.png`, bytes }), createdAt: noon, placed };
}

describe('the plan', () => {
  it('removes nothing within the limit', () => {
    expect(planRemoval([file('a', 40), file('b', 60)], 100)).toEqual({ files: [], bytes: 0, remaining: 100 });
  });

  it('removes the oldest first, and no more than must be', () => {
    const files = [file('a', 40), file('b', 60), file('c', 50)];
    expect(planRemoval(files, 120)).toEqual({ files: [files[0]], bytes: 40, remaining: 110 });
    expect(planRemoval(files, 109)).toEqual({ files: files.slice(0, 2), bytes: 100, remaining: 50 });
  });

  it('never removes what is not placed, and says when the limit cannot be kept', () => {
    const files = [file('a', 40, false), file('b', 60), file('c', 50, false)];
    expect(planRemoval(files, 0)).toEqual({ files: [files[1]], bytes: 60, remaining: 90 });
  });
});

async function storeJob(
  ledger: Ledger,
  library: Library,
  now: number,
  end: 'placed' | 'stored' | 'untracked',
): Promise<Task> {
  const { id } = createTask(ledger, now);
  const stored = await library.store(`${id}-0`, 'me', [png(4, 4)] as unknown as AsyncIterable<Uint8Array>);
  const results = [
    { index: 0, url: 'https://media.example/0', state: 'stored', failures: 0, file: stored } as const,
  ];
  const state = end === 'untracked' ? 'untracked' : 'stored';
  ledger.update(id, now, task => ({ ...task, state, dueAt: undefined, results }));
  if (end === 'placed') ledger.setPlacement(id, 'waiting', { state: 'saved', file: 'file:///w/a.png' }, now);
  const task = ledger.task(id);
  if (!task) throw new Error('The job is not there.');
  return task;
}

describe('the removal', () => {
  it('takes away placed files only, and notes it', async () => {
    using folder = temporaryFolder();
    const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
    const library = new Library(folder.file('library'));
    const waiting = await storeJob(ledger, library, noon, 'stored');
    const placed = await storeJob(ledger, library, noon + 1, 'placed');
    const stopped = await storeJob(ledger, library, noon + 2, 'untracked');
    const plan = planRemoval(ledger.libraryFiles(), 0);
    expect(plan.files.map(each => each.taskId)).toEqual([placed.id]);
    await removeFiles(plan, ledger, library, noon + 9);
    expect((await library.diskUse()).files).toBe(2);
    expect(ledger.task(placed.id)).toMatchObject({ state: 'placed', results: [{ state: 'removed' }] });
    for (const { id } of [waiting, stopped]) expect(await library.find(`${id}-0`)).toBeDefined();
    // Doing it again does no harm, and a plan that is out of date removes nothing that is needed.
    await removeFiles(plan, ledger, library, noon + 9);
    await removeFiles(
      { files: ledger.libraryFiles().map(each => ({ ...each, placed: true })) },
      ledger,
      library,
      noon,
    );
    expect((await library.diskUse()).files).toBe(2);
    ledger.dispose();
  });

  it('of a whole job takes its files too, but not while it runs', async () => {
    using folder = temporaryFolder();
    const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
    const library = new Library(folder.file('library'));
    const stored = await storeJob(ledger, library, noon, 'stored');
    const running = createTask(ledger, noon + 1);
    expect(await removeTask(running.id, ledger, library)).toBe(false);
    expect(await removeTask(stored.id, ledger, library)).toBe(true);
    expect(await removeTask(stored.id, ledger, library)).toBe(false);
    expect(ledger.tasks({ limit: 9 }).map(task => task.id)).toEqual([running.id]);
    expect((await library.diskUse()).files).toBe(0);
    ledger.dispose();
  });
});
