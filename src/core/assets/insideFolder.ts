import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';

/**
 * Whether a path lies below a folder, or is it, once every symbolic link on the way is followed. What is not
 * there yet will lie where its nearest existing ancestor does.
 * @param target absolute, of this machine
 * @throws what the file system says, but for "not found"
 */
export async function isReallyInside(target: string, folder: string): Promise<boolean> {
  const root = await realpath(folder).catch(missing);
  // A folder that is not there leads nowhere yet.
  if (root === undefined) return isBelow(path.resolve(target), path.resolve(folder));
  let existing = path.resolve(target);
  for (;;) {
    const real = await realpath(existing).catch(missing);
    if (real !== undefined) return isBelow(real, root);
    // A link to what does not exist: whoever writes there makes it, wherever that is.
    const found = await lstat(existing).catch(missing);
    if (found?.isSymbolicLink() === true) return false;
    // Somebody has written it between the two looks.
    if (found) continue;
    const parent = path.dirname(existing);
    if (parent === existing) return false;
    existing = parent;
  }
}

function isBelow(target: string, folder: string): boolean {
  const way = path.relative(folder, target);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

function missing(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}
