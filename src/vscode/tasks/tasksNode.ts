import type { Library } from '../../core/assets/library.ts';
import type { ModelCatalogue } from '../../core/models/modelCatalogue.ts';
import type { TaskGroup } from '../../core/tasks/groups.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { MediaKind, Task } from '../../shared/task.ts';

/** What a row of the Tasks view stands for. */
export type TasksNode =
  | { readonly type: 'group'; readonly group: TaskGroup }
  | { readonly type: 'task'; readonly group: TaskGroup; task: Task; drawn?: string }
  | { readonly type: 'more'; readonly group: TaskGroup }
  /** No task passes the filter. */
  | { readonly type: 'nothing' }
  | { readonly type: 'failure'; readonly text: string };
export type TaskNode = TasksNode & { readonly type: 'task' };

/** Which tasks the view shows; an empty list lets all pass. */
export interface ShownTasks {
  readonly kinds: readonly MediaKind[];
  /** Ids of models. */
  readonly models: readonly string[];
  /** URIs of workspace folders. */
  readonly folders: readonly string[];
  readonly orderedBy: readonly 'agents'[];
  readonly favouritesOnly: boolean;
}

/** What the rows are made from. */
export interface TasksServices {
  readonly ledger: Ledger;
  readonly library: Library;
  /** For the names of the models. */
  readonly catalogue?: Pick<ModelCatalogue, 'kept'>;
  readonly server?: { readonly origin: string | undefined };
}

/** What a drag of tasks carries; a JSON list of ids. */
export const tasksMimeType = 'application/vnd.rivya.task';

/** The ids of the tasks that a command is about: rows of the tree, or the id itself from a button. */
export function taskIdsOf(nodes: readonly unknown[]): string[] {
  const ids = nodes.flatMap(node => {
    if (typeof node === 'string') return [node];
    const candidate = node as Partial<TasksNode> | undefined;
    return candidate?.type === 'task' ? [(candidate as TaskNode).task.id] : [];
  });
  return [...new Set(ids)];
}
