import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { fileNameOf } from '../../core/generate/mediaPath.ts';
import { isSamePlace, isWindowsPath } from '../../core/places/places.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { resultFiles, type StoredFile, type Task } from '../../shared/task.ts';
import { setting } from '../manifest/settings.ts';
import { exists } from './destination.ts';
import { homeOf, parentOf } from './home.ts';
import { placedFiles } from './placedFiles.ts';

/** A file of the workspace that a job has made. */
export interface GeneratedFile {
  readonly uri: vscode.Uri;
  readonly task: Task;
  /** Of the result, see `TaskResult.index`. */
  readonly index: number;
  readonly file: StoredFile;
}

/**
 * The job that has made a file: the one of which a copy was written there, or, when the file was moved since,
 * one that made the same content; undefined when there is none, or no such file.
 */
export async function generatedFile(ledger: Ledger, uri: vscode.Uri): Promise<GeneratedFile | undefined> {
  const bytes = await placedFiles.size(uri.toString());
  if (bytes === undefined) return undefined;
  const found = ledger.lists.withFileName(fileNameOf(uri.path)).flatMap((task): GeneratedFile[] => {
    const copies = ledger.placements.of(task.id)?.copies ?? [];
    const copy = copies.find(each => isSamePlace(vscode.Uri.parse(each.uri, true), uri));
    const result = copy && resultFiles(task).find(({ index }) => index === copy.index);
    return result ? [{ uri, task, ...result }] : [];
  });
  // Of several that were written there one after the other, the one whose content it may be.
  const known = found.find(({ file }) => file.bytes === bytes) ?? found[0];
  return known ?? (await byContent(ledger, uri, bytes));
}

async function byContent(ledger: Ledger, uri: vscode.Uri, bytes: number): Promise<GeneratedFile | undefined> {
  // Most files need not be read.
  if (!ledger.lists.hasLength(bytes)) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of placedFiles.read(uri.toString())) hash.update(chunk);
  const sha256 = hash.digest('hex');
  for (const task of ledger.lists.withContent({ sha256, bytes })) {
    const result = resultFiles(task).find(({ file }) => file.sha256 === sha256);
    if (result) return { uri, task, ...result };
  }
  return undefined;
}

/** The file that a document refers to by a path; undefined when it leads to none of the workspace. */
export async function fileAt(document: vscode.Uri, path: string): Promise<vscode.Uri | undefined> {
  for (const uri of candidatesFor(homeOf(document), path)) if (await exists(uri)) return uri;
  return undefined;
}

/**
 * The generated file that a document refers to by a path. Where frameworks resolve the path in a way of their
 * own, it is the copy whose path ends as the document writes it.
 */
export async function generatedFileAt(
  ledger: Ledger,
  document: vscode.Uri,
  path: string,
): Promise<GeneratedFile | undefined> {
  const there = await fileAt(document, path);
  if (there) return generatedFile(ledger, there);
  const end = path
    .replace(/^.*:/, '')
    .split('/')
    .filter(segment => segment !== '' && !/^(?:\.+|[@~])$/.test(segment));
  for (const task of ledger.lists.withFileName(fileNameOf(path))) {
    for (const { uri: text, index } of (ledger.placements.of(task.id)?.copies ?? []).toReversed()) {
      const uri = vscode.Uri.parse(text, true);
      const result = resultFiles(task).find(each => each.index === index);
      const isIt = result && uri.path.endsWith(`/${end.join('/')}`);
      if (isIt && vscode.workspace.getWorkspaceFolder(uri) && (await exists(uri)))
        return { uri, task, ...result };
    }
  }
  return undefined;
}

function candidatesFor(home: vscode.Uri, path: string): vscode.Uri[] {
  if (isWindowsPath(path)) return [vscode.Uri.file(path)];
  if (/^[a-z][\w+.-]+:/i.test(path)) return [];
  const folder =
    vscode.workspace.getWorkspaceFolder(home)?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const inFolder = (...parts: string[]): vscode.Uri[] =>
    folder ? [vscode.Uri.joinPath(folder, ...parts)] : [];
  if (path.startsWith('/')) return publicFolders(home).flatMap(each => inFolder(each, path));
  return [
    ...(home.scheme === 'untitled' ? [] : [vscode.Uri.joinPath(parentOf(home), path)]),
    ...inFolder(path),
  ];
}

/** Where the files of a root-absolute address may lie; the workspace folder itself last. */
function publicFolders(document: vscode.Uri): string[] {
  return [...Object.keys(setting('output.publicRoots', document)), ''];
}
