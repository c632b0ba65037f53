import type { SQLInputValue } from 'node:sqlite';
import { number, optionalNumber, optionalText, text, type Row } from '../storage/database.ts';
import type { Anchor, Placement, PlacementMode } from './placement.ts';
import type { Hold, MediaKind, Problem, StoredFile, Task, TaskResult, TaskState } from '../../shared/task.ts';

/** A job from its row; `results` belong to it. */
export function taskOf(row: Row, results: readonly TaskResult[]): Task {
  const problem = optionalText(row, 'problem');
  return {
    id: text(row, 'id'),
    origin: text(row, 'origin'),
    kind: text(row, 'kind') as MediaKind,
    model: text(row, 'model'),
    prompt: text(row, 'prompt'),
    body: text(row, 'body'),
    sources: JSON.parse(optionalText(row, 'sources') ?? '[]') as string[],
    idempotencyKey: text(row, 'idempotency_key'),
    state: text(row, 'state') as TaskState,
    wanted: number(row, 'wanted') === 1,
    hold: optionalText(row, 'hold') as Hold | undefined,
    remoteId: optionalText(row, 'remote_id'),
    reservedCredits: optionalNumber(row, 'reserved_credits'),
    finalCredits: optionalNumber(row, 'final_credits'),
    problem: problem === undefined ? undefined : (JSON.parse(problem) as Problem),
    failures: number(row, 'failures'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
    intendedAt: number(row, 'intended_at'),
    firstSentAt: optionalNumber(row, 'first_sent_at'),
    dueAt: optionalNumber(row, 'due_at'),
    results,
  };
}

/** What of a job may change, as values of an UPDATE; named by column. */
export function changingColumns(task: Task): Record<string, SQLInputValue> {
  return {
    state: task.state,
    wanted: task.wanted ? 1 : 0,
    hold: task.hold ?? null,
    remote_id: task.remoteId ?? null,
    reserved_credits: task.reservedCredits ?? null,
    final_credits: task.finalCredits ?? null,
    problem: task.problem ? JSON.stringify(task.problem) : null,
    failures: task.failures,
    updated_at: task.updatedAt,
    intended_at: task.intendedAt,
    first_sent_at: task.firstSentAt ?? null,
    due_at: task.dueAt ?? null,
  };
}

export function resultOf(row: Row): TaskResult {
  const file = fileOf(row);
  return {
    index: number(row, 'position'),
    url: text(row, 'url'),
    state: text(row, 'state') as TaskResult['state'],
    failures: number(row, 'failures'),
    ...(file && { file }),
  };
}

export function fileOf(row: Row): StoredFile | undefined {
  const path = optionalText(row, 'path');
  if (path === undefined) return undefined;
  const width = optionalNumber(row, 'width');
  const height = optionalNumber(row, 'height');
  return {
    path,
    bytes: number(row, 'bytes'),
    sha256: text(row, 'sha256'),
    mediaType: text(row, 'media_type'),
    extension: text(row, 'extension'),
    ...(width !== undefined && height !== undefined && { width, height }),
  };
}

export function resultColumns(taskId: string, result: TaskResult): Record<string, SQLInputValue> {
  const { file } = result;
  return {
    task_id: taskId,
    position: result.index,
    url: result.url,
    state: result.state,
    failures: result.failures,
    path: file?.path ?? null,
    bytes: file?.bytes ?? null,
    sha256: file?.sha256 ?? null,
    media_type: file?.mediaType ?? null,
    extension: file?.extension ?? null,
    width: file?.width ?? null,
    height: file?.height ?? null,
  };
}

export function placementOf(row: Row): Placement {
  const anchor = optionalText(row, 'anchor');
  return {
    taskId: text(row, 'task_id'),
    state: text(row, 'state') as Placement['state'],
    mode: text(row, 'mode') as PlacementMode,
    document: optionalText(row, 'document'),
    language: optionalText(row, 'language'),
    folder: optionalText(row, 'folder'),
    anchor: anchor === undefined ? undefined : (JSON.parse(anchor) as Anchor),
    file: optionalText(row, 'file'),
  };
}

export function placementColumns(
  taskId: string,
  placement: Omit<Placement, 'taskId'>,
  now: number,
): Record<string, SQLInputValue> {
  return {
    task_id: taskId,
    state: placement.state,
    mode: placement.mode,
    document: placement.document ?? null,
    language: placement.language ?? null,
    folder: placement.folder ?? null,
    anchor: placement.anchor ? JSON.stringify(placement.anchor) : null,
    file: placement.file ?? null,
    updated_at: now,
  };
}
