import { expect, it } from 'vitest';
import { Library } from '../../../../src/core/assets/library.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import type { Task, TaskState } from '../../../../src/shared/task.ts';
import type { TasksNode } from '../../../../src/vscode/tasks/tasksNode.ts';
import { TasksTree } from '../../../../src/vscode/tasks/tasksTree.ts';
import { countStatements } from '../../../support/countStatements.ts';
import { createTask, storedFile, temporaryFolder } from '../../../support/tasks.ts';

const day = 24 * 60 * 60_000;
const groups: readonly [TaskState, age: number][] = [
  ['processing', 0],
  ['stored', 0],
  ['placed', 0],
  ['placed', 3 * day],
  ['failed', 0],
];

const memory: ConstructorParameters<typeof TasksTree>[2] = {
  keys: () => [],
  get: (_key: string, preset?: unknown) => preset,
  update: () => Promise.resolve(),
};

/** Does what VS Code does with all groups open: reads what was announced as changed, and draws it. */
async function draw(tree: TasksTree, nodes: readonly (TasksNode | undefined)[]): Promise<TasksNode[]> {
  const drawn: TasksNode[] = [];
  for (const node of nodes) {
    if (node) {
      tree.getTreeItem(node);
      drawn.push(node);
    }
    if (!node || node.type === 'group') drawn.push(...(await draw(tree, await tree.getChildren(node))));
  }
  return drawn;
}

it.each([1, 40])('a redraw of all groups asks at most 15 times, also with %i jobs in each', async count => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const now = Date.now();
  const results: Task['results'] = [
    { index: 0, url: 'https://media.example/0.png', failures: 0, state: 'stored', file: storedFile() },
  ];
  for (let index = 0; index < count; index++) {
    for (const [state, age] of groups) {
      const { id } = createTask(ledger, now - age);
      ledger.update(id, now, task => ({ ...task, state, results }));
    }
  }
  const services = { ledger, library: new Library(folder.path) };
  const tree = new TasksTree(
    () => Promise.resolve(services),
    () => true,
    memory,
  );
  expect(await draw(tree, [undefined])).toHaveLength(groups.length * (count + 1));

  // One more job in each group: every group says another number, and has another row.
  for (const [state, age] of groups) {
    const { id } = createTask(ledger, now - age);
    ledger.update(id, now, task => ({ ...task, state, results }));
  }
  const announced: (TasksNode | undefined)[] = [];
  tree.onDidChangeTreeData(nodes => announced.push(...(Array.isArray(nodes) ? nodes : [nodes])));
  const drawn: TasksNode[] = [];
  const statements = await countStatements(async () => {
    tree.refresh();
    drawn.push(...(await draw(tree, announced)));
  });
  expect(drawn).toHaveLength(groups.length * (count + 2));
  expect(statements).toBeLessThanOrEqual(15);
  tree.dispose();
  ledger.dispose();
});
