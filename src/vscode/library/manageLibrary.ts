import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { planRemoval, removeFiles, type RemovalPlan } from '../../core/assets/housekeeping.ts';
import { Cancelled } from '../messages.ts';
import type { Services } from '../services.ts';

interface Choice extends vscode.QuickPickItem {
  readonly plan?: RemovalPlan;
}

/** Ages after which a placed result may be called old, in days. 0 stands for all of them. */
const ages = [30, 7, 0] as const;
const day = 24 * 60 * 60_000;

/**
 * Shows what the library holds, and removes what the user chooses of it: never a result that is not placed, and
 * only after saying how many files go.
 * @throws Cancelled when the user leaves
 */
export async function manageLibrary({ ledger, library }: Services): Promise<void> {
  const { t } = vscode.l10n;
  const now = systemClock.now();
  const files = ledger.libraryFiles();
  const use = await library.diskUse();
  const waiting = files.filter(file => !file.placed).length;
  const removals = ages.flatMap((age): Choice[] => {
    const plan = planRemoval(
      files.filter(file => file.createdAt <= now - age * day),
      0,
    );
    if (plan.files.length === 0) return [];
    const label =
      age === 0 ? t('Remove all inserted results') : t('Remove inserted results older than {0} days', age);
    return [{ label, description: summary(plan.files.length, plan.bytes), plan }];
  });
  const open: Choice = { label: t('Open the library folder') };
  const picked = await vscode.window.showQuickPick([...removals, open], {
    title: t('Rivya Library: {0}', summary(use.files, use.bytes)),
    placeHolder: t('Results that are not inserted yet and stay: {0}', waiting),
  });
  if (!picked) throw new Cancelled();
  if (!picked.plan) {
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(library.folder));
    return;
  }
  const remove = t('Remove');
  const answer = await vscode.window.showWarningMessage(
    t('Remove {0} from the library?', summary(picked.plan.files.length, picked.plan.bytes)),
    { modal: true, detail: t('The copies in your workspaces stay, and so do the tasks in the list.') },
    remove,
  );
  if (answer !== remove) throw new Cancelled();
  await removeFiles(picked.plan, ledger, library, systemClock.now());
  void vscode.window.showInformationMessage(
    t('Removed {0} from the library.', summary(picked.plan.files.length, picked.plan.bytes)),
  );
}

function summary(files: number, bytes: number): string {
  const megabytes = (bytes / 1_000_000).toLocaleString(vscode.env.language, { maximumFractionDigits: 1 });
  return files === 1
    ? vscode.l10n.t('1 file, {0} MB', megabytes)
    : vscode.l10n.t('{0} files, {1} MB', files, megabytes);
}
