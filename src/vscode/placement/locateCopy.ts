import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { StoredFile } from '../../shared/task.ts';
import { exists } from './destination.ts';
import { placedFiles } from './placedFiles.ts';

/** Files of one type that are looked at in search of one that was moved. */
const mostCandidates = 5_000;
const atOnce = 50;

/**
 * Where the copy of a result stands: where it was written last, or else, found by its content, where it was
 * moved to since, in VS Code or outside; the ledger then knows it, too.
 * @param index of the result
 */
export async function locateCopy(
  ledger: Ledger,
  id: string,
  index: number,
  file: StoredFile,
): Promise<vscode.Uri | undefined> {
  const placement = ledger.placements.of(id);
  const written = placement?.copies.filter(copy => copy.index === index).map(({ uri }) => uri) ?? [];
  const known = index === 0 && placement?.file !== undefined ? [...written, placement.file] : written;
  for (const text of known.toReversed()) {
    const uri = vscode.Uri.parse(text, true);
    // Nobody can look on a file system that is gone.
    if (await exists(uri).catch(() => false)) return uri;
  }
  const last = known.at(-1);
  const moved =
    last === undefined ? undefined : await movedTo(file, posix.basename(vscode.Uri.parse(last).path));
  if (last !== undefined && moved) ledger.placements.moveCopies(last, moved.toString(), systemClock.now());
  return moved;
}

async function movedTo(file: StoredFile, name: string): Promise<vscode.Uri | undefined> {
  const pattern = `**/*.${file.extension}`;
  const found = await vscode.workspace.findFiles(pattern, '**/node_modules/**', mostCandidates);
  // Most often it has kept its name.
  const isNamesake = (uri: vscode.Uri): boolean => posix.basename(uri.path) === name;
  const candidates = [...found.filter(isNamesake), ...found.filter(uri => !isNamesake(uri))];
  for (let start = 0; start < candidates.length; start += atOnce) {
    const some = candidates.slice(start, start + atOnce);
    const same = await Promise.all(some.map(uri => hasContent(uri, file).catch(() => false)));
    const at = same.indexOf(true);
    if (at >= 0) return some[at];
  }
  return undefined;
}

/** Whether a file of the workspace has the bytes of one of the library. */
export async function hasContent(uri: vscode.Uri, { bytes, sha256 }: StoredFile): Promise<boolean> {
  if ((await placedFiles.size(uri.toString())) !== bytes) return false;
  const hash = createHash('sha256');
  for await (const chunk of placedFiles.read(uri.toString())) hash.update(chunk);
  return hash.digest('hex') === sha256;
}
