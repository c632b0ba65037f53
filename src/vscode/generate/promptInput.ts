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
  const separator = (label: string): PromptItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  pick.matchOnDetail = true;
  let own: PromptItem | undefined;
  /** Whether the rows on the screen belong to the text in the box. */
  let isDrawn = true;
  const draw = (value: string): void => {
    const prompt = value.trim();
    isDrawn = prompt === '';
    own = isDrawn
      ? undefined
      : { prompt, label: `$(sparkle) ${title}`, description: prompt, alwaysShow: true };
    // VS Code names a row by its number, also in events that are under way: each row keeps its own.
    pick.items = [
      own ?? separator(''),
      ...(earlier.length > 0 ? [separator(t('Earlier prompts')), ...earlier] : []),
    ];
    // Enter never runs what was not typed or chosen.
    pick.activeItems = own ? [own] : [];
  };
  const typed = (): string | undefined => pick.value.trim() || undefined;
  draw('');
  // The row of the text becomes the active one when it is drawn. Until then whoever presses Enter has seen no rows
  // for this text, and means the text: with a remote host that is a while.
  pick.onDidChangeActive(([item]) => (isDrawn ||= item !== undefined && item === own));
  return showPick(pick, {
    accept: item => (isDrawn ? item.prompt : typed()),
    acceptText: typed,
    button: item => {
      pick.value = item.prompt ?? '';
      draw(pick.value);
      return undefined;
    },
    changed: draw,
  });
}
