import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger, NewTask } from '../../src/core/tasks/ledger.ts';
import type { Room } from '../../src/core/tasks/leases.ts';
import type { NewPlacement } from '../../src/core/tasks/placement.ts';
import type { StoredFile, Task } from '../../src/shared/task.ts';

export const noon = Date.UTC(2026, 4, 11, 12);

/** A job as it stands before anything has happened. */
export function draft(change: Partial<Task> = {}): Task {
  return {
    id: 'a1b2c3d4-0000-4000-8000-000000000000',
    origin: 'https://rivya.ai',
    kind: 'image',
    model: 'z-image',
    prompt: 'A red fox',
    body: '{"model":"z-image","prompt":"A red fox"}',
    sources: [],
    idempotencyKey: 'key-1',
    orderId: undefined,
    parent: undefined,
    isFavourite: false,
    agreedCredits: undefined,
    state: 'draft',
    tracked: true,
    hold: undefined,
    remoteId: undefined,
    otherRemoteIds: [],
    isSentAnew: false,
    reservedCredits: undefined,
    finalCredits: undefined,
    problem: undefined,
    failures: 0,
    createdAt: noon,
    updatedAt: noon,
    intendedAt: noon,
    firstSentAt: undefined,
    account: undefined,
    sentServerTime: undefined,
    conflicts: 0,
    dueAt: noon,
    results: [],
    ...change,
  };
}

export function newTask(change: Partial<NewTask> = {}): NewTask {
  const { model = 'z-image', prompt = 'A red fox' } = change;
  return {
    id: randomUUID(),
    origin: 'https://rivya.ai',
    kind: 'image',
    model,
    prompt,
    body: JSON.stringify({ model, prompt }),
    idempotencyKey: randomUUID(),
    ...change,
  };
}

/** So many for each kind of step. */
export function room(each: number): Room {
  return { submit: each, poll: each, download: each };
}

export const nowhere: NewPlacement = {
  mode: 'after',
  document: undefined,
  language: undefined,
  folder: undefined,
  anchor: undefined,
};

/** Writes one job, as an order of its own. */
export function createJob(ledger: Ledger, task: NewTask, placement: NewPlacement, now: number): Task {
  const [created] = ledger.createAll([{ task, placement }], now);
  if (!created) throw new Error('A job that was written is not there.');
  return created;
}

export function createTask(ledger: Ledger, now: number, change: Partial<NewTask> = {}): Task {
  return createJob(ledger, newTask(change), nowhere, now);
}

/** Removes jobs from the list whatever is lost by it; those that run stay. @returns ids of those that went */
export function removeFromList(ledger: Ledger, ids: readonly string[], now = noon): string[] {
  return ledger.removeIf(
    ids.map(id => ({ id, mayLose: [] })),
    now,
    () => true,
  );
}

export function storedFile(change: Partial<StoredFile> = {}): StoredFile {
  return {
    path: 'a1/a1-0.png',
    bytes: 4,
    sha256: 'ab',
    mediaType: 'image/png',
    extension: 'png',
    width: 2,
    height: 3,
    ...change,
  };
}

/** A folder of its own, removed when it is disposed. */
export function temporaryFolder(): Disposable & { readonly path: string; file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'rivya-test-'));
  return {
    path,
    file: name => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
