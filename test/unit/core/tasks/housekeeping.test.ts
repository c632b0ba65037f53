import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  forgetRemoved,
  lossesOf,
  planRemoval,
  removeFiles,
  removeTasks,
  type HousekeepingPorts,
} from '../../../../src/core/tasks/housekeeping.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import type { LibraryFile } from '../../../../src/core/tasks/results.ts';
import { storedFiles, type Task } from '../../../../src/shared/task.ts';
import { png } from '../../../support/mediaBytes.ts';
import { diskFiles } from '../../../support/diskFiles.ts';
import {
  createTask,
  noon,
  removeFromList,
  room,
  storedFile,
  temporaryFolder,
} from '../../../support/tasks.ts';

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

/** A job with two files in the library; when it is placed, a copy of each stands in the workspace. */
async function storeJob(
  ports: HousekeepingPorts,
  workspace: string,
  now: number,
  end: 'placed' | 'stored' | 'untracked',
): Promise<{ task: Task; paths: string[] }> {
  const { ledger, library } = ports;
  const { id } = createTask(ledger, now);
  const results: Task['results'][number][] = [];
  for (const index of [0, 1]) {
    const picture = [png(4, 4 + index)] as unknown as AsyncIterable<Uint8Array>;
    const stored = await library.store(`${id}-${index}`, 'me', picture);
    results.push({
      index,
      url: `https://media.example/${index}`,
      state: 'stored',
      failures: 0,
      file: stored,
    });
  }
  const state = end === 'untracked' ? 'untracked' : 'stored';
  ledger.update(id, now, task => ({ ...task, state, dueAt: undefined, results }));
  const paths = [0, 1].map(index => `${workspace}/${id}-${index}.png`);
  if (end === 'placed') {
    const files = results.flatMap(({ file }) => file ?? []);
    mkdirSync(workspace, { recursive: true });
    files.forEach((file, index) => copyFileSync(library.pathOf(file), paths[index] ?? ''));
    const copies = paths.map((path, index) => ({ index, uri: pathToFileURL(path).href }));
    ledger.setPlacement(id, 'waiting', { state: 'saved', file: copies[0]?.uri, copies }, now);
  }
  return { task: taskOf(ports, id), paths };
}

function taskOf({ ledger }: HousekeepingPorts, id: string): Task {
  const task = ledger.task(id);
  if (!task) throw new Error('The job is not there.');
  return task;
}

function openPorts(folder: { file(name: string): string }): HousekeepingPorts & Disposable {
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const library = new Library(folder.file('library'));
  return { ledger, library, placedFiles: diskFiles, [Symbol.dispose]: () => ledger.dispose() };
}

async function filesLeft({ library }: HousekeepingPorts, task: Task): Promise<number> {
  const exist = await Promise.all(storedFiles(task).map(file => library.exists(file)));
  return exist.filter(Boolean).length;
}

/** What may have become of a copy, as a person, git or an undo leaves it. */
const fates: [string, (path: string, library: string) => void][] = [
  ['was undone or deleted', path => rmSync(path)],
  ['was changed', path => writeFileSync(path, png(9, 9))],
  ['was changed and kept its length', path => writeFileSync(path, Buffer.alloc(png(4, 4).length, 1))],
  [
    'became a folder',
    path => {
      rmSync(path);
      mkdirSync(path);
    },
  ],
  [
    "became a link to the library's own file",
    (path, library) => {
      rmSync(path);
      symlinkSync(library, path);
    },
  ],
];

describe('whether a copy stands', () => {
  it.each(fates)('is looked for: none when it %s', async (_, befall) => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task, paths } = await storeJob(ports, folder.file('w'), noon, 'placed');
    const [first] = storedFiles(task);
    if (!first || paths[0] === undefined) throw new Error('There is no file.');
    expect(await lossesOf(task, ports)).toEqual([]);
    befall(paths[0], ports.library.pathOf(first));
    expect(await lossesOf(task, ports)).toEqual([0]);
    // The dialog of the bulk commands promises that such a task stays, with its files.
    expect(await removeTasks([{ task, mayLose: [] }], ports, noon)).toMatchObject({ removed: 0, kept: 1 });
    const plan = planRemoval(ports.ledger.results.files(), 0);
    expect(await removeFiles(plan, ports, noon)).toMatchObject({ removed: 1, kept: 1 });
    expect(await ports.library.exists(first)).toBe(true);
    expect(taskOf(ports, task.id).results.map(({ state }) => state)).toEqual(['stored', 'removed']);
  });

  it('is unknown, which counts as none, where nobody can look', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task } = await storeJob(ports, folder.file('w'), noon, 'placed');
    const broken = {
      ...ports,
      placedFiles: { ...diskFiles, size: () => Promise.reject(new Error('Offline.')) },
    };
    expect(await lossesOf(task, broken)).toHaveLength(2);
  });

  it('is known of the first file only when an earlier version placed the job', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task, paths } = await storeJob(ports, folder.file('w'), noon, 'stored');
    const [first] = storedFiles(task);
    if (!first || paths[0] === undefined) throw new Error('There is no file.');
    mkdirSync(folder.file('w'));
    copyFileSync(ports.library.pathOf(first), paths[0]);
    ports.ledger.setPlacement(
      task.id,
      'waiting',
      { state: 'placed', file: pathToFileURL(paths[0]).href },
      noon,
    );
    expect(await lossesOf(taskOf(ports, task.id), ports)).toEqual([1]);
  });
});

describe('the removal', () => {
  it('takes away placed files only, and notes it', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { ledger } = ports;
    const waiting = await storeJob(ports, folder.file('w'), noon, 'stored');
    const placed = await storeJob(ports, folder.file('w'), noon + 1, 'placed');
    const stopped = await storeJob(ports, folder.file('w'), noon + 2, 'untracked');
    const plan = planRemoval(ledger.results.files(), 0);
    expect(plan.files.map(each => each.taskId)).toEqual([placed.task.id, placed.task.id]);
    expect(await removeFiles(plan, ports, noon + 9)).toEqual({ removed: 2, kept: 0, bytes: plan.bytes });
    expect(await filesLeft(ports, placed.task)).toBe(0);
    expect(taskOf(ports, placed.task.id)).toMatchObject({
      state: 'placed',
      results: [{ state: 'removed' }, { state: 'removed' }],
    });
    // Doing it again does no harm, and a plan that is out of date removes nothing that is needed.
    expect((await removeFiles(plan, ports, noon + 9)).removed).toBe(0);
    const all = { files: ledger.results.files().map(each => ({ ...each, placed: true })) };
    expect(await removeFiles(all, ports, noon)).toEqual({ removed: 0, kept: 4, bytes: 0 });
    for (const { task } of [waiting, stopped]) expect(await filesLeft(ports, task)).toBe(2);
  });

  it('of a whole job happens not while it runs, and loses only what was agreed to', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { ledger } = ports;
    const stored = await storeJob(ports, folder.file('w'), noon, 'stored');
    const running = createTask(ledger, noon + 1);
    expect(await removeTasks([{ task: running, mayLose: [] }], ports, noon)).toMatchObject({
      removed: 0,
      kept: 1,
    });
    expect(await removeTasks([{ task: stored.task, mayLose: [] }], ports, noon)).toMatchObject({
      removed: 0,
      kept: 1,
    });
    const mayLose = [0, 1];
    expect(await removeTasks([{ task: stored.task, mayLose: [1] }], ports, noon)).toMatchObject({
      removed: 0,
      kept: 1,
    });
    expect(await filesLeft(ports, stored.task)).toBe(2);
    expect(await removeTasks([{ task: stored.task, mayLose }], ports, noon)).toMatchObject({
      removed: 1,
      kept: 0,
    });
    // It can still be brought back.
    expect(await filesLeft(ports, stored.task)).toBe(2);
    expect(ledger.tasks({ limit: 9 }).map(task => task.id)).toEqual([running.id]);
  });

  it('leaves a job of which a file is still tried for', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task } = await storeJob(ports, folder.file('w'), noon, 'placed');
    const pending = { index: 2, url: 'https://media.example/2', state: 'pending', failures: 9 } as const;
    ports.ledger.update(task.id, noon, each => ({ ...each, results: [...each.results, pending] }));
    expect(ports.ledger.clearable()).toEqual([]);
    const partly = taskOf(ports, task.id);
    expect(await lossesOf(partly, ports)).toEqual([2]);
    expect(await removeTasks([{ task: partly, mayLose: [] }], ports, noon)).toMatchObject({
      removed: 0,
      kept: 1,
    });
  });

  it('of a job goes on when a download of it fails once more while the question stands', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task } = await storeJob(ports, folder.file('w'), noon, 'placed');
    const pending = { index: 2, url: 'https://media.example/2', state: 'pending', failures: 1 } as const;
    ports.ledger.update(task.id, noon, each => ({ ...each, results: [...each.results, pending] }));
    const shown = taskOf(ports, task.id);
    const failed = { ...pending, failures: 2 };
    ports.ledger.update(task.id, noon, each => ({ ...each, results: [...each.results.slice(0, 2), failed] }));
    const mayLose = await lossesOf(shown, ports);
    expect(await removeTasks([{ task: shown, mayLose }], ports, noon)).toMatchObject({ removed: 1, kept: 0 });
  });

  it('leaves a job that came back to life while the question stood, with its file', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { ledger, library } = ports;
    const failed = createTask(ledger, noon);
    ledger.update(failed.id, noon, task => ({
      ...task,
      state: 'failed',
      remoteId: 'task_1',
      dueAt: undefined,
    }));
    const shown = taskOf(ports, failed.id);
    expect(ledger.clearable()).toEqual([failed.id]);
    // Meanwhile another window has asked again, and the result came.
    const file = await library.store(`${failed.id}-0`, 'me', [
      png(4, 4),
    ] as unknown as AsyncIterable<Uint8Array>);
    const results = [
      { index: 0, url: 'https://media.example/0', state: 'stored', failures: 0, file } as const,
    ];
    ledger.update(failed.id, noon, task => ({ ...task, state: 'stored', results }));
    expect(await removeTasks([{ task: shown, mayLose: [] }], ports, noon)).toMatchObject({
      removed: 0,
      kept: 1,
    });
    // Also when a person had agreed to lose what was shown.
    expect(await removeTasks([{ task: shown, mayLose: [0] }], ports, noon)).toMatchObject({
      removed: 0,
      kept: 1,
    });
    expect(await library.exists(file)).toBe(true);
    expect(taskOf(ports, failed.id).state).toBe('stored');
  });

  it('leaves a job that changes between the look and the removal', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task } = await storeJob(ports, folder.file('w'), noon, 'placed');
    const meddling = {
      ...ports,
      placedFiles: {
        ...diskFiles,
        size: (uri: string) => {
          ports.ledger.setPlacement(task.id, 'saved', { copies: [] }, noon);
          return diskFiles.size(uri);
        },
      },
    };
    expect(await removeTasks([{ task, mayLose: [] }], meddling, noon)).toMatchObject({ removed: 0, kept: 1 });
    expect(await filesLeft(ports, task)).toBe(2);
  });
});

describe('a removed job', () => {
  it('comes back as it was, with its files, its place and what was tried', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { ledger } = ports;
    const first = await storeJob(ports, folder.file('w'), noon, 'placed');
    const second = await storeJob(ports, folder.file('w'), noon + 1, 'placed');
    ledger.lists.setFavourite([first.task.id], true);
    const attempt = {
      action: 'submit',
      startedAt: noon,
      endedAt: noon + 1,
      outcome: 'ok',
      requestId: 'req_1',
    } as const;
    ledger.update(first.task.id, noon, task => task, attempt);
    const before = ledger.tasks({ limit: 9 });
    const places = before.map(({ id }) => ledger.placements.of(id));
    const removals = [first, second].map(({ task }) => ({ task: taskOf(ports, task.id), mayLose: [] }));
    const { ids } = await removeTasks(removals, ports, noon + 5);
    expect(ledger.tasks({ limit: 9 })).toEqual([]);
    expect(ledger.search('fox', 9)).toEqual([]);
    expect(ledger.removed.latest(noon + 5).toSorted()).toEqual([...ids].toSorted());
    expect(ledger.removed.latest(noon + 6)).toEqual([]);
    expect(ledger.restore(ids)).toHaveLength(2);
    expect(ledger.tasks({ limit: 9 })).toEqual(before);
    expect(before.map(({ id }) => ledger.placements.of(id))).toEqual(places);
    expect(ledger.attempts(first.task.id)).toEqual([attempt]);
    expect(ledger.search('fox', 9)).toEqual(before);
    // Once is enough.
    expect(ledger.restore(ids)).toEqual([]);
    expect(await filesLeft(ports, first.task)).toBe(2);
  });

  it('gives way to what has taken its number meanwhile', () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { ledger } = ports;
    const gone = createTask(ledger, noon, { prompt: 'A hare' });
    ledger.update(gone.id, noon, task => ({ ...task, state: 'failed' }));
    expect(removeFromList(ledger, [gone.id])).toEqual([gone.id]);
    // The last one was removed, so the next gets its number in the table and, here, its time.
    const later = createTask(ledger, noon, { prompt: 'A fox' });
    expect(ledger.restore([gone.id])).toEqual([gone.id]);
    expect(
      ledger
        .tasks({ limit: 9 })
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([gone.id, later.id].toSorted());
    expect(ledger.search('hare', 9).map(({ id }) => id)).toEqual([gone.id]);
    expect(ledger.search('fox', 9).map(({ id }) => id)).toEqual([later.id]);
  });

  it('that was given up while it ran is looked for again', () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { ledger } = ports;
    const { id } = createTask(ledger, noon);
    ledger.update(id, noon, task => ({ ...task, state: 'queued', tracked: false, remoteId: 'task_1' }));
    expect(removeFromList(ledger, [id])).toEqual([id]);
    expect(ledger.hasPending()).toBe(false);
    expect(ledger.restore([id])).toEqual([id]);
    expect(ledger.hasPending()).toBe(true);
    expect(
      ledger.leases.claim('a', ['https://rivya.ai'], noon + 1, 15_000, room(9)).map(each => each.id),
    ).toEqual([id]);
  });

  it('is forgotten with its files later, and only where copies of them stand or may be lost', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const placed = await storeJob(ports, folder.file('w'), noon, 'placed');
    const lost = await storeJob(ports, folder.file('w'), noon + 1, 'placed');
    const agreed = await storeJob(ports, folder.file('w'), noon + 2, 'stored');
    const removals = [placed, lost, agreed].map(({ task }) => ({
      task,
      mayLose: task === agreed.task ? [0, 1] : [],
    }));
    expect(await removeTasks(removals, ports, noon + 9)).toMatchObject({ removed: 3 });
    // Meanwhile a copy was deleted: the library has the only one.
    rmSync(lost.paths[1] ?? '');
    await forgetRemoved(ports, noon + 9);
    for (const { task } of [placed, lost, agreed]) expect(await filesLeft(ports, task)).toBe(2);
    await forgetRemoved(ports, noon + 10);
    expect(await filesLeft(ports, placed.task)).toBe(0);
    expect(await filesLeft(ports, agreed.task)).toBe(0);
    expect(await filesLeft(ports, lost.task)).toBe(2);
    expect(ports.ledger.restore([placed.task.id, lost.task.id, agreed.task.id])).toEqual([lost.task.id]);
  });

  it('is kept when its files cannot be deleted', async () => {
    using folder = temporaryFolder();
    using ports = openPorts(folder);
    const { task } = await storeJob(ports, folder.file('w'), noon, 'placed');
    expect(await removeTasks([{ task, mayLose: [] }], ports, noon)).toMatchObject({ removed: 1 });
    class StubbornLibrary extends Library {
      override remove(): void {
        throw Object.assign(new Error('busy'), { code: 'EBUSY' });
      }
    }
    const stubborn = { ...ports, library: new StubbornLibrary(folder.file('library')) };
    await expect(forgetRemoved(stubborn, noon + 1)).rejects.toThrow('busy');
    expect(ports.ledger.restore([task.id])).toEqual([task.id]);
    expect(taskOf(ports, task.id)).toEqual(task);
  });
});
