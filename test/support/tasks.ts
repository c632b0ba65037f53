import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger, NewTask } from '../../src/core/tasks/ledger.ts';
import type { Placement } from '../../src/core/tasks/placement.ts';
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
    state: 'draft',
    wanted: true,
    hold: undefined,
    remoteId: undefined,
    reservedCredits: undefined,
    finalCredits: undefined,
    problem: undefined,
    failures: 0,
    createdAt: noon,
    updatedAt: noon,
    intendedAt: noon,
    firstSentAt: undefined,
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

export const nowhere: Omit<Placement, 'taskId' | 'state' | 'file'> = {
  mode: 'after',
  document: undefined,
  language: undefined,
  folder: undefined,
  anchor: undefined,
};

export function createTask(ledger: Ledger, now: number, change: Partial<NewTask> = {}): Task {
  return ledger.create(newTask(change), nowhere, now);
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
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
