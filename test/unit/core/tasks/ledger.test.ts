import { mkdirSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { setUnexpectedErrorHandler } from '../../../../src/base/unexpectedError.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import type { NewPlacement } from '../../../../src/core/tasks/placement.ts';
import type { Task } from '../../../../src/shared/task.ts';
import {
  createJob,
  createTask,
  newTask,
  noon,
  nowhere,
  removeFromList,
  room,
  storedFile,
  temporaryFolder,
} from '../../../support/tasks.ts';

afterEach(() => setUnexpectedErrorHandler(undefined));

function open(path: string): Ledger {
  const { ledger, quarantined } = Ledger.open(path);
  expect(quarantined).toBeUndefined();
  return ledger;
}

/** A job whose file is in the library, ready to be placed. */
function createStored(ledger: Ledger, now = noon): Task {
  const { id } = createTask(ledger, now);
  const results = [
    { index: 0, url: 'https://media.example/0.png', failures: 0, state: 'stored', file: storedFile() },
  ];
  const stored = ledger.update(
    id,
    now,
    task => ({ ...task, state: 'stored', dueAt: undefined, results }) as Task,
  );
  if (!stored) throw new Error('The job is not there.');
  return stored;
}

describe('the hosts that results came from', () => {
  it('are known at once when a result comes, here or in another window', () => {
    using folder = temporaryFolder();
    const here = open(folder.file('ledger.sqlite'));
    const other = open(folder.file('ledger.sqlite'));
    const withResult = (ledger: Ledger, url: string): void => {
      const { id } = createTask(ledger, noon);
      const results = [{ index: 0, url, failures: 0, state: 'pending' as const }];
      ledger.update(id, noon, task => ({ ...task, results }));
    };
    expect([...here.results.hosts()]).toEqual([]);
    withResult(here, 'https://Media.example/a/0.png');
    expect([...here.results.hosts()]).toEqual(['media.example']);
    withResult(other, 'http://127.0.0.1:4010/b.png');
    expect([...here.results.hosts()].sort()).toEqual(['127.0.0.1', 'media.example']);
    expect([...other.results.hosts()].sort()).toEqual(['127.0.0.1', 'media.example']);
    here.dispose();
    other.dispose();
  });
});

describe('the jobs of an order', () => {
  it('are written together or not at all', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const [first, second, third] = [newTask(), newTask(), newTask()];
    let changes = 0;
    ledger.onDidChange(() => changes++);
    // The third cannot be written: its key was used already.
    const broken = { ...third, idempotencyKey: first.idempotencyKey };
    const order = [first, second, broken].map(task => ({ task, placement: nowhere }));
    expect(() => ledger.createAll(order, noon)).toThrow(/UNIQUE/);
    expect([ledger.count(), changes, ledger.hasPending()]).toEqual([0, 0, false]);
    const created = ledger.createAll(
      [first, second, third].map(task => ({ task, placement: nowhere })),
      noon,
    );
    expect(created.map(({ id }) => id)).toEqual([first.id, second.id, third.id]);
    expect([ledger.count(), changes]).toEqual([3, 1]);
    ledger.dispose();
  });
});

describe('what is written', () => {
  it('is there after the file was closed and opened again, field by field', () => {
    using folder = temporaryFolder();
    const first = open(folder.file('ledger.sqlite'));
    const placement: NewPlacement = {
      mode: 'replace',
      document: 'file:///w/a.md',
      language: 'markdown',
      folder: 'file:///w',
      anchor: { start: 3, end: 9, text: 'a "fox"\n' },
    };
    const wanted = newTask({ prompt: 'A "fox", लोमड़ी, 狐\u0000狸', sources: ['file:///w/a%20fox.png'] });
    const created = createJob(first, wanted, placement, noon);
    expect(created).toMatchObject({
      ...wanted,
      state: 'draft',
      tracked: true,
      dueAt: noon,
      intendedAt: noon,
    });
    const written = first.update(created.id, noon + 7, task => ({
      ...task,
      state: 'succeeded',
      tracked: false,
      hold: 'key',
      remoteId: 'task_1',
      reservedCredits: 1.5,
      finalCredits: 0,
      problem: { code: 'some_problem', message: 'It failed.', status: 503, requestId: 'req_1' },
      failures: 3,
      intendedAt: noon + 1,
      firstSentAt: noon + 2,
      dueAt: noon + 3,
      results: [
        { index: 0, url: 'https://media.example/0.png', state: 'stored', failures: 0, file: storedFile() },
        { index: 1, url: 'https://media.example/1.mp4', state: 'pending', failures: 2 },
      ],
    }));
    expect(written?.updatedAt).toBe(noon + 7);
    first.dispose();
    const second = open(folder.file('ledger.sqlite'));
    expect(second.task(created.id)).toEqual(written);
    expect(second.placements.of(created.id)).toEqual({
      ...placement,
      copies: [],
      taskId: created.id,
      state: 'waiting',
      file: undefined,
    });
    second.dispose();
  });

  it('is all or nothing', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const wanted = newTask();
    createJob(ledger, wanted, nowhere, noon);
    const again = { ...newTask(), idempotencyKey: wanted.idempotencyKey };
    expect(() => createJob(ledger, again, nowhere, noon)).toThrow(/UNIQUE/);
    expect(ledger.tasks({ limit: 10 })).toHaveLength(1);
    expect(ledger.placements.of(again.id)).toBeUndefined();
    const broken = (): Task => {
      throw new Error('The change failed.');
    };
    expect(() => ledger.update(wanted.id, noon, broken)).toThrow('The change failed.');
    expect(ledger.update(wanted.id, noon, task => ({ ...task, state: 'submitting' }))?.state).toBe(
      'submitting',
    );
    ledger.dispose();
  });

  it('is not written when nothing changes', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const task = createTask(ledger, noon);
    let changes = 0;
    ledger.onDidChange(() => changes++);
    expect(ledger.update(task.id, noon + 1, each => each)).toEqual(task);
    // The time of the next request is nobody's business.
    expect(ledger.update(task.id, noon + 1, each => ({ ...each, dueAt: noon + 9 }))).toEqual({
      ...task,
      dueAt: noon + 9,
    });
    expect(changes).toBe(0);
    ledger.update(task.id, noon + 1, each => ({ ...each, failures: 1 }));
    expect(changes).toBe(1);
    expect(ledger.update('nobody', noon, each => each)).toBeUndefined();
    ledger.dispose();
  });

  it('stands even when a listener fails', () => {
    using folder = temporaryFolder();
    const reported: unknown[] = [];
    setUnexpectedErrorHandler(error => reported.push(error));
    const ledger = open(folder.file('ledger.sqlite'));
    ledger.onDidChange(() => {
      throw new Error('The view failed.');
    });
    expect(createTask(ledger, noon).state).toBe('draft');
    expect(reported).toEqual([new Error('The view failed.')]);
    ledger.dispose();
  });
});

it('is closed although its marker cannot be removed', () => {
  using folder = temporaryFolder();
  const path = folder.file('ledger.sqlite');
  const ledger = open(path);
  mkdirSync(`${path}.pending`);
  expect(() => ledger.dispose()).toThrow();
  expect(() => ledger.runningCount()).toThrow('not open');
  rmSync(`${path}.pending`, { recursive: true });
});

describe('the list', () => {
  it('comes newest first in pages that miss nothing, also for jobs of the same millisecond', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    for (let count = 0; count < 25; count++) {
      const { id } = createTask(ledger, noon);
      if (count % 2) ledger.update(id, noon, task => ({ ...task, state: 'failed', dueAt: undefined }));
    }
    const seen: Task[] = [];
    for (;;) {
      const last = seen.at(-1);
      const page = ledger.tasks({ limit: 4, ...(last && { before: last.createdAt }) });
      if (page.length === 0) break;
      seen.push(...page);
    }
    expect(new Set(seen.map(task => task.id)).size).toBe(25);
    expect(seen.map(task => task.createdAt)).toEqual(seen.map(task => task.createdAt).sort((a, b) => b - a));
    expect(ledger.tasks({ limit: 100, states: ['failed'] })).toHaveLength(12);
    expect(ledger.runningCount()).toBe(13);
    ledger.dispose();
  });

  it('is searched by parts of words in any script, case and accent', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const prompts = [
      'A red Fox at the café',
      'लाल लोमड़ी',
      '赤い狐が森を走る',
      '100% of a "quoted" under_score',
      'A fox',
    ];
    prompts.forEach((prompt, index) => createTask(ledger, noon + index, { prompt }));
    const find = (query: string, limit = 10): string[] =>
      ledger.search(query, limit).map(task => task.prompt);
    expect(find('fox')).toEqual(['A fox', 'A red Fox at the café']);
    expect(find('fox', 1)).toEqual(['A fox']);
    expect(find('fox RED')).toEqual(['A red Fox at the café']);
    expect(find('cafe')).toEqual(['A red Fox at the café']);
    expect(find('लोमड़ी')).toEqual(['लाल लोमड़ी']);
    expect(find('森を走る')).toEqual(['赤い狐が森を走る']);
    expect(find('狐')).toEqual(['赤い狐が森を走る']);
    expect(find('at fox')).toEqual(['A red Fox at the café']);
    expect(find('"quoted"')).toEqual(['100% of a "quoted" under_score']);
    expect(find('0%')).toEqual(['100% of a "quoted" under_score']);
    expect(find('_s')).toEqual(['100% of a "quoted" under_score']);
    expect(find('fox OR लाल')).toEqual([]);
    expect(find('  ')).toEqual([]);
    const [first] = ledger.search('लोमड़ी', 1);
    ledger.update(first?.id ?? '', noon, task => ({ ...task, state: 'failed' }));
    expect(removeFromList(ledger, [first?.id ?? ''])).toHaveLength(1);
    expect(find('लोमड़ी')).toEqual([]);
    ledger.dispose();
  });

  it('lets no job go whose result would be paid and never found', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const { id } = createTask(ledger, noon);
    for (const state of ['draft', 'submitting', 'queued', 'processing', 'succeeded'] as const) {
      ledger.update(id, noon, task => ({ ...task, state }));
      expect(removeFromList(ledger, [id])).toHaveLength(0);
      expect(ledger.hasPending()).toBe(true);
    }
    ledger.update(id, noon, task => ({ ...task, state: 'failed' }));
    expect(ledger.hasPending()).toBe(false);
    expect(removeFromList(ledger, [id])).toHaveLength(1);
    expect([ledger.task(id), ledger.placements.of(id), ledger.attempts(id)]).toEqual([
      undefined,
      undefined,
      [],
    ]);
    expect(removeFromList(ledger, [id])).toHaveLength(0);
    ledger.dispose();
  });
});

describe('leases', () => {
  const origins = ['https://rivya.ai'];
  const lease = 15_000;

  function twoWindows(path: string): { a: Ledger; b: Ledger; done: () => void } {
    const [a, b] = [open(path), open(path)];
    return { a, b, done: () => [a, b].forEach(ledger => ledger.dispose()) };
  }

  it('give a due job to one window only, until the lease has run out', () => {
    using folder = temporaryFolder();
    const { a, b, done } = twoWindows(folder.file('ledger.sqlite'));
    const { id } = createTask(a, noon);
    expect(a.leases.claim('a', origins, noon, lease, room(8)).map(task => task.id)).toEqual([id]);
    expect(a.leases.claim('a', origins, noon, lease, room(8))).toEqual([]);
    expect(b.leases.claim('b', origins, noon + lease - 1, lease, room(8))).toEqual([]);
    expect(b.leases.nextDue('b', origins, noon)).toBe(noon + lease);
    expect(b.leases.claim('b', origins, noon + lease, lease, room(8)).map(task => task.id)).toEqual([id]);
    expect(a.leases.holds('a', id)).toBe(false);
    expect(b.leases.holds('b', id)).toBe(true);
    done();
  });

  it('stay while they are renewed, but not for servers that this window does not reach', () => {
    using folder = temporaryFolder();
    const { a, b, done } = twoWindows(folder.file('ledger.sqlite'));
    createTask(a, noon);
    createTask(a, noon, { origin: 'http://127.0.0.1:4010' });
    a.leases.claim('a', [...origins, 'http://127.0.0.1:4010'], noon, lease, room(8));
    a.leases.renew('a', origins, noon + 10_000, lease);
    const taken = b.leases.claim('b', [...origins, 'http://127.0.0.1:4010'], noon + lease, lease, room(8));
    expect(taken.map(task => task.origin)).toEqual(['http://127.0.0.1:4010']);
    expect(b.leases.expire('b', noon + 24_999)).toBe(false);
    expect(b.leases.expire('b', noon + 25_000)).toBe(true);
    done();
  });

  it('are given back at an orderly end, and the jobs in hand are due at once', () => {
    using folder = temporaryFolder();
    const { a, b, done } = twoWindows(folder.file('ledger.sqlite'));
    const { id } = createTask(a, noon);
    a.leases.claim('a', origins, noon, lease, room(8));
    a.leases.releaseAll('a', [id], noon + 1);
    expect(b.leases.claim('b', origins, noon + 1, lease, room(8))).toHaveLength(1);
    done();
  });

  it('do not outlive a clock that was set back', () => {
    using folder = temporaryFolder();
    const { a, b, done } = twoWindows(folder.file('ledger.sqlite'));
    const { id } = createTask(a, noon);
    a.leases.claim('a', origins, noon, lease, room(8));
    const hourBefore = noon - 3_600_000;
    b.leases.clockSetBack(0, hourBefore);
    expect(b.leases.claim('b', origins, hourBefore, lease, room(8)).map(task => task.id)).toEqual([id]);
    done();
  });

  it('move what was planned when the clock is set back by a little', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const { id } = createTask(ledger, noon);
    ledger.update(id, noon, task => ({ ...task, dueAt: noon + 5_000 }));
    ledger.leases.clockSetBack(120_000, noon - 120_000);
    expect(ledger.task(id)?.dueAt).toBe(noon - 115_000);
    ledger.dispose();
  });

  it('take the longest due first, and no more than there is room for', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const tasks = [3, 1, 2].map(order => createTask(ledger, noon + order));
    expect(ledger.leases.claim('a', origins, noon + 9, lease, room(2)).map(task => task.id)).toEqual([
      tasks[1]?.id,
      tasks[2]?.id,
    ]);
    expect(ledger.leases.claim('a', origins, noon + 9, lease, room(0))).toEqual([]);
    expect(ledger.leases.claim('a', [], noon + 9, lease, room(8))).toEqual([]);
    expect(ledger.leases.nextDue('a', [], noon)).toBeUndefined();
    ledger.dispose();
  });

  it('can be taken for placing a result, by one window', () => {
    using folder = temporaryFolder();
    const { a, b, done } = twoWindows(folder.file('ledger.sqlite'));
    const { id } = createStored(a);
    expect(a.leases.take('a', id, noon, 60_000)).toBe(true);
    expect(a.leases.take('a', id, noon, 60_000)).toBe(true);
    expect(b.leases.take('b', id, noon + 59_999, 60_000)).toBe(false);
    // Renewing the others must not shorten this one.
    a.leases.renew('a', origins, noon + 1, lease);
    expect(b.leases.take('b', id, noon + 59_999, 60_000)).toBe(false);
    a.leases.release('a', id);
    expect(b.leases.take('b', id, noon, 60_000)).toBe(true);
    done();
  });

  it('is not taken for a result that another window has placed since it was seen to wait', () => {
    using folder = temporaryFolder();
    const { a, b, done } = twoWindows(folder.file('ledger.sqlite'));
    const { id } = createStored(a);
    expect(b.placements.waiting().map(({ taskId }) => taskId)).toEqual([id]);
    expect(a.takeToPlace('a', id, noon, 60_000)).toMatchObject({
      task: { id, state: 'stored' },
      placement: { state: 'waiting' },
    });
    expect(b.takeToPlace('b', id, noon, 60_000)).toBeUndefined();
    a.setPlacement(id, 'waiting', { state: 'placed', file: 'file:///w/a.png' }, noon);
    a.leases.release('a', id);
    expect(b.takeToPlace('b', id, noon, 60_000)).toBeUndefined();
    // Nobody waits for a lease on what is done.
    expect(b.leases.holders(noon)).toEqual(new Set());
    done();
  });
});

describe('placements', () => {
  it('go on in one of two windows', () => {
    using folder = temporaryFolder();
    const [a, b] = [open(folder.file('ledger.sqlite')), open(folder.file('ledger.sqlite'))];
    const { id } = createStored(a);
    expect(b.placements.waiting().map(each => each.taskId)).toEqual([id]);
    expect(a.setPlacement(id, 'waiting', { state: 'placed', file: 'file:///w/a.png' }, noon)).toBe(true);
    expect(b.setPlacement(id, 'waiting', { state: 'saved' }, noon)).toBe(false);
    expect(b.placements.of(id)).toMatchObject({ state: 'placed', file: 'file:///w/a.png' });
    // Both at once, so that no crash can leave a placed result in the list of those to be placed.
    expect(b.task(id)?.state).toBe('placed');
    expect(b.placements.waiting()).toEqual([]);
    a.dispose();
    b.dispose();
  });

  it('are found by their document while a job may still come there', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const document = 'file:///w/a.md';
    const created = (state: Task['state'], change = {}): string => {
      const { id } = createJob(ledger, newTask(), { ...nowhere, document, ...change }, noon);
      ledger.update(id, noon, task => ({ ...task, state }));
      return id;
    };
    const waiting = (['draft', 'processing', 'succeeded', 'stored'] as const).map(state => created(state));
    for (const state of ['failed', 'untracked', 'placed'] as const) created(state);
    created('processing', { document: 'file:///w/other.md' });
    created('processing', { document: undefined });
    ledger.setPlacement(created('processing'), 'waiting', { state: 'dismissed' }, noon);
    const idsIn = (uri: string): string[] => ledger.placements.inDocument(uri).map(({ taskId }) => taskId);
    expect(idsIn(document).toSorted()).toEqual(waiting.toSorted());
    expect(ledger.placements.documents().toSorted()).toEqual([document, 'file:///w/other.md']);
    ledger.dispose();
  });

  it('move with their documents, all of them, however many there are', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const ids = Array.from(
      { length: 600 },
      (_, index) => createJob(ledger, newTask(), { ...nowhere, document: 'file:///w/a.md' }, noon + index).id,
    );
    createJob(ledger, newTask(), { ...nowhere, document: 'file:///w/b.md' }, noon);
    let changes = 0;
    ledger.onDidChange(() => changes++);
    ledger.placements.moveDocuments(new Map([['file:///w/a.md', 'file:///v/a.md']]), noon);
    expect(changes).toBe(1);
    expect(ledger.placements.inDocument('file:///v/a.md')).toHaveLength(ids.length);
    expect(ledger.placements.documents().toSorted()).toEqual(['file:///v/a.md', 'file:///w/b.md']);
    ledger.dispose();
  });

  it('keep the job as it is when the place moves or is given up', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const { id } = createStored(ledger);
    const anchor = { start: 1, end: 2, text: 'x' };
    expect(ledger.setPlacement(id, 'waiting', { document: 'file:///w/b.md', anchor }, noon)).toBe(true);
    expect(ledger.placements.of(id)).toMatchObject({ document: 'file:///w/b.md', anchor, state: 'waiting' });
    expect(ledger.hasPending()).toBe(true);
    expect(ledger.setPlacement(id, 'waiting', { state: 'dismissed' }, noon)).toBe(true);
    expect(ledger.task(id)?.state).toBe('stored');
    expect(ledger.hasPending()).toBe(false);
    ledger.dispose();
  });
});

describe('attempts', () => {
  it('are begun and ended, and polls with the same answer are one', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const { id } = createTask(ledger, noon);
    const blank = { endedAt: undefined, outcome: undefined, requestId: undefined };
    const same = (task: Task): Task => task;
    ledger.update(id, noon, same, { action: 'submit', startedAt: noon, ...blank });
    expect(ledger.attempts(id)).toEqual([{ action: 'submit', startedAt: noon, ...blank }]);
    const ended = {
      action: 'submit',
      startedAt: noon,
      endedAt: noon + 9,
      outcome: 'queued',
      requestId: 'req_1',
    } as const;
    ledger.update(id, noon, same, ended);
    for (let count = 0; count < 3; count++) {
      const startedAt = noon + 100 + count;
      ledger.update(id, noon, same, {
        action: 'poll',
        startedAt,
        endedAt: startedAt,
        outcome: 'queued',
        requestId: undefined,
      });
    }
    expect(ledger.attempts(id)).toEqual([
      ended,
      expect.objectContaining({ action: 'poll', startedAt: noon + 100 }),
    ]);
    ledger.dispose();
  });

  it('do not grow for ever', () => {
    using folder = temporaryFolder();
    const ledger = open(folder.file('ledger.sqlite'));
    const { id } = createTask(ledger, noon);
    for (let count = 0; count < 200; count++) {
      const attempt = {
        action: 'poll',
        startedAt: noon + count,
        endedAt: noon + count,
        requestId: undefined,
      } as const;
      ledger.update(id, noon, task => task, { ...attempt, outcome: `answer ${count}` });
    }
    const kept = ledger.attempts(id);
    expect(kept).toHaveLength(50);
    expect(kept.at(-1)?.outcome).toBe('answer 199');
    ledger.dispose();
  });
});

it('notices what another window has written, and only that', () => {
  using folder = temporaryFolder();
  const [a, b] = [open(folder.file('ledger.sqlite')), open(folder.file('ledger.sqlite'))];
  let changes = 0;
  b.onDidChange(() => changes++);
  b.checkForExternalChanges();
  expect(changes).toBe(0);
  createTask(a, noon);
  b.checkForExternalChanges();
  b.checkForExternalChanges();
  expect(changes).toBe(1);
  createTask(b, noon);
  expect(changes).toBe(2);
  b.checkForExternalChanges();
  expect(changes).toBe(2);
  a.dispose();
  b.dispose();
});
