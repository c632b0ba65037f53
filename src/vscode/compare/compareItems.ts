import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { Library } from '../../core/assets/library.ts';
import { neutralExtension } from '../../core/assets/resultType.ts';
import { inputExtensions } from '../../core/generate/inputRules.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { differencesOf, type Facts } from '../../core/tasks/differences.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { CompareHostMessage, CompareItemDto, CompareSubject } from '../../shared/compare.ts';
import { mostCompared } from '../../shared/compareSchema.ts';
import { resultFiles, type MediaKind, type StoredFile, type Task } from '../../shared/task.ts';
import { creditsLine } from '../messages/chargeText.ts';
import { exists } from '../placement/destination.ts';
import { mediaKinds } from '../text/mediaKindLabels.ts';
import { paidText, paramsOf } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** What is compared is looked up in these. */
export interface CompareSources {
  readonly ledger: Ledger;
  readonly library: Library;
}

/** A file that is compared, and the job that it is from, as far as that is known. */
export interface ComparedFile {
  readonly subject: CompareSubject;
  readonly uri: vscode.Uri;
  readonly task: Task | undefined;
  /** Undefined for a file that is no result, or was changed since. */
  readonly file: StoredFile | undefined;
  readonly index: number;
}

/** Finds what is compared; what is there no more is left out. */
export async function comparedFiles(
  sources: CompareSources,
  subjects: readonly CompareSubject[],
): Promise<ComparedFile[]> {
  const found = await Promise.all(subjects.map(subject => comparedFile(sources, subject)));
  return found.flatMap(each => each ?? []);
}

async function comparedFile(
  { ledger, library }: CompareSources,
  subject: CompareSubject,
): Promise<ComparedFile | undefined> {
  if ('taskId' in subject) {
    const { taskId, index } = subject;
    const task = ledger.task(taskId);
    const file = task?.results.find(result => result.index === index)?.file;
    if (!task || !file || file.extension === neutralExtension) return undefined;
    return { subject, task, file, index, uri: vscode.Uri.file(library.pathOf(file)) };
  }
  const uri = vscode.Uri.parse(subject.uri, true);
  // A page that was restored shows files of this workspace only, whatever it has kept.
  if (!vscode.workspace.getWorkspaceFolder(uri) || !(await exists(uri))) return undefined;
  const known = ledger.placements.ofFile(subject.uri);
  const task = known && ledger.task(known.taskId);
  const index = known?.index ?? 0;
  return { subject, uri, task, index, file: task?.results.find(result => result.index === index)?.file };
}

/** The first files of jobs, or all of the only one. */
export function subjectsOfTasks(tasks: readonly Task[]): CompareSubject[] {
  return tasks.flatMap(({ id: taskId, ...task }) => {
    const files = resultFiles({ id: taskId, ...task }).map(({ index }) => ({ taskId, index }));
    return tasks.length === 1 ? files : files.slice(0, 1);
  });
}

/** A job and those of its family that have a file: what it was made from, and what was made beside it. */
export function familyOf({ ledger }: CompareSources, task: Task): Task[] {
  const { ancestors, variants } = ledger.lists.lineage(task);
  const isPicture = (each: Task): boolean => resultFiles(each).length > 0;
  return [task, ...ancestors.toReversed(), ...variants].filter(isPicture).slice(0, mostCompared);
}

/** What the page is told. @param addressOf the address under which it may load a file */
export function compareMessage(
  files: readonly ComparedFile[],
  addressOf: (uri: vscode.Uri) => string,
  nameOf: (model: string) => string,
): CompareHostMessage {
  return {
    type: 'items',
    items: files.map(each => itemOf(each, addressOf, nameOf)),
    differences: differencesOf(files.map(each => factsOf(each, nameOf))),
  };
}

function itemOf(
  { subject, uri, task, file }: ComparedFile,
  addressOf: (uri: vscode.Uri) => string,
  nameOf: (model: string) => string,
): CompareItemDto {
  const about = task
    ? [nameOf(task.model), paidText(task), pixelsOf(file)]
    : [vscode.workspace.asRelativePath(uri)];
  return {
    subject,
    kind: kindOf(uri, file) ?? task?.kind ?? 'image',
    title: 'uri' in subject || !task ? posix.basename(uri.path) : promptTitle(task.prompt),
    about: about.filter(Boolean).join(' · '),
    source: addressOf(uri),
  };
}

function factsOf({ uri, task, file, subject }: ComparedFile, nameOf: (model: string) => string): Facts {
  const { t } = l10n;
  const place: Facts = 'uri' in subject ? [[t('File'), vscode.workspace.asRelativePath(uri)]] : [];
  if (!task) return place;
  return [
    [t('Prompt'), task.prompt],
    [t('Model'), nameOf(task.model)],
    ...paramsOf(task),
    [t('Size in pixels'), pixelsOf(file)],
    [t('Cost'), creditsLine(task)],
    [t('Created'), new Date(task.createdAt).toLocaleString(l10n.language)],
    ...place,
  ];
}

function pixelsOf(file: StoredFile | undefined): string {
  const { width, height } = file ?? {};
  return width === undefined || height === undefined ? '' : `${width} × ${height}`;
}

function kindOf({ path }: vscode.Uri, file: StoredFile | undefined): MediaKind | undefined {
  const extension = posix.extname(path).slice(1).toLowerCase();
  return mediaKinds.find(
    kind => file?.mediaType.startsWith(`${kind}/`) ?? inputExtensions[kind].includes(extension),
  );
}
