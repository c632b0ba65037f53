import { posix } from 'node:path';
import * as vscode from 'vscode';
import { copyFilesPath, copyFilesRules } from '../../core/assets/copyFiles.ts';
import {
  candidateNames,
  defaultDirectory,
  defaultFileName,
  directoryFrom,
  fileNameFrom,
  slugOf,
} from '../../core/assets/fileName.ts';
import { isReallyInside } from '../../core/assets/insideFolder.ts';
import { safeExtension } from '../../core/assets/resultType.ts';
import { nearestServedFolder } from '../../core/projects/mediaFolder.ts';
import type { MediaKind, Task } from '../../shared/task.ts';
import { isSetByUser, setting } from '../manifest/settings.ts';
import { UserError } from '../messages/errors.ts';
import { parentOf } from './home.ts';
import { pathBelow, type ChosenFolder, type WorkspaceProjects } from './workspaceProjects.ts';
import { l10n } from '../text/l10n.ts';

/** Where the files of a job go. */
export interface Destination {
  /** The folder that nothing leaves: of the workspace, or the document's own. */
  readonly root: vscode.Uri;
  /** Where a file of this name goes; the setting may change the name. */
  readonly uriOf: (fileName: string) => vscode.Uri;
  /** A setting that was not obeyed, in words. */
  readonly warning: string | undefined;
  /** What is to be told of the choice the first time. */
  readonly news?: ChosenFolder['news'];
}

/**
 * Where generated files go: as VS Code's `markdown.copyFiles.destination` says where the user has set it and
 * the document is Markdown; else as the user has set `rivya.output.directory`; else where the project of the
 * document has its media.
 * @param document its own file, see `homeOf`
 * @returns undefined when there is neither a folder nor a document on disk
 * @throws UserError when even the default directory is a symbolic link that leads out of the folder
 */
export async function destinationFor(
  projects: WorkspaceProjects,
  document: vscode.Uri | undefined,
  workspaceFolder: vscode.Uri | undefined,
  media: MediaKind,
): Promise<Destination | undefined> {
  const wanted = await wantedDestination(projects, document, workspaceFolder, media);
  if (!wanted || (await staysInside(wanted.uriOf('a.png'), wanted.root))) return wanted;
  const uriOf = inDefaultDirectory(wanted.root);
  await requireInside(parentOf(uriOf('a.png')), wanted.root);
  const warning = l10n.t(
    'The folder for generated files is a symbolic link to a place outside the workspace folder. "{0}" was used instead.',
    defaultDirectory,
  );
  return { root: wanted.root, uriOf, warning };
}

/** @throws UserError when a symbolic link leads out of the folder */
export async function requireInside(folder: vscode.Uri, root: vscode.Uri): Promise<void> {
  if (!(await staysInside(folder, root))) throw leadsOut(folder);
}

/** On a file system of another kind nobody can look; its provider decides. */
async function staysInside(uri: vscode.Uri, root: vscode.Uri): Promise<boolean> {
  return uri.scheme !== 'file' || isReallyInside(uri.fsPath, root.fsPath);
}

function leadsOut(folder: vscode.Uri): UserError {
  return new UserError(
    l10n.t(
      'The folder "{0}" is a symbolic link to a place outside the workspace folder, so nothing was written there. The result is in the library: choose another folder in the setting rivya.output.directory, then insert it.',
      folder.path,
    ),
  );
}

/** As the settings and the project say, symbolic links aside. */
async function wantedDestination(
  projects: WorkspaceProjects,
  document: vscode.Uri | undefined,
  workspaceFolder: vscode.Uri | undefined,
  media: MediaKind,
): Promise<Destination | undefined> {
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
      return { root, uriOf, warning: undefined };
    }
    const warning = l10n.t(
      'The setting markdown.copyFiles.destination points outside the workspace folder, contains a name that isn\'t valid on every system, or takes too long. "{0}" was used instead.',
      defaultDirectory,
    );
    return { root, uriOf: inDefaultDirectory(root), warning };
  }
  if (!isSetByUser('output.directory', workspaceFolder)) {
    const { segments, news } = await projects.mediaFolder(onDisk, root, media);
    const uriOf = (fileName: string): vscode.Uri => vscode.Uri.joinPath(root, ...segments, fileName);
    return { root, uriOf, warning: undefined, news };
  }
  const template = setting('output.directory', workspaceFolder);
  const segments = directoryFrom(template, directoryVariables(onDisk, root));
  if (segments) {
    const below = (onDisk && pathBelow(onDisk, root)) ?? '';
    const folder = await nearestServedFolder(projects.filesIn(root), below, segments.join('/'));
    const uriOf = (fileName: string): vscode.Uri =>
      vscode.Uri.joinPath(root, ...folder.split('/').filter(Boolean), fileName);
    return { root, uriOf, warning: undefined };
  }
  const warning = l10n.t(
    'The setting rivya.output.directory points outside the workspace folder. "{0}" was used instead.',
    defaultDirectory,
  );
  return { root, uriOf: inDefaultDirectory(root), warning };
}

function inDefaultDirectory(root: vscode.Uri): (fileName: string) => vscode.Uri {
  return fileName => vscode.Uri.joinPath(root, ...defaultDirectory.split('/'), fileName);
}

/** What `markdown.copyFiles.destination` says of this document; undefined when it does not. */
function copyFilesTemplate(uri: vscode.Uri): string | undefined {
  const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
  if (document?.languageId !== 'markdown') return undefined;
  const found = vscode.workspace
    .getConfiguration('markdown', document)
    .inspect<Record<string, unknown>>('copyFiles.destination');
  for (const [glob, template] of copyFilesRules(found, vscode.workspace.isTrusted)) {
    if (vscode.languages.match({ pattern: patternOf(glob, uri) }, document) > 0) return template;
  }
  return undefined;
}

/**
 * As VS Code's Markdown extension reads it: a leading slash means the workspace folder, any other glob may
 * stand anywhere.
 */
function patternOf(glob: string, document: vscode.Uri): vscode.GlobPattern {
  const folder = vscode.workspace.getWorkspaceFolder(document);
  if (glob.startsWith('/') && folder) return new vscode.RelativePattern(folder, glob.slice(1));
  return glob.startsWith('**') ? glob : `**/${glob}`;
}

/** The variables of VS Code's `markdown.copyFiles.destination` that make sense below a folder. */
function directoryVariables(document: vscode.Uri | undefined, root: vscode.Uri): Record<string, string> {
  const path = document?.path ?? '';
  const below = document && pathBelow(document, root);
  const relative = below === undefined ? '.' : posix.dirname(below);
  return {
    documentFileName: posix.basename(path),
    documentBaseName: posix.parse(path).name,
    documentDirName: relative,
    documentRelativeDirName: relative,
  };
}

/**
 * A name that no file has and no other job is about to take.
 * @param stored the extension in the library; an earlier version may have stored what an editor would run
 * @param taken full URIs handed out and not yet written
 * @throws UserError when a symbolic link would lead the file out of its folder
 */
export async function freeUri(
  destination: Destination,
  task: Task,
  index: number,
  stored: string,
  taken: ReadonlySet<string>,
): Promise<vscode.Uri> {
  const extension = safeExtension(stored);
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
  // The template of a file's path may lead each file elsewhere.
  await requireInside(parentOf(first), destination.root);
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

function localDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
