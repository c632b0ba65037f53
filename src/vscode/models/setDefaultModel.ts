import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { defaultModelOf, rememberModel } from '../manifest/settings.ts';
import { inform } from '../messages/dialogs.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import { pickModel } from './modelPicker.ts';
import { modelOf } from './modelsNode.ts';
import type { ModelsServices } from './modelsTree.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Makes the model of a row the default of its category; without a row, the user picks one.
 * @throws Cancelled
 */
export async function setDefaultModel(services: ModelsServices, node: unknown): Promise<void> {
  const model = modelOf(node);
  if (model?.category !== 'chat') {
    await chooseDefaultModel(services, model);
    return;
  }
  await rememberModel('chat', model.id, vscode.window.activeTextEditor?.document);
  const text = l10n.t('{0} answers in the chat from now on.', modelName(model));
  inform(text);
}

/** Sets the model that generates from now on: the given one, or one that the user picks. @throws Cancelled */
async function chooseDefaultModel(
  { catalogue, server }: ModelsServices,
  given: Model | undefined,
): Promise<void> {
  const scope = vscode.window.activeTextEditor?.document;
  const kind = mediaKinds.find(each => each === given?.category);
  const chosen =
    given && kind
      ? { model: given, kind }
      : await pickModel({
          models: catalogue.models(server.base.origin),
          kinds: mediaKinds,
          defaultOf: each => defaultModelOf(each, scope),
        });
  await rememberModel(chosen.kind, chosen.model.id, scope);
  inform(mediaKindLabels(chosen.kind).isDefault(modelName(chosen.model)));
}
