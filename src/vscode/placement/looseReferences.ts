import * as vscode from 'vscode';
import { inlineReference } from '../../core/references/planReference.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { resultFiles, type Task } from '../../shared/task.ts';
import { locateCopy } from './locateCopy.ts';
import { fileOf, mediaFor, pathTo, type Target } from './referenceEdit.ts';
import type { WorkspaceProjects } from './workspaceProjects.ts';

/**
 * References to the copies of a result, a line each, as a person would write them in the document: no place
 * is looked for. Without a document, or where it has no form for them, their paths.
 * @returns undefined when no copy stands
 */
export async function looseReferences(
  ledger: Ledger,
  projects: WorkspaceProjects,
  task: Task,
  target: Target | undefined,
): Promise<string | undefined> {
  const of = target && (await projects.of(target.document));
  const lines: string[] = [];
  for (const { index, file } of resultFiles(task)) {
    const uri = await locateCopy(ledger, task.id, index, file);
    if (!uri) continue;
    const media = target && of && mediaFor(target.document, of, task, { uri, file });
    if (media) {
      const { document, anchor } = target;
      const own = fileOf(document, of);
      lines.push(inlineReference(document.languageId, document.getText(), anchor.end, media, own));
    } else {
      const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
      lines.push(pathTo(uri, target?.document.uri, folder) ?? nameOf(uri));
    }
  }
  return lines.length > 0 ? lines.join('\n') : undefined;
}

/** Where a file is, for people and programs of this machine. */
export function nameOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}
