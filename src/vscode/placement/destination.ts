import { posix } from 'node:path';
import * as vscode from 'vscode';
import {
  candidateNames,
  defaultDirectory,
  defaultFileName,
  directoryFrom,
  fileNameFrom,
  slugOf,
} from '../../core/assets/fileName.ts';
import type { Task } from '../../shared/task.ts';
import { setting } from '../settings.ts';

/** Where the files of a job go. */
export interface Destination {
  /** The folder that receives the files. */
  readonly folder: vscode.Uri;
  /** A setting that was not obeyed, in words. */
  readonly warning: string | undefined;
}

/**
 * The folder for generated files: `rivya.output.directory` below the workspace folder, or beside the document when no folder is open.
 * @returns undefined when there is neither a folder nor a document on disk
 */
export function destinationFor(
  document: vscode.Uri | undefined,
  workspaceFolder: vscode.Uri | undefined,
): Destination | undefined {
  const onDisk = document && document.scheme !== 'untitled' ? document : undefined;
  const root = workspaceFolder ?? (onDisk && parentOf(onDisk));
  if (!root) return undefined;
  const template = setting('output.directory', workspaceFolder);
  const segments = directoryFrom(template, directoryVariables(onDisk, root));
  if (segments) return { folder: vscode.Uri.joinPath(root, ...segments), warning: undefined };
  const warning = vscode.l10n.t(
    'The setting rivya.output.directory leads out of the workspace folder ("{0}"); "{1}" was used.',
    template,
    defaultDirectory,
  );
  return { folder: vscode.Uri.joinPath(root, ...defaultDirectory.split('/')), warning };
}

/** The variables of VS Code's `markdown.copyFiles.destination` that make sense below a folder. */
function directoryVariables(document: vscode.Uri | undefined, root: vscode.Uri): Record<string, string> {
  const path = document?.path ?? '';
  const relative =
    document && path.startsWith(`${root.path}/`) ? posix.dirname(path.slice(root.path.length + 1)) : '.';
  return {
    documentFileName: posix.basename(path),
    documentBaseName: posix.parse(path).name,
    documentDirName: relative,
    documentRelativeDirName: relative,
  };
}

/**
 * A name that no file has and no other job is about to take.
 * @param taken full URIs handed out and not yet written
 */
export async function freeUri(
  folder: vscode.Uri,
  task: Task,
  index: number,
  extension: string,
  taken: ReadonlySet<string>,
): Promise<vscode.Uri> {
  const variables = {
    slug: slugOf(task.prompt) || task.kind,
    model: task.model,
    date: localDate(task.createdAt),
    index: index + 1,
    shortId: task.id.slice(0, 8),
  };
  const name = fileNameFrom(setting('output.fileName', folder) || defaultFileName, variables);
  for (const candidate of candidateNames(name, extension)) {
    const uri = vscode.Uri.joinPath(folder, candidate);
    if (!taken.has(uri.toString().toLowerCase()) && !(await exists(uri))) return uri;
  }
  throw new Error('There is no end of names.');
}

/** Whether anything is there. @throws for every reason but "not found" */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}

export function parentOf(uri: vscode.Uri): vscode.Uri {
  return uri.with({ path: posix.dirname(uri.path) });
}

function localDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
