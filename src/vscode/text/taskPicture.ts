import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { storedFiles, type StoredFile, type Task } from '../../shared/task.ts';

/** A picture of this size or less may be drawn small; larger ones need a thumbnail. In bytes. */
const mostIconBytes = 4_000_000;

/** The picture of a job that is over, small: the one that the gallery has made, or else its file. */
export function pictureOf(task: Task, library: Library): vscode.Uri | undefined {
  if (task.state !== 'stored' && task.state !== 'placed' && task.state !== 'untracked') return undefined;
  const [file] = storedFiles(task);
  if (!file || task.hold) return undefined;
  const thumbnail = library.thumbnails.find(file);
  if (thumbnail !== undefined) return vscode.Uri.file(thumbnail);
  return isDrawn(file) ? vscode.Uri.file(library.pathOf(file)) : undefined;
}

/** A row of a list of files that jobs have made. */
export interface MadeFileRow {
  readonly iconPath: vscode.Uri | vscode.ThemeIcon;
  readonly detail: string;
}

/** How a file of the workspace stands in a list: small, with the words that it was made from. */
export function madeFileRow(
  uri: vscode.Uri,
  file: StoredFile | undefined,
  { prompt }: Pick<Task, 'prompt'>,
): MadeFileRow {
  return {
    iconPath: file && isDrawn(file) ? uri : new vscode.ThemeIcon('file-media'),
    detail: promptTitle(prompt),
  };
}

function isDrawn({ mediaType, extension, bytes }: StoredFile): boolean {
  return mediaType.startsWith('image/') && extension !== neutralExtension && bytes <= mostIconBytes;
}
