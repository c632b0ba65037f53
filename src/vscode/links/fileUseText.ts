import * as vscode from 'vscode';
import { plain } from '../messages/plain.ts';
import type { FileUse } from './fileUse.ts';
import { l10n } from '../text/l10n.ts';

/** So many names stand in a question; the others are only counted. */
const mostNames = 12;

/** Which documents use files, for a question about what becomes of them. */
export function useText({ documents, isCut }: FileUse, isReplaced: boolean): string[] {
  const { t } = l10n;
  const changed = documents.filter(({ changes }) => changes > 0);
  const left = documents.filter(({ stays }) => stays > 0);
  const lines = (uses: FileUse['documents'], count: 'changes' | 'stays'): string[] =>
    named(uses.map(each => `${pathOf(each.uri)} (${each[count]})`));
  return [
    documents.length === 0 ? t('No document in the workspace refers to it.') : '',
    ...(changed.length === 0
      ? []
      : [isReplaced ? t('References to change:') : t('References to remove:'), ...lines(changed, 'changes')]),
    ...(left.length === 0 ? [] : [t('Places that you have to change yourself:'), ...lines(left, 'stays')]),
    isCut ? t('Not all documents were searched, because there are too many or some are too large.') : '',
  ];
}

/** The first of many names, and how many there are beside them. */
export function named(names: readonly string[]): string[] {
  const rest = names.length - mostNames;
  const shown = names.slice(0, mostNames).map(name => `• ${plain(name, 'value')}`);
  return rest > 0 ? [...shown, l10n.t('and {0} more', rest)] : shown;
}

export function pathOf(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}
