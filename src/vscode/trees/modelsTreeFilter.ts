import * as vscode from 'vscode';
import { Cancelled } from '../messages.ts';
import type { ModelsFilter } from './modelsTree.ts';
import { categoryText, knownCategories } from './modelsTreeItems.ts';

interface Choice extends vscode.QuickPickItem {
  /** Undefined for what is no category. */
  readonly category: string | undefined;
}

/** Lets the user choose what the view shows. @throws Cancelled */
export async function askFilter({ categories, usableOnly }: ModelsFilter): Promise<ModelsFilter> {
  const { t } = vscode.l10n;
  const usable: Choice = {
    label: t('Only models that can be used now'),
    category: undefined,
    picked: usableOnly,
  };
  const line: Choice = {
    label: t('Categories'),
    kind: vscode.QuickPickItemKind.Separator,
    category: undefined,
  };
  const choices = knownCategories.map((category): Choice => ({
    label: categoryText(category),
    category,
    picked: categories.includes(category),
  }));
  const picked = await vscode.window.showQuickPick([usable, line, ...choices], {
    title: t('Filter Models'),
    placeHolder: t('Nothing chosen: all models'),
    canPickMany: true,
  });
  if (!picked) throw new Cancelled();
  return {
    categories: picked.flatMap(({ category }) => category ?? []),
    usableOnly: picked.includes(usable),
  };
}
