import * as vscode from 'vscode';
import type { CompareSubject } from '../../shared/compare.ts';
import { mostCompared } from '../../shared/compareSchema.ts';
import { UserError } from '../messages/errors.ts';
import { taskIdsOf } from '../tasks/tasksNode.ts';
import { familyOf, subjectsOfTasks, type CompareSources } from './compareItems.ts';
import { l10n } from '../text/l10n.ts';

/**
 * What is to be compared: the tasks or files that were chosen; with one alone, its family.
 * @param chosen rows of the Tasks view, ids of tasks, or files of the Explorer
 * @throws UserError when there are not two
 */
export function subjectsOf(sources: CompareSources, chosen: readonly unknown[]): CompareSubject[] {
  const files = chosen.filter(each => each instanceof vscode.Uri);
  const subjects = files.length > 0 ? ofFiles(sources, files) : ofTasks(sources, taskIdsOf(chosen));
  if (subjects.length >= 2) return subjects.slice(0, mostCompared);
  throw new UserError(
    l10n.t('Select at least two results or files to compare, or one that others were made from.'),
  );
}

function ofFiles(sources: CompareSources, files: readonly vscode.Uri[]): CompareSubject[] {
  const subjects = files.map(uri => ({ uri: uri.toString() }));
  const [only] = subjects;
  if (!only || subjects.length > 1) return subjects;
  const taskId = sources.ledger.placements.ofFile(only.uri)?.taskId;
  const task = taskId === undefined ? undefined : sources.ledger.task(taskId);
  const others = task ? familyOf(sources, task).filter(({ id }) => id !== task.id) : [];
  return [only, ...others.flatMap(each => subjectsOfTasks([each]).slice(0, 1))];
}

function ofTasks(sources: CompareSources, ids: readonly string[]): CompareSubject[] {
  const tasks = ids.flatMap(id => sources.ledger.task(id) ?? []);
  const own = subjectsOfTasks(tasks);
  const [only] = tasks;
  return tasks.length === 1 && only && own.length < 2 ? subjectsOfTasks(familyOf(sources, only)) : own;
}
