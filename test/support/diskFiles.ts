import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PlacedFiles } from '../../src/core/tasks/copies.ts';

/** The disk itself, as the editor's file system is for a workspace on it. */
export const diskFiles: PlacedFiles = {
  async size(uri) {
    const found = await stat(fileURLToPath(uri));
    return found.isFile() ? found.size : undefined;
  },
  read: uri => createReadStream(fileURLToPath(uri)) as AsyncIterable<Uint8Array>,
};
