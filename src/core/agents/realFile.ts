import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { isReallyInside } from '../assets/insideFolder.ts';
import type { PathRefusal } from './rootedPath.ts';

/** What a path means on the disk of this machine. */
export type RealFile =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'missing' }
  | { readonly type: 'refused'; readonly why: PathRefusal };

/**
 * The file that a path means, with every link on the way followed, so that what is read later is what was
 * judged.
 * @param target absolute, below the root as it is written
 * @throws what the file system says, but for "not found"
 */
export async function realFileBelow(target: string, root: string): Promise<RealFile> {
  if (!(await isReallyInside(target, root))) return { type: 'refused', why: 'outside' };
  try {
    const real = await realpath(target);
    const below = path.relative(await realpath(root), real).split(path.sep);
    if (below.some(segment => segment.startsWith('.'))) return { type: 'refused', why: 'hidden' };
    if (!(await stat(real)).isFile()) return { type: 'refused', why: 'notFile' };
    return { type: 'file', path: real };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { type: 'missing' };
    throw error;
  }
}
