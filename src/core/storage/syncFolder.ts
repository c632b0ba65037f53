import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** What file systems say that cannot sync a folder; the file itself is on disk. */
const cannot: readonly unknown[] = [
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EISDIR',
  'EPERM',
  'EACCES',
  'EBADF',
];

/** Makes a rename survive a power cut, where folders can be synced. Windows cannot, and needs it not. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isUnable(error)) throw error;
  }
}

/** As `syncFolder`, on the thread. */
export function syncFolderSync(path: string): void {
  if (process.platform === 'win32') return;
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch (error) {
    if (!isUnable(error)) throw error;
  }
}

function isUnable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && cannot.includes(error.code);
}
