import { settle } from '../credits/wallet.ts';
import type { Task } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { recordGenerationEvent } from '../webhooks/webhookEvents.ts';

/**
 * Finishes every task whose time has come: settles its credits, or gives them back when it failed. Runs
 * before each request, so that balances are right however late the timer is, and by the timer, so that
 * webhooks come when nobody polls.
 */
export function finishDueTasks(state: SandboxState): void {
  const now = state.now();
  for (const task of state.pendingTasks) {
    const due = task.createdAt + task.durationMs;
    if (now >= due) finishTask(state, task, due);
  }
}

/** @param at milliseconds since the Unix epoch */
export function finishTask(state: SandboxState, task: Task, at: number): void {
  state.pendingTasks.delete(task);
  task.finishedAt = at;
  state.journal.put('task', task.id, task);
  settle(state, task.charge, task.failure ? 0 : task.price);
  recordGenerationEvent(state, task, at);
}
