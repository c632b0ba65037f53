import { createReadStream } from 'node:fs';
import * as vscode from 'vscode';
import type { PlacedFiles } from '../../core/tasks/copies.ts';

/** The editor's file systems: those of extensions too, where workspaces may lie. */
export const placedFiles: PlacedFiles = {
  async size(uri) {
    try {
      const { type, size } = await vscode.workspace.fs.stat(vscode.Uri.parse(uri, true));
      return (type & vscode.FileType.File) !== 0 ? size : undefined;
    } catch (error) {
      if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
      throw error;
    }
  },

  async *read(uri) {
    const parsed = vscode.Uri.parse(uri, true);
    // A video of gigabytes need not lie in memory where the disk itself can be read.
    if (parsed.scheme === 'file') yield* createReadStream(parsed.fsPath) as AsyncIterable<Uint8Array>;
    else yield await vscode.workspace.fs.readFile(parsed);
  },
};
