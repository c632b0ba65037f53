import * as vscode from 'vscode';
import { inputExtensions, kindsOf } from '../../core/generate/inputRules.ts';
import { mediaPathAt } from '../../core/generate/mediaPath.ts';
import { inputRefusal } from '../../core/generate/resolveRequest.ts';
import { storedFiles, type Task } from '../../shared/task.ts';
import { askFiles } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { fileAt } from '../placement/generatedFile.ts';
import { cursorPlace, type Place } from '../placement/place.ts';
import type { GenerateServices } from './generateServices.ts';
import { defaultModelOf, rememberModel } from '../manifest/settings.ts';
import { generate } from './generate.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import { pickModel } from '../models/modelPicker.ts';
import { askPrompt, pastPrompts } from './promptInput.ts';
import { inspectInputs, refusedInputsError } from './localInputs.ts';
import { agreeToOutsideFiles } from './outsideFiles.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Generates from files: those chosen in the Explorer, the one that the document refers to at the cursor, or
 * else files that the person picks.
 * @param target as VS Code's menus hand it over: the resource under the mouse
 * @param targets all chosen resources, from the Explorer only
 * @throws Cancelled, UserError, RivyaError; no job was made then
 */
export async function generateFromInputs(
  services: GenerateServices,
  target?: vscode.Uri,
  targets?: readonly vscode.Uri[],
): Promise<Task[]> {
  const editor = vscode.window.activeTextEditor;
  const isEditorMenu = target !== undefined && target.toString() === editor?.document.uri.toString();
  if (target && !isEditorMenu) {
    const uris = targets && targets.length > 0 ? targets : [target];
    await agreeToOutsideFiles(uris.filter(uri => vscode.workspace.getWorkspaceFolder(uri)));
    return generateFromFiles(services, uris, undefined);
  }
  const place = cursorPlace();
  const linked = editor && (await linkedFile(editor));
  if (linked) await agreeToOutsideFiles([linked]);
  return generateFromFiles(services, linked ? [linked] : await openFiles(), place);
}

/** Generates from the results of an earlier job. @throws as `generateFromInputs` */
export async function generateFromTask(services: GenerateServices, task: Task): Promise<Task[]> {
  const files = storedFiles(task).map(file => vscode.Uri.file(services.library.pathOf(file)));
  if (files.length === 0) throw new UserError(l10n.t("This task doesn't have a result yet."));
  return generateFromFiles(services, files, undefined, task.id);
}

async function generateFromFiles(
  services: GenerateServices,
  uris: readonly vscode.Uri[],
  place: Place | undefined,
  parent?: string,
): Promise<Task[]> {
  const { catalogue, server } = services;
  const inputs = await inspectInputs(uris);
  const other = inputs.find(file => file.kind === undefined);
  if (other) {
    throw new UserError(
      l10n.t(
        '"{0}" isn\'t an image, video, or audio file. Nothing was sent or charged.',
        plain(other.name, 'value'),
      ),
    );
  }
  const scope = place?.document ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const { model, kind, withParameters } = await pickModel(services, {
    models: catalogue.models(server.base.origin),
    kinds: mediaKinds,
    inputs: { files: kindsOf(inputs) },
    offersParameters: true,
    defaultOf: each => defaultModelOf(each, scope),
    setDefault: (each, chosen) => void rememberModel(each, chosen.id, scope),
  });
  // Before the person writes a prompt for nothing.
  const refusal = inputRefusal(model, inputs);
  if (refusal) throw refusedInputsError(refusal);
  const labels = mediaKindLabels(kind);
  const { prompt } = await askPrompt(labels.generate, labels.describe, pastPrompts(services));
  const prompts = [{ prompt, place }];
  return generate(services, { kind, prompts, model: model.id, inputs, withParameters, parent });
}

async function linkedFile({ document, selection }: vscode.TextEditor): Promise<vscode.Uri | undefined> {
  const path = mediaPathAt(document.getText(), document.offsetAt(selection.active));
  if (path === undefined) return undefined;
  const uri = await fileAt(document.uri, path);
  if (uri) return uri;
  throw new UserError(
    l10n.t(
      'Couldn\'t find "{0}", which the document refers to, in this workspace. Nothing was sent or charged.',
      plain(path, 'value'),
    ),
  );
}

async function openFiles(): Promise<readonly vscode.Uri[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const files = await askFiles({
    title: l10n.t('Choose Input Files'),
    openLabel: l10n.t('Use as Input'),
    canSelectMany: true,
    filters: { [l10n.t('Images, Videos, and Audio')]: Object.values(inputExtensions).flat() },
    ...(folder && { defaultUri: folder }),
  });
  if (!files || files.length === 0) throw new Cancelled();
  return files;
}
