import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { GenerationRequest, TextContext, WantedFile } from '../../core/generate/resolveRequest.ts';
import { promptsAt } from '../../core/prompts/findPrompts.ts';
import type { MissingFile } from '../../core/tasks/placement.ts';
import type { MediaKind, Task } from '../../shared/task.ts';
import { UserError } from '../messages/errors.ts';
import type { Action } from '../messages/message.ts';
import { placementSetting } from '../manifest/settings.ts';
import { plain } from '../messages/plain.ts';
import { destinationFor } from '../placement/destination.ts';
import { homeOf, parentOf } from '../placement/home.ts';
import { cursorPlace, type Place } from '../placement/place.ts';
import type { WorkspaceProjects } from '../placement/workspaceProjects.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import type { GenerateServices } from './generateServices.ts';
import { askPrompt, pastPrompts, type PromptTargets } from './promptInput.ts';
import type { LocalInput } from './localInputs.ts';
import { l10n } from '../text/l10n.ts';

/** A request of the person at the editor. Without a model the default of the settings counts. */
export interface EditorRequest extends Omit<GenerationRequest, 'prompts' | 'inputs'> {
  /** At least one. */
  readonly prompts: readonly PlacedPrompt[];
  readonly inputs?: readonly LocalInput[] | undefined;
  /** Whether to show the parameters first. */
  readonly withParameters?: boolean | undefined;
  /** How many results are made of each prompt; by default one. */
  readonly count?: number | undefined;
  /**
   * The job that is run again, and in which way: as it was, to come out differently, or with a change by the
   * person.
   */
  readonly again?: { readonly task: Task; readonly way: 'rerun' | 'vary' | 'change' } | undefined;
  /** Our id of the job whose result is an input. */
  readonly parent?: string | undefined;
}

export interface PlacedPrompt {
  readonly prompt: string;
  /** Where the reference belongs; undefined for a file only. */
  readonly place: Place | undefined;
  /** Whether the document of the place shall have the file, but no reference to it. */
  readonly isOnlySaved?: boolean;
  /** Whether it takes the place of the file that the address at the place names. */
  readonly isSwap?: boolean;
  /** The file that is to be made, where the place refers to one that is not there. */
  readonly missing?: MissingFile | undefined;
  readonly wanted?: WantedFile | undefined;
}

/** The text around a place, as it is now. */
export function contextOf(place: Place | undefined): TextContext | undefined {
  if (!place) return undefined;
  const { document, range } = place;
  return {
    text: document.getText(),
    start: document.offsetAt(range.start),
    end: document.offsetAt(range.end),
  };
}

/**
 * A prompt for each selection of the active editor: its text, or for a cursor the block marked `prompt`, the
 * comment or the line.
 * @throws UserError when there is no prompt
 */
export function requestFromSelection(kind: MediaKind): EditorRequest {
  const { noEditor, noPrompt } = mediaKindLabels(kind);
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new UserError(noEditor, [typePrompt(kind)]);
  const request = requestAt(editor, kind);
  if (!request) throw new UserError(noPrompt, [typePrompt(kind)]);
  return request;
}

/** As `requestFromSelection`, but undefined where there is no prompt. */
export function requestAt(
  { document, selections }: vscode.TextEditor,
  kind: MediaKind,
): EditorRequest | undefined {
  const ranges = selections.map(selection => ({
    start: document.offsetAt(selection.start),
    end: document.offsetAt(selection.end),
  }));
  const prompts = promptsAt(
    document.getText(),
    document.languageId,
    ranges,
    document.uri.path.split('/'),
  ).map(({ prompt, start, end }): PlacedPrompt => ({
    prompt,
    place: { document, range: new vscode.Range(document.positionAt(start), document.positionAt(end)) },
  }));
  return prompts.length > 0 ? { kind, prompts } : undefined;
}

/**
 * Asks for a prompt; the result belongs to the cursor of the active editor, if there is one.
 * @throws Cancelled
 */
export async function requestFromInput(
  services: Pick<GenerateServices, 'ledger' | 'library' | 'projects'>,
  kind: MediaKind,
  model?: string,
): Promise<EditorRequest> {
  const place = cursorPlace();
  const { generate, describe } = mediaKindLabels(kind);
  const targets = targetsOf(services.projects, kind, place);
  const typed = await askPrompt(generate, describe, pastPrompts(services), targets);
  return { kind, prompts: [{ ...typed, place }], model };
}

/** Where a result goes, in words; undefined while there is no folder to save to. */
async function targetsOf(
  projects: WorkspaceProjects,
  kind: MediaKind,
  place: Place | undefined,
): Promise<PromptTargets | undefined> {
  const { t } = l10n;
  const document = place && homeOf(place.document.uri);
  const workspace = document && vscode.workspace.getWorkspaceFolder(document)?.uri;
  const isOutside = document !== undefined && document.scheme !== 'untitled' && !workspace;
  const folder = workspace ?? (isOutside ? undefined : vscode.workspace.workspaceFolders?.[0]?.uri);
  // What is wrong with the folder is said when something is to be saved there.
  const destination = await destinationFor(projects, document, folder, kind).catch(() => undefined);
  if (!destination) return undefined;
  const path = vscode.workspace.asRelativePath(parentOf(destination.uriOf('a.png')));
  const files = t('File in "{0}"', plain(path, 'value'));
  const mode = placementSetting(document);
  if (!place || mode === 'none' || mode === 'clipboard') return { reference: undefined, folder: files };
  const name = plain(posix.basename(document?.path ?? ''), 'value');
  return {
    reference: t('Reference at the cursor in {0}, file in "{1}"', name, plain(path, 'value')),
    folder: files,
  };
}

function typePrompt(kind: MediaKind): Action {
  const command = `rivya.generate.${kind}` as const;
  return { title: l10n.t('Enter Prompt'), command };
}
