import * as vscode from 'vscode';
import { mediaPathAt, referenceExtensions } from '../../core/generate/mediaPath.ts';
import { storedFiles, type Task } from '../../shared/task.ts';
import { Cancelled, UserError } from '../messages.ts';
import { exists, homeOf, parentOf } from '../placement/destination.ts';
import { cursorPlace, type Place } from '../placement/place.ts';
import type { Services } from '../services.ts';
import { defaultModelOf, rememberModel, setting } from '../settings.ts';
import { generateMedia } from './generate.ts';
import { kindWords, mediaKinds } from './kindWords.ts';
import { pickModel } from './modelPicker.ts';
import { askPrompt, pastPrompts } from './promptInput.ts';
import { checkReferences, inspectReferences, kindsOf } from './referenceInputs.ts';

/**
 * Generates from files: those chosen in the Explorer, the one that the document refers to at the cursor, or else files that the
 * person picks.
 * @param target as VS Code's menus hand it over: the resource under the mouse
 * @param targets all chosen resources, from the Explorer only
 * @throws Cancelled, UserError, RivyaError; no job was made then
 */
export async function generateFromReference(
  services: Services,
  target?: vscode.Uri,
  targets?: readonly vscode.Uri[],
): Promise<Task> {
  const editor = vscode.window.activeTextEditor;
  const isEditorMenu = target !== undefined && target.toString() === editor?.document.uri.toString();
  if (target && !isEditorMenu) {
    const uris = targets && targets.length > 0 ? targets : [target];
    return generateFromFiles(services, uris, undefined);
  }
  const place = cursorPlace();
  const linked = editor && (await linkedFile(editor));
  return generateFromFiles(services, linked ? [linked] : await openFiles(), place);
}

/** Generates from the results of an earlier job. @throws as `generateFromReference` */
export async function generateFromTask(services: Services, task: Task): Promise<Task> {
  const files = storedFiles(task).map(file => vscode.Uri.file(services.library.pathOf(file)));
  if (files.length === 0) throw new UserError(vscode.l10n.t('This task has no result yet.'));
  return generateFromFiles(services, files, undefined);
}

async function generateFromFiles(
  services: Services,
  uris: readonly vscode.Uri[],
  place: Place | undefined,
): Promise<Task> {
  const { catalogue, server, ledger } = services;
  const references = await inspectReferences(uris);
  const other = references.find(file => file.kind === undefined);
  if (other) {
    throw new UserError(
      vscode.l10n.t(
        '"{0}" is not an image, video or sound. Nothing was sent, and nothing was charged.',
        other.name,
      ),
    );
  }
  const scope = place?.document ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const { model, kind, withParameters } = await pickModel({
    models: catalogue.models(server.base.origin),
    kinds: mediaKinds,
    inputs: { files: kindsOf(references) },
    offersParameters: true,
    defaultOf: each => defaultModelOf(each, scope),
    setDefault: (each, chosen) => void rememberModel(each, chosen.id, scope),
  });
  // Before the person writes a prompt for nothing.
  checkReferences(model, references);
  const { generate, describe } = kindWords(kind);
  const prompt = await askPrompt(generate, describe, pastPrompts(ledger));
  return generateMedia(services, { kind, prompt, place, model: model.id, references, withParameters });
}

async function linkedFile({ document, selection }: vscode.TextEditor): Promise<vscode.Uri | undefined> {
  const path = mediaPathAt(document.getText(), document.offsetAt(selection.active));
  if (path === undefined) return undefined;
  const home = homeOf(document.uri);
  const folder =
    vscode.workspace.getWorkspaceFolder(home)?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const candidates = /^[a-z][\w+.-]+:/i.test(path)
    ? []
    : path.startsWith('/')
      ? folder && publicFolders(home).map(each => vscode.Uri.joinPath(folder, each, path))
      : [
          ...(home.scheme === 'untitled' ? [] : [vscode.Uri.joinPath(parentOf(home), path)]),
          ...(folder ? [vscode.Uri.joinPath(folder, path)] : []),
        ];
  for (const uri of candidates ?? []) if (await exists(uri)) return uri;
  throw new UserError(
    vscode.l10n.t(
      'The document refers to "{0}", which is no file of this workspace. Nothing was sent, and nothing was charged.',
      path,
    ),
  );
}

/** Where the files of a root-absolute address may lie; the workspace folder itself last. */
function publicFolders(document: vscode.Uri): string[] {
  return [...Object.keys(setting('output.publicRoots', document)), ''];
}

async function openFiles(): Promise<readonly vscode.Uri[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const files = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Choose Reference Files'),
    openLabel: vscode.l10n.t('Use as Reference'),
    canSelectMany: true,
    filters: { [vscode.l10n.t('Images, Videos and Sounds')]: Object.values(referenceExtensions).flat() },
    ...(folder && { defaultUri: folder }),
  });
  if (!files || files.length === 0) throw new Cancelled();
  return files;
}
