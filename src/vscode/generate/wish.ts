import * as vscode from 'vscode';
import { promptsAt } from '../../core/prompts/prompts.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { MediaKind } from '../../shared/task.ts';
import { UserError, type Action } from '../messages.ts';
import { cursorPlace, type Place } from '../placement/place.ts';
import { kindWords } from './kindWords.ts';
import { askPrompt, pastPrompts } from './promptInput.ts';
import type { ReferenceInput } from './referenceInputs.ts';

/** What the user wants, before anything is known about price and model. */
export interface Wish {
  readonly kind: MediaKind;
  readonly prompt: string;
  /** Where the reference belongs; undefined for a file only. */
  readonly place: Place | undefined;
  /** The model's id when it was chosen already. */
  readonly model?: string | undefined;
  /** Goes out as it is, for a job that is run again; by default the values that were last used with the model. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** Files that the model is to work from. */
  readonly references?: readonly ReferenceInput[] | undefined;
  /** Whether to show the parameters first. */
  readonly withParameters?: boolean | undefined;
}

/**
 * A wish for each selection of the active editor: its text, or for a cursor the block marked `prompt`, the comment or the line.
 * @throws UserError when there is no prompt
 */
export function wishesFromSelection(kind: MediaKind): Wish[] {
  const { noEditor, noPrompt } = kindWords(kind);
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new UserError(noEditor, [typePrompt(kind)]);
  const wishes = wishesAt(editor, kind);
  if (wishes.length === 0) throw new UserError(noPrompt, [typePrompt(kind)]);
  return wishes;
}

/** As `wishesFromSelection`, but none where there is no prompt. */
export function wishesAt({ document, selections }: vscode.TextEditor, kind: MediaKind): Wish[] {
  const ranges = selections.map(selection => ({
    start: document.offsetAt(selection.start),
    end: document.offsetAt(selection.end),
  }));
  return promptsAt(document.getText(), document.languageId, ranges).map(({ prompt, start, end }) => ({
    kind,
    prompt,
    place: { document, range: new vscode.Range(document.positionAt(start), document.positionAt(end)) },
  }));
}

/**
 * Asks for a prompt; the result belongs to the cursor of the active editor, if there is one.
 * @param ledger gives earlier prompts to choose from
 * @throws Cancelled
 */
export async function wishFromInput(kind: MediaKind, model?: string, ledger?: Ledger): Promise<Wish> {
  const place = cursorPlace();
  const { generate, describe } = kindWords(kind);
  const prompt = await askPrompt(generate, describe, ledger ? pastPrompts(ledger) : []);
  return { kind, prompt, place, model };
}

function typePrompt(kind: MediaKind): Action {
  const command = `rivya.generate.${kind}` as const;
  return { title: vscode.l10n.t('Type a Prompt'), command };
}
