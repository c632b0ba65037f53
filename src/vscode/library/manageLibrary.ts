import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { planRemoval, removeFiles, type RemovalPlan } from '../../core/tasks/housekeeping.ts';
import { ask, inform } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseOne, type RowText } from '../messages/quickPick.ts';
import { placedFiles } from '../placement/placedFiles.ts';
import type { Library } from '../../core/assets/library.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { l10n } from '../text/l10n.ts';

interface Choice extends RowText {
  readonly plan?: RemovalPlan;
}

/** Ages after which a placed result may be called old, in days. 0 stands for all of them. */
const ages = [30, 7, 0] as const;
const day = 24 * 60 * 60_000;

/**
 * Shows what the library holds, and removes what the user chooses of it: never a result of which no copy
 * stands where it was placed, and only after saying how many files go at most.
 * @throws Cancelled when the user leaves
 */
export async function manageLibrary({
  ledger,
  library,
}: {
  readonly ledger: Ledger;
  readonly library: Library;
}): Promise<void> {
  const { t } = l10n;
  const now = systemClock.now();
  const files = ledger.results.files();
  const use = await library.diskUse();
  const waiting = files.filter(file => !file.placed).length;
  const removals = ages.flatMap((age): Choice[] => {
    const plan = planRemoval(
      files.filter(file => file.createdAt <= now - age * day),
      0,
    );
    if (plan.files.length === 0) return [];
    const label =
      age === 0 ? t('Delete all inserted results') : t('Delete inserted results older than {0} days', age);
    return [{ label, description: summary(plan.files.length, plan.bytes), plan }];
  });
  const open: Choice = { label: t('Open the library folder') };
  const picked = await chooseOne<Choice>([open, ...removals], {
    title: t('Rivya Library: {0}', summary(use.files, use.bytes)),
    placeholder: t("Results that aren't inserted yet and are kept: {0}", waiting),
  });
  const { plan } = picked;
  if (!plan) {
    await openFolder(vscode.Uri.file(library.folder));
    return;
  }
  const remove = t({ message: 'Delete', comment: 'Button: deletes a file' });
  const answer = await ask(
    'warning',
    t('Delete {0} from the library?', summary(plan.files.length, plan.bytes)),
    [remove],
    {
      detail: [
        t(
          'The tasks stay in the list. A file is deleted only if its copy is found in the workspace. A file without a copy stays in the library.',
        ),
      ],
    },
  );
  if (answer !== remove) throw new Cancelled();
  const ports = { ledger, library, placedFiles };
  const { removed, kept, bytes } = await withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Deleting inserted results from the library...') },
    () => removeFiles(plan, ports, systemClock.now()),
  );
  const text = t('Deleted {0} from the library.', summary(removed, bytes));
  inform(
    kept === 0
      ? text
      : t('{0} Files kept, because their inserted copies were changed or moved: {1}.', text, kept),
  );
}

/** The file manager of this computer knows nothing of a folder on another one, nor does a browser. */
async function openFolder(folder: vscode.Uri): Promise<void> {
  const isElsewhere = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
  if (isElsewhere)
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
  else await vscode.commands.executeCommand('revealFileInOS', folder);
}

function summary(files: number, bytes: number): string {
  const megabytes = (bytes / 1_000_000).toLocaleString(l10n.language, { maximumFractionDigits: 1 });
  return files === 1 ? l10n.t('1 file, {0} MB', megabytes) : l10n.t('{0} files, {1} MB', files, megabytes);
}
