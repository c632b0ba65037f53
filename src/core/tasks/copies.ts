import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { StoredFile } from '../../shared/task.ts';
import type { Library } from '../assets/library.ts';
import type { PlacedCopy } from './placement.ts';

/** Reads files where results were placed: a workspace may lie on a virtual file system. */
export interface PlacedFiles {
  /** In bytes; undefined when no file is there. @throws when nobody can look */
  size(uri: string): Promise<number | undefined>;
  /** The bytes of a file. @throws when it cannot be read */
  read(uri: string): AsyncIterable<Uint8Array>;
}

/**
 * Whether a copy of a library file stands right now, at a place where it was put: a file of the same
 * length and content. That it was put there once proves nothing; where nobody can look, there is none.
 */
export async function copyStands(
  file: StoredFile,
  copies: readonly PlacedCopy[],
  library: Library,
  placedFiles: PlacedFiles,
): Promise<boolean> {
  // The latest first: the earlier ones were often undone.
  for (const { uri } of copies.toReversed()) {
    try {
      if ((await placedFiles.size(uri)) !== file.bytes) continue;
      // A link to the library's own file goes with it.
      if (uri.startsWith('file:') && (await library.isItself(file, fileURLToPath(uri)))) continue;
      const hash = createHash('sha256');
      for await (const chunk of placedFiles.read(uri)) hash.update(chunk);
      if (hash.digest('hex') === file.sha256) return true;
    } catch {
      // No permission, no connection, no such file system: a copy that cannot be read does not count.
    }
  }
  return false;
}
