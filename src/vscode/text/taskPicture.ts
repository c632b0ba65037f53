import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { storedFiles, type Task } from '../../shared/task.ts';

/** A picture of this size or less may be drawn small; larger ones need a thumbnail. In bytes. */
const mostIconBytes = 4_000_000;

/** The picture of a job that is over, small: the one that the gallery has made, or else its file. */
export function pictureOf(task: Task, library: Library): vscode.Uri | undefined {
  if (task.state !== 'stored' && task.state !== 'placed' && task.state !== 'untracked') return undefined;
  const [file] = storedFiles(task);
  if (!file || task.hold) return undefined;
  const thumbnail = library.thumbnails.find(file);
  if (thumbnail !== undefined) return vscode.Uri.file(thumbnail);
  const isPicture = file.mediaType.startsWith('image/') && file.extension !== neutralExtension;
  return isPicture && file.bytes <= mostIconBytes ? vscode.Uri.file(library.pathOf(file)) : undefined;
}
