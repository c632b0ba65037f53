import * as vscode from 'vscode';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { promptText } from '../tasks/taskText.ts';
import { showPick } from './quickPick.ts';

const mostPastPrompts = 50;

interface PromptItem extends vscode.QuickPickItem {
  readonly prompt?: string;
}

/** Prompts of earlier jobs, the latest first, each once. */
export function pastPrompts(ledger: Ledger): string[] {
  const tasks = ledger.tasks({ limit: mostPastPrompts * 4 });
  return [...new Set(tasks.map(task => task.prompt))].slice(0, mostPastPrompts);
}

/**
 * Asks for a prompt: what is typed counts, and earlier prompts stand below, to take as they are or to edit.
 * @throws Cancelled
 */
export async function askPrompt(
  title: string,
  placeholder: string,
  past: readonly string[] = [],
): Promise<string> {
  const { t } = vscode.l10n;
  const pick = vscode.window.createQuickPick<PromptItem>();
  pick.title = title;
  pick.placeholder = placeholder;
  pick.ignoreFocusOut = true;
  const edit = { iconPath: new vscode.ThemeIcon('edit'), tooltip: t('Edit Prompt') };
  const earlier = past.map((prompt): PromptItem => ({
    prompt,
    label: promptText(prompt),
    detail: prompt,
    buttons: [edit],
  }));
  const separator: PromptItem = {
    label: t('Earlier prompts'),
    kind: vscode.QuickPickItemKind.Separator,
  };
  pick.matchOnDetail = true;
  const draw = (value: string): void => {
    const typed = value.trim();
    const own: PromptItem[] =
      typed === ''
        ? []
        : [{ prompt: typed, label: `$(sparkle) ${title}`, description: typed, alwaysShow: true }];
    pick.items = [...own, ...(earlier.length > 0 ? [separator, ...earlier] : [])];
    // Enter never runs what was not typed or chosen.
    pick.activeItems = own;
  };
  draw('');
  return showPick(pick, {
    accept: item => item.prompt,
    button: item => {
      pick.value = item.prompt ?? '';
      draw(pick.value);
      return undefined;
    },
    changed: draw,
  });
}
