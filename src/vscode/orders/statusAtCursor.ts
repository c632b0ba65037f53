import * as vscode from 'vscode';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { isRunningState } from '../../shared/task.ts';
import { inform } from '../messages/dialogs.ts';
import type { Placer } from '../placement/placer.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { promptText, stateText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Says how the job stands whose place is at the cursor, or the next one to it: what a mark in the document
 * shows, which screen readers do not read.
 */
export function showStatusAtCursor({
  ledger,
  placer,
}: {
  readonly ledger: Ledger;
  readonly placer: Placer;
}): void {
  const { t } = l10n;
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    inform(t('Open a document.'));
    return;
  }
  const { document, selection } = editor;
  const jobs = placer.placesIn(document).flatMap(({ id, anchor }) => {
    const task = ledger.task(id);
    const { line } = document.positionAt(anchor.end);
    return task && isRunningState(task.state)
      ? [{ task, line, distance: Math.abs(line - selection.active.line) }]
      : [];
  });
  const [nearest] = jobs.toSorted((a, b) => a.distance - b.distance);
  if (!nearest) {
    inform(t('No running task belongs to this document.'));
    return;
  }
  const texts = jobs
    .filter(({ line }) => line === nearest.line)
    .map(({ task }) => `${mediaKindLabels(task.kind).job(promptText(task.prompt))}: ${stateText(task)}`);
  inform(t('Line {0}: {1}', nearest.line + 1, texts.join(' · ')));
}
