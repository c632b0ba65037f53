import type { SQLInputValue } from 'node:sqlite';
import { number, optionalNumber, optionalText, text, type Row } from '../storage/database.ts';
import type { Anchor, MissingFile, PlacedCopy, Placement, PlacementMode } from './placement.ts';
import type { Hold, MediaKind, Problem, StoredFile, Task, TaskResult, TaskState } from '../../shared/task.ts';

const resultColumnNames = [
  'position',
  'url',
  'state',
  'failures',
  'path',
  'bytes',
  'sha256',
  'media_type',
  'extension',
  'width',
  'height',
] as const;

/** What `taskOf` reads of a job: its row and, as JSON, its results, so that one query reads many jobs. */
export const taskColumns = `task.*, (
  SELECT json_group_array(json_object(${resultColumnNames.map(name => `'${name}', result.${name}`).join(', ')})
    ORDER BY result.position)
  FROM result WHERE result.task_id = task.id) AS results`;

/** A job from a row of `taskColumns`; from a row of the table alone, without results. */
export function taskOf(row: Row): Task {
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
    orderId: optionalText(row, 'order_id'),
    parent: optionalText(row, 'parent'),
    isFavourite: row['favourite'] === 1,
    agreedCredits: optionalNumber(row, 'agreed_credits'),
    state: text(row, 'state') as TaskState,
    // The column keeps the name that it was released with.
    tracked: number(row, 'wanted') === 1,
    hold: optionalText(row, 'hold') as Hold | undefined,
    remoteId: optionalText(row, 'remote_id'),
    otherRemoteIds: JSON.parse(optionalText(row, 'other_remote_ids') ?? '[]') as string[],
    isSentAnew: row['sent_anew'] === 1,
    reservedCredits: optionalNumber(row, 'reserved_credits'),
    finalCredits: optionalNumber(row, 'final_credits'),
    problem: problem === undefined ? undefined : (JSON.parse(problem) as Problem),
    failures: number(row, 'failures'),
    createdAt: number(row, 'created_at'),
    updatedAt: number(row, 'updated_at'),
    intendedAt: number(row, 'intended_at'),
    firstSentAt: optionalNumber(row, 'first_sent_at'),
    account: optionalText(row, 'account'),
    sentServerTime: optionalNumber(row, 'sent_server_time'),
    conflicts: optionalNumber(row, 'conflicts') ?? 0,
    dueAt: optionalNumber(row, 'due_at'),
    results: (JSON.parse(optionalText(row, 'results') ?? '[]') as Row[]).map(resultOf),
  };
}

/** What of a job may change, as values of an UPDATE; named by column. */
export function changingColumns(task: Task): Record<string, SQLInputValue> {
  return {
    state: task.state,
    wanted: task.tracked ? 1 : 0,
    hold: task.hold ?? null,
    remote_id: task.remoteId ?? null,
    other_remote_ids: task.otherRemoteIds.length === 0 ? null : JSON.stringify(task.otherRemoteIds),
    sent_anew: task.isSentAnew ? 1 : 0,
    reserved_credits: task.reservedCredits ?? null,
    final_credits: task.finalCredits ?? null,
    agreed_credits: task.agreedCredits ?? null,
    problem: task.problem ? JSON.stringify(task.problem) : null,
    failures: task.failures,
    updated_at: task.updatedAt,
    intended_at: task.intendedAt,
    first_sent_at: task.firstSentAt ?? null,
    account: task.account ?? null,
    sent_server_time: task.sentServerTime ?? null,
    conflicts: task.conflicts,
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

export function resultColumns(
  taskId: string,
  result: TaskResult,
): Record<'task_id' | (typeof resultColumnNames)[number], SQLInputValue> {
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
  const file = optionalText(row, 'file');
  const copies = optionalText(row, 'copies');
  const missing = optionalText(row, 'missing');
  return {
    taskId: text(row, 'task_id'),
    state: text(row, 'state') as Placement['state'],
    mode: text(row, 'mode') as PlacementMode,
    document: optionalText(row, 'document'),
    language: optionalText(row, 'language'),
    folder: optionalText(row, 'folder'),
    anchor: anchor === undefined ? undefined : (JSON.parse(anchor) as Anchor),
    ...(missing !== undefined && { missing: JSON.parse(missing) as MissingFile }),
    file,
    copies:
      copies !== undefined
        ? (JSON.parse(copies) as PlacedCopy[])
        : file === undefined
          ? []
          : [{ index: 0, uri: file }],
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
    missing: placement.missing ? JSON.stringify(placement.missing) : null,
    file: placement.file ?? null,
    copies: placement.copies.length > 0 ? JSON.stringify(placement.copies) : null,
    updated_at: now,
  };
}
