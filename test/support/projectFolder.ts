import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ProjectFiles } from '../../src/core/projects/projectFiles.ts';

/** A folder on disk, as a workspace folder is looked at in search of projects. */
export function filesBelow(folder: string): ProjectFiles {
  return {
    async list(below) {
      const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
      return entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    },
    async read(file) {
      const full = path.join(folder, file);
      const found = await stat(full).catch(() => undefined);
      return found && found.size < 256 * 1024 ? readFile(full, 'utf8') : undefined;
    },
  };
}
