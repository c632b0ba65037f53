import * as vscode from 'vscode';
import { makeableExtensions } from '../../core/assets/manifest/packagePath.ts';
import { recipeAt } from '../../core/recipes/recipeIndex.ts';
import { resultFiles, type Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { inform } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseManyCounted, type RowText } from '../messages/quickPick.ts';
import { contentOf } from '../recipeFiles/contentOf.ts';
import { packageOrFolderOf } from '../recipeFiles/packageOf.ts';
import type { PlacedResult } from '../recipeFiles/resultRecipes.ts';
import { madeFileRow, type MadeFileRow } from '../text/taskPicture.ts';
import { paidText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** So many files are looked at. */
const mostFiles = 20_000;

interface Existing extends PlacedResult {
  readonly task: Task;
}

interface Choice extends RowText {
  readonly iconPath: MadeFileRow['iconPath'];
  readonly picked: boolean;
  readonly existing: Existing;
}

/**
 * Lists the files of the workspace that jobs of this machine have made and that have no recipe, by their
 * contents, and writes the recipes of those that the person chooses, as one undo step. Nothing is sent.
 * @throws Cancelled; UserError without a folder, or when the edit is refused
 */
export async function writeExisting(services: GenerateServices): Promise<void> {
  const { t } = l10n;
  if ((vscode.workspace.workspaceFolders ?? []).length === 0) throw new UserError(t('Open a folder.'));
  const found = await withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Looking for generated files without a recipe...'),
      cancellable: true,
    },
    (_progress, token) => look(services, token),
  );
  if (found.length === 0) {
    inform(t("Every generated file in this workspace that's in the list of tasks has a recipe."));
    return;
  }
  const choices = found.map((existing): Choice => {
    const { uri, task, file } = existing;
    return {
      existing,
      picked: true,
      ...madeFileRow(uri, file, task),
      label: vscode.workspace.asRelativePath(uri),
      description: [task.model, paidText(task)].filter(Boolean).join(' · '),
    };
  });
  const picked = await chooseManyCounted(choices, {
    titleOf: ticked => t('Recipes to write: {0} of {1}', ticked.length, found.length),
    placeholder: t('Prompts in recipes are as public as the repository'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (picked.length === 0) throw new Cancelled();
  await write(
    services,
    picked.map(({ existing }) => existing),
  );
}

async function write({ recipes }: GenerateServices, files: readonly Existing[]): Promise<void> {
  const { t } = l10n;
  const edit = new vscode.WorkspaceEdit();
  let count = 0;
  for (const { task, ...result } of files) if (await recipes.addExisting(edit, task, result)) count++;
  if (count > 0 && !(await vscode.workspace.applyEdit(edit)))
    throw new UserError(t("Couldn't write the recipes."));
  const left = files.length - count;
  const written = count === 1 ? t('1 recipe was written.') : t('{0} recipes were written.', count);
  const rest =
    left === 1
      ? t('No recipe can be written for 1 file, because an input has changed or is missing.')
      : t('No recipe can be written for {0} files, because an input has changed or is missing.', left);
  inform(left === 0 ? written : `${written} ${rest}`);
}

async function look({ ledger }: GenerateServices, token: vscode.CancellationToken): Promise<Existing[]> {
  const pattern = `**/*.{${makeableExtensions.join(',')}}`;
  const files = await vscode.workspace.findFiles(pattern, '**/node_modules/**', mostFiles, token);
  const found: Existing[] = [];
  for (const uri of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    if (token.isCancellationRequested) throw new Cancelled();
    const place = packageOrFolderOf(uri);
    if (!place || recipeAt(place.folder, place.file)) continue;
    const { size } = await vscode.workspace.fs.stat(uri);
    // Most files need not be read.
    const content = ledger.lists.hasLength(size) ? await contentOf(uri.fsPath) : undefined;
    if (!content) continue;
    for (const task of ledger.lists.withContent(content)) {
      const result = resultFiles(task).find(({ file }) => file.sha256 === content.sha256);
      if (!result) continue;
      found.push({ uri, task, ...result });
      break;
    }
  }
  return found;
}
