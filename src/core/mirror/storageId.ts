import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function idPath(storageFolder: string): string {
  return join(storageFolder, 'storage.id');
}

/** The id of a storage folder; undefined when it has none yet. It goes when the folder goes. */
export function readStorageId(storageFolder: string): string | undefined {
  try {
    const id = readFileSync(idPath(storageFolder), 'utf8');
    return /^[\w-]{36}$/.test(id) ? id : undefined;
  } catch {
    // A hint only: without it the folder counts as a new one, and what it knows already is not taken twice.
    return undefined;
  }
}

/**
 * As `readStorageId`, and gives one where there is none: only one, however many windows open at once, or each
 * would keep a copy of its own.
 * @param alone does a work while no other window does one
 * @throws an error of the file system, or of `alone`
 */
export function storageIdOf(storageFolder: string, alone: (work: () => string) => string): string {
  return readStorageId(storageFolder) ?? alone(() => givenId(storageFolder));
}

function givenId(storageFolder: string): string {
  const path = idPath(storageFolder);
  try {
    writeFileSync(path, randomUUID(), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const id = readStorageId(storageFolder);
  if (id !== undefined) return id;
  // Cut off while it was written.
  writeFileSync(path, randomUUID());
  return readFileSync(path, 'utf8');
}
