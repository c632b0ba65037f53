import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { defaultModelOf, rememberModel } from '../manifest/settings.ts';
import { inform } from '../messages/dialogs.ts';
import { chooseOne } from '../messages/quickPick.ts';
import type { MediaKind } from '../../shared/task.ts';
import { priceText } from '../text/modelText.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import { pickModel, type PickerServices } from './modelPicker.ts';
import { modelOf } from './modelsNode.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Makes the model of a row the default of its category; without a row, the user picks one.
 * @throws Cancelled
 */
export async function setDefaultModel(services: PickerServices, node: unknown): Promise<void> {
  const model = modelOf(node);
  if (model?.category !== 'chat') {
    await chooseDefaultModel(services, model);
    return;
  }
  await rememberChatModel(model);
}

async function rememberChatModel(model: Model): Promise<void> {
  await rememberModel('chat', model.id, vscode.window.activeTextEditor?.document);
  inform(l10n.t('{0} is now the default model for new chats.', modelName(model)));
}

/**
 * Lets the user pick the default model of a kind, as the settings do that name one.
 * @param kind asked for when it is none
 * @throws Cancelled
 */
export async function changeDefaultModel(services: PickerServices, kind: unknown): Promise<void> {
  const { t } = l10n;
  const kinds = [
    ...mediaKinds.map(each => ({
      id: each,
      label: mediaKindLabels(each).name,
      icon: mediaKindLabels(each).icon,
    })),
    { id: 'chat', label: t('Chat'), icon: 'comment-discussion' } as const,
  ];
  const { id } =
    kinds.find(each => each.id === kind) ?? (await chooseOne(kinds, { title: t('Change Default Model') }));
  if (id !== 'chat') {
    await chooseDefaultModel(services, undefined, [id]);
    return;
  }
  const models = await services.catalogue.models(services.server.base.origin);
  const rows = models
    .filter(
      ({ category, api_status }) =>
        category === 'chat' && !/^(?:coming_soon|studio_only)$/.test(api_status ?? ''),
    )
    .map(model => ({ model, label: modelName(model), description: priceText(model) }));
  const { model } = await chooseOne(rows, { title: t('Model for Chat') });
  await rememberChatModel(model);
}

/** Sets the model that generates from now on: the given one, or one that the user picks. @throws Cancelled */
async function chooseDefaultModel(
  services: PickerServices,
  given: Model | undefined,
  kinds: readonly MediaKind[] = mediaKinds,
): Promise<void> {
  const scope = vscode.window.activeTextEditor?.document;
  const kind = mediaKinds.find(each => each === given?.category);
  const chosen =
    given && kind
      ? { model: given, kind }
      : await pickModel(services, {
          models: services.catalogue.models(services.server.base.origin),
          kinds,
          defaultOf: each => defaultModelOf(each, scope),
        });
  await rememberModel(chosen.kind, chosen.model.id, scope);
  inform(mediaKindLabels(chosen.kind).isDefault(modelName(chosen.model)));
}
