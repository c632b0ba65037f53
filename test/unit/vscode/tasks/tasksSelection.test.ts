import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { Emitter } from '../../../../src/base/event.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import type { Services } from '../../../../src/vscode/services.ts';
import { taskIdsOf, type TasksNode } from '../../../../src/vscode/tasks/tasksNode.ts';
import { TasksTree } from '../../../../src/vscode/tasks/tasksTree.ts';
import { createTask, temporaryFolder } from '../../../support/tasks.ts';

const host = vi.hoisted(() => ({ createTreeView: vi.fn() }));

vi.mock('vscode', async importOriginal => ({
  ...(await importOriginal<object>()),
  window: { createTreeView: host.createTreeView },
  commands: { executeCommand: () => Promise.resolve() },
}));

/**
 * A view as VS Code keeps one: rows by the id of their item, those below what has changed forgotten until
 * they are asked for anew, and a selection of ids.
 */
class View {
  readonly #tree: TasksTree;
  readonly #selected = new Emitter<{ selection: readonly TasksNode[] }>();
  readonly #rows = new Map<string, { node: TasksNode; parent: TasksNode | undefined }>();
  #ids: readonly string[] = [];
  readonly visible = true;
  readonly onDidChangeSelection = this.#selected.event;
  readonly onDidExpandElement = new Emitter<never>().event;
  readonly onDidCollapseElement = new Emitter<never>().event;
  readonly onDidChangeVisibility = new Emitter<never>().event;

  constructor(tree: TasksTree) {
    this.#tree = tree;
    tree.onDidChangeTreeData(changed => {
      const nodes = changed === undefined || Array.isArray(changed) ? changed : [changed];
      for (const [id, { parent }] of this.#rows)
        if (!nodes || (parent && nodes.includes(parent))) this.#rows.delete(id);
    });
  }

  get selection(): readonly TasksNode[] {
    return this.#ids.flatMap(id => this.#rows.get(id)?.node ?? []);
  }

  dispose(): void {
    this.#selected.dispose();
  }

  /** Asks for all that is open. */
  async read(): Promise<void> {
    const parents = await this.#tree.getChildren();
    for (const parent of parents) this.#take(parent, undefined);
    for (const parent of parents.filter(({ type }) => type === 'group'))
      for (const node of await this.#tree.getChildren(parent)) this.#take(node, parent);
    await turn();
  }

  select(...tasks: readonly { readonly id: string }[]): void {
    const ids = [...this.#all].filter(id => tasks.some(task => id.endsWith(task.id)));
    const isOther = ids.join() !== this.#ids.join();
    this.#ids = ids;
    if (isOther) this.#selected.fire({ selection: this.selection });
  }

  /** What is on the screen, be it known or not. */
  readonly #all = new Set<string>();

  #take(node: TasksNode, parent: TasksNode | undefined): void {
    const { id = '' } = this.#tree.getTreeItem(node);
    this.#rows.set(id, { node, parent });
    this.#all.add(id);
  }
}

describe('what is selected in the Tasks view', () => {
  const stack = { current: new DisposableStack() };
  let ledger: Ledger;
  let tree: TasksTree;
  let view: View;

  beforeEach(async () => {
    stack.current = new DisposableStack();
    const folder = stack.current.use(temporaryFolder());
    ledger = stack.current.adopt(Ledger.open(folder.file('ledger.sqlite')).ledger, each => each.dispose());
    const services = { ledger, library: new Library(folder.file('library')) } as Services;
    const values = new Map<string, unknown>();
    const memory = {
      get: (key: string, preset: unknown) => values.get(key) ?? preset,
      update: (key: string, value: unknown) => Promise.resolve(void values.set(key, value)),
    } as unknown as vscode.Memento;
    tree = new TasksTree(
      () => Promise.resolve(services),
      () => true,
      memory,
    );
    view = new View(tree);
    host.createTreeView.mockReturnValue(view);
    tree.createView();
    stack.current.adopt(tree, each => each.dispose());
    first = running();
    second = running();
    await view.read();
  });
  afterEach(() => stack.current.dispose());

  let first: { readonly id: string };
  let second: { readonly id: string };

  function running(): { readonly id: string } {
    const { id } = createTask(ledger, Date.now());
    ledger.update(id, Date.now(), task => ({ ...task, state: 'processing', remoteId: `task_${id}` }));
    return { id };
  }

  async function selected(): Promise<string[]> {
    return taskIdsOf(await tree.selection());
  }

  it('is what the view says while all its rows are known', async () => {
    expect(await selected()).toEqual([]);
    view.select(first);
    expect(await selected()).toEqual([first.id]);
    view.select();
    expect(await selected()).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['a group', () => running()],
    [
      'the set of groups',
      () => {
        const { id } = running();
        ledger.update(id, Date.now(), task => ({ ...task, state: 'failed' }));
      },
    ],
  ])('stays what it was while %s is drawn anew', async (_, change) => {
    view.select(first);
    change();
    tree.refresh();
    // The view itself knows none of its rows now.
    expect(view.selection).toEqual([]);
    expect(await selected()).toEqual([first.id]);
    await view.read();
    expect(taskIdsOf(view.selection)).toEqual([first.id]);
    expect(await selected()).toEqual([first.id]);
  });

  it('is never another row: what is chosen in the meantime is waited for', async () => {
    view.select(first);
    running();
    tree.refresh();
    view.select(second);
    const asked = selected();
    await view.read();
    expect(await asked).toEqual([second.id]);
  });

  it('is nothing when that was chosen in the meantime', async () => {
    view.select(first);
    running();
    tree.refresh();
    view.select();
    const asked = selected();
    await view.read();
    expect(await asked).toEqual([]);
  });

  it('is known again after several changes in a row', async () => {
    view.select(first);
    for (let round = 0; round < 3; round++) {
      running();
      tree.refresh();
    }
    view.select(second);
    await view.read();
    expect(await selected()).toEqual([second.id]);
    view.select(first, second);
    expect((await selected()).sort()).toEqual([first.id, second.id].sort());
  });
});
