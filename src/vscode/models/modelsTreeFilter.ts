import * as vscode from 'vscode';
import { chooseMany, type RowText } from '../messages/quickPick.ts';
import type { ModelsFilter } from './modelsNode.ts';
import { categoryText, knownCategories } from './modelsTreeItems.ts';
import { l10n } from '../text/l10n.ts';

interface Choice extends RowText {
  readonly kind?: vscode.QuickPickItemKind;
  readonly picked?: boolean;
  /** Undefined for what is no category. */
  readonly category: string | undefined;
}

/** Lets the user choose what the view shows. @throws Cancelled */
export async function askFilter({ categories, usableOnly }: ModelsFilter): Promise<ModelsFilter> {
  const { t } = l10n;
  const usable: Choice = {
    label: t('Only available models'),
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
  const picked = await chooseMany([usable, line, ...choices], {
    title: t('Filter Models'),
    placeholder: t('Select categories to show (none selected: all)'),
  });
  return {
    categories: picked.flatMap(({ category }) => category ?? []),
    usableOnly: picked.includes(usable),
  };
}
