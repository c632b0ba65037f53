import * as vscode from 'vscode';
import { pictureOf } from '../text/taskPicture.ts';
import type { GenerateServices } from './generateServices.ts';
import { createPick, row, separator, showPick, type PickActions, type Row } from '../messages/quickPick.ts';
import { l10n } from '../text/l10n.ts';

const mostPastPrompts = 50;

interface PromptItem extends Row {
  readonly prompt?: string;
  readonly isOnlySaved?: boolean;
}

/** Where the result goes, in words. */
export interface PromptTargets {
  /** Undefined when it is only saved anyway. */
  readonly reference: string | undefined;
  readonly folder: string;
}

/** A prompt that was typed or chosen, and whether its result shall only be saved. */
export interface TypedPrompt {
  readonly prompt: string;
  readonly isOnlySaved: boolean;
}

/** A prompt of an earlier job, with what it made. */
export interface PastPrompt {
  readonly prompt: string;
  readonly picture: vscode.Uri | undefined;
}

/** Prompts of earlier jobs, the latest first, each once. */
export function pastPrompts({ ledger, library }: Pick<GenerateServices, 'ledger' | 'library'>): PastPrompt[] {
  const found = new Map<string, PastPrompt>();
  for (const task of ledger.tasks({ limit: mostPastPrompts * 4 })) {
    const { prompt } = task;
    // Of several results of the same words the latest that there is.
    const picture = found.get(prompt)?.picture ?? pictureOf(task, library);
    if (found.has(prompt) || found.size < mostPastPrompts) found.set(prompt, { prompt, picture });
  }
  return [...found.values()];
}

/**
 * Asks for a prompt: what is typed counts, and earlier prompts stand below, to take as they are or to edit.
 * @param targets is shown as soon as it is known
 * @param start what stands in the box at first, to be changed
 * @throws Cancelled
 */
export async function askPrompt(
  title: string,
  placeholder: string,
  past: readonly PastPrompt[] = [],
  targets: Promise<PromptTargets | undefined> = Promise.resolve(undefined),
  start = '',
): Promise<TypedPrompt> {
  const { t } = l10n;
  const pick = createPick<PromptItem>({ title, placeholder });
  pick.ignoreFocusOut = true;
  const edit = { iconPath: new vscode.ThemeIcon('edit'), tooltip: t('Edit Prompt') };
  const earlier = past.map(({ prompt, picture }): PromptItem =>
    row({ prompt, label: prompt, iconPath: picture ?? new vscode.ThemeIcon('history'), buttons: [edit] }),
  );
  let own: PromptItem | undefined;
  let known: PromptTargets | undefined;
  /** Whether the rows on the screen belong to the text in the box. */
  let isDrawn = true;
  const draw = (value: string): void => {
    const prompt = value.trim();
    // Rows that only say more than before are those on the screen.
    isDrawn = prompt === '' || (isDrawn && prompt === own?.prompt);
    own =
      prompt === ''
        ? undefined
        : row({
            prompt,
            icon: 'sparkle',
            label: title,
            description: prompt,
            detail: known?.reference ?? known?.folder,
            alwaysShow: true,
          });
    const onlySave =
      own && known?.reference !== undefined
        ? row({
            prompt,
            isOnlySaved: true,
            icon: 'save',
            label: t('Save Only'),
            description: known.folder,
            alwaysShow: true,
          })
        : separator('');
    // VS Code names a row by its number, also in events that are under way: each row keeps its own.
    pick.items = [
      own ?? separator(''),
      onlySave,
      ...(earlier.length > 0 ? [separator(t('Recent prompts')), ...earlier] : []),
    ];
    // Enter never runs what was not typed or chosen.
    pick.activeItems = own ? [own] : [];
  };
  const typed = (): string | undefined => pick.value.trim() || undefined;
  const result = (prompt: string | undefined, isOnlySaved = false): TypedPrompt | undefined =>
    prompt === undefined ? undefined : { prompt, isOnlySaved };
  pick.value = start;
  draw(start);
  // The row of the text becomes the active one when it is drawn. Until then whoever presses Enter has seen no
  // rows for this text, and means the text: with a remote host that is a while.
  pick.onDidChangeActive(([item]) => (isDrawn ||= own !== undefined && item?.prompt === own.prompt));
  const choices: PickActions<PromptItem, TypedPrompt> = {
    accept: item => result(isDrawn ? item.prompt : typed(), isDrawn && item.isOnlySaved === true),
    acceptText: () => result(typed()),
    button: item => {
      pick.value = item.prompt ?? '';
      draw(pick.value);
      return undefined;
    },
    changed: draw,
  };
  return showPick(
    pick,
    choices,
    targets.then(found => {
      known = found;
      if (pick.value.trim() !== '') draw(pick.value);
    }),
  );
}
