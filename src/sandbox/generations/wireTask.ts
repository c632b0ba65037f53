import { resultFormat } from '../media/resultFormat.ts';
import type { Task } from '../state/records.ts';
import { isoTime, type SandboxState } from '../state/sandboxState.ts';

/**
 * A generation as `GET /generations/{taskId}` shows it. Source: rivya-api.md section 3.
 * @param now milliseconds since the Unix epoch
 */
export function wireTask(state: SandboxState, task: Task, now: number): Record<string, unknown> {
  const elapsed = now - task.createdAt;
  const queuedMs = task.durationMs / 3;
  const finished = task.finishedAt !== null;
  const urls = task.outputs.map(
    (kind, index) => `${state.url}/media/${task.id}/${index}.${resultFormat(kind, task.params).extension}`,
  );
  const processing = elapsed >= queuedMs && elapsed > 0;
  const updatedAt = task.finishedAt ?? (processing ? task.createdAt + queuedMs : task.createdAt);
  const status = finished ? (task.failure ? 'failed' : 'succeeded') : processing ? 'processing' : 'queued';
  return {
    id: task.id,
    status,
    model: task.model,
    reserved_credits: task.charge.reserved,
    final_credits: finished ? task.charge.credits : 0,
    created_at: isoTime(task.createdAt),
    updated_at: isoTime(updatedAt),
    result: status === 'succeeded' ? { primary_url: urls[0], urls } : null,
    error: finished ? task.failure : null,
  };
}
