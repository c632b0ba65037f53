import { posix } from 'node:path';
import * as vscode from 'vscode';
import { copyFilesPath } from '../../core/assets/copyFiles.ts';
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
  /** Where a file of this name goes; the setting may change the name. */
  readonly uriOf: (fileName: string) => vscode.Uri;
  /** A setting that was not obeyed, in words. */
  readonly warning: string | undefined;
}

/** The file that a document lies in: of a notebook's cell, the notebook. */
export function homeOf(document: vscode.Uri): vscode.Uri {
  if (document.scheme !== 'vscode-notebook-cell') return document;
  const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.path === document.path);
  return notebook?.uri ?? document.with({ scheme: 'file', fragment: '' });
}

/**
 * Where generated files go: as VS Code's `markdown.copyFiles.destination` says where the user has set it and the document is
 * Markdown, else `rivya.output.directory` below the workspace folder, or beside the document when no folder is open.
 * @param document its own file, see `homeOf`
 * @returns undefined when there is neither a folder nor a document on disk
 */
export function destinationFor(
  document: vscode.Uri | undefined,
  workspaceFolder: vscode.Uri | undefined,
): Destination | undefined {
  const onDisk = document && document.scheme !== 'untitled' ? document : undefined;
  const root = workspaceFolder ?? (onDisk && parentOf(onDisk));
  if (!root) return undefined;
  const copyFiles = onDisk && copyFilesTemplate(onDisk);
  if (onDisk && copyFiles !== undefined) {
    const variables = { documentPath: onDisk.path, workspaceFolder: root.path, now: Date.now() };
    const pathOf = (fileName: string): string | undefined =>
      copyFilesPath(copyFiles, { ...variables, fileName });
    if (pathOf('a.png') !== undefined) {
      const fallback = inDefaultDirectory(root);
      const uriOf = (fileName: string): vscode.Uri => {
        const path = pathOf(fileName);
        return path === undefined ? fallback(fileName) : root.with({ path });
      };
      return { uriOf, warning: undefined };
    }
    const warning = vscode.l10n.t(
      'The setting markdown.copyFiles.destination leads out of the workspace folder ("{0}"); "{1}" was used.',
      copyFiles,
      defaultDirectory,
    );
    return { uriOf: inDefaultDirectory(root), warning };
  }
  const template = setting('output.directory', workspaceFolder);
  const segments = directoryFrom(template, directoryVariables(onDisk, root));
  if (segments) {
    return { uriOf: fileName => vscode.Uri.joinPath(root, ...segments, fileName), warning: undefined };
  }
  const warning = vscode.l10n.t(
    'The setting rivya.output.directory leads out of the workspace folder ("{0}"); "{1}" was used.',
    template,
    defaultDirectory,
  );
  return { uriOf: inDefaultDirectory(root), warning };
}

function inDefaultDirectory(root: vscode.Uri): (fileName: string) => vscode.Uri {
  return fileName => vscode.Uri.joinPath(root, ...defaultDirectory.split('/'), fileName);
}

/** What the user's own `markdown.copyFiles.destination` says of this document; undefined when it does not. */
function copyFilesTemplate(uri: vscode.Uri): string | undefined {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
  if (document?.languageId !== 'markdown') return undefined;
  const found = vscode.workspace
    .getConfiguration('markdown', document)
    .inspect<Record<string, unknown>>('copyFiles.destination');
  const rules = { ...found?.globalValue, ...found?.workspaceValue, ...found?.workspaceFolderValue };
  for (const [glob, template] of Object.entries(rules)) {
    if (typeof template !== 'string') continue;
    if (vscode.languages.match({ pattern: patternOf(glob, uri) }, document) > 0) return template;
  }
  return undefined;
}

/** As VS Code's Markdown extension reads it: a leading slash means the workspace folder, any other glob may stand anywhere. */
function patternOf(glob: string, document: vscode.Uri): vscode.GlobPattern {
  const folder = vscode.workspace.getWorkspaceFolder(document);
  if (glob.startsWith('/') && folder) return new vscode.RelativePattern(folder, glob.slice(1));
  return glob.startsWith('**') ? glob : `**/${glob}`;
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
  destination: Destination,
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
  const scope = destination.uriOf(`a.${extension}`);
  const wanted = fileNameFrom(setting('output.fileName', scope) || defaultFileName, variables);
  const first = destination.uriOf(`${wanted}.${extension}`);
  // The extension is what the bytes say, whatever the setting makes of the name.
  const name = posix.basename(first.path).replace(new RegExp(`\\.${extension}$`, 'i'), '');
  for (const candidate of candidateNames(name, extension)) {
    const uri = vscode.Uri.joinPath(parentOf(first), candidate);
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
