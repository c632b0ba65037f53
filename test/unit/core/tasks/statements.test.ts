import { expect, it } from 'vitest';
import { groupFilter, taskGroupsAt } from '../../../../src/core/tasks/groups.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import type { Task, TaskState } from '../../../../src/shared/task.ts';
import { countStatements } from '../../../support/countStatements.ts';
import { createJob, newTask, noon, nowhere, storedFile, temporaryFolder } from '../../../support/tasks.ts';

const document = 'file:///w/notes.md';
const states: readonly TaskState[] = ['processing', 'stored', 'placed', 'failed'];

/** Jobs with two results each, waiting for the same document. */
function fill(ledger: Ledger, count: number): void {
  const results: Task['results'] = [
    { index: 0, url: 'https://media.example/0.png', failures: 0, state: 'stored', file: storedFile() },
    { index: 1, url: 'https://media.example/1.png', failures: 1, state: 'lost' },
  ];
  for (let index = 0; index < count; index++) {
    const { id } = createJob(ledger, newTask(), { ...nowhere, document }, noon + index);
    const state = states[index % states.length] ?? 'failed';
    ledger.update(id, noon, task => ({ ...task, state, results }));
  }
}

const asked: Record<string, (ledger: Ledger) => unknown> = {
  'a job': ledger => ledger.task(ledger.tasks({ limit: 1 })[0]?.id ?? ''),
  'the places in a document that was opened': ledger => ledger.placements.inDocument(document),
  'the documents that a rename may concern': ledger => ledger.placements.documents(),
  'what is to be placed': ledger => ledger.placements.waiting(),
  'a page of each state': ledger => ledger.tasks({ limit: 500 }),
  'a search': ledger => ledger.search('fox', 500),
  'the size of every group': ledger =>
    ledger.counts(
      taskGroupsAt(noon, 0).map(group => groupFilter(group, noon)),
      1_000,
    ),
};

it.each(Object.entries(asked))('%s takes as many statements for 80 jobs as for none', async (name, ask) => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const expected = name === 'a job' ? 2 : 1;
  expect(await countStatements(() => ask(ledger))).toBe(expected);
  fill(ledger, 80);
  expect(await countStatements(() => ask(ledger))).toBe(expected);
  ledger.dispose();
});

it('a job comes with all its results, in their order, whichever way it is read', () => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  fill(ledger, 8);
  const all = ledger.tasks({ limit: 100 });
  expect(all).toHaveLength(8);
  for (const task of all) {
    expect(task.results.map(({ index, state, failures, file }) => [index, state, failures, file])).toEqual([
      [0, 'stored', 0, storedFile()],
      [1, 'lost', 1, undefined],
    ]);
    expect(ledger.task(task.id)).toEqual(task);
  }
  expect(ledger.search('fox', 100)).toEqual(all);
  ledger.dispose();
});
