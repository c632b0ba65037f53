import * as vscode from 'vscode';
import { modelFields } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { kindsOf } from '../../core/generate/inputRules.ts';
import { fittingValues, wireParams, withNewSeed } from '../../core/generate/parameters.ts';
import { order } from '../generate/generate.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { askPrompt, pastPrompts } from '../generate/promptInput.ts';
import type { EditorRequest } from '../generate/request.ts';
import { requireTrust } from '../links/requireTrust.ts';
import { defaultModelOf, setting } from '../manifest/settings.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { pickModel } from '../models/modelPicker.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { inputsOfMaking, paramsFor, requestOf } from './making.ts';
import type { Occasion } from './occasion.ts';
import { variationsOf } from './variations.ts';
import { l10n } from '../text/l10n.ts';

/** The commands on a generated file, on a reference to it or in the Explorer. */
export const fileCommands = {
  /** Once more, with another seed where the model has one; the result takes the place of the file. */
  async regenerate(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { made } = occasion;
    const model = await modelOf(services, made.model);
    const params = paramsFor(made, model);
    const varied = model ? withNewSeed(modelFields(model), params, Math.random()) : params;
    await replace(services, occasion, 'vary', { params: varied });
  },

  /** The very same request once more. */
  async rerun(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { made } = occasion;
    const model = made.task ? undefined : await modelOf(services, made.model);
    await replace(services, occasion, 'rerun', { params: paramsFor(made, model) });
  },

  async variations(services: GenerateServices, occasion: Occasion): Promise<void> {
    requireOwn(occasion);
    await knowOldFile();
    await variationsOf(services, occasion);
  },

  async editPrompt(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { made } = occasion;
    const { generate, describe } = mediaKindLabels(made.kind);
    const { prompt } = await askPrompt(generate, describe, pastPrompts(services), undefined, made.prompt);
    const model = made.task ? undefined : await modelOf(services, made.model);
    await replace(services, occasion, 'change', { prompt, params: paramsFor(made, model) });
  },

  async otherModel(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { id } = await pickOther(services, occasion);
    await replace(services, occasion, 'change', { model: id, params: undefined });
  },

  /** With another model, and all parameters that it has as well, the seed among them. */
  async sameSeed(services: GenerateServices, occasion: Occasion): Promise<void> {
    const model = await pickOther(services, occasion);
    const fields = modelFields(model);
    const params = wireParams(fields, fittingValues(fields, occasion.made.params));
    await replace(services, occasion, 'change', { model: model.id, params });
  },
};

/** The model as the server in force has it. */
async function modelOf({ catalogue, server }: GenerateServices, id: string): Promise<Model | undefined> {
  const models = await catalogue.models(server.base.origin);
  return models.find(each => each.id === id);
}

/** @throws Cancelled */
async function pickOther(services: GenerateServices, { made, place }: Occasion): Promise<Model> {
  const { catalogue, server } = services;
  const { model } = await pickModel(services, {
    models: catalogue.models(server.base.origin),
    kinds: [made.kind],
    inputs: made.hasInputs ? { files: kindsOf(await inputsOfMaking(made)) } : {},
    defaultOf: each => defaultModelOf(each, place?.document),
  });
  return model;
}

/** @throws UserError in Restricted Mode, for what only a recipe of the workspace says */
function requireOwn({ made }: Occasion): void {
  if (!made.task) requireTrust();
}

/** Orders one result that takes the place of the file. */
async function replace(
  services: GenerateServices,
  occasion: Occasion,
  way: 'rerun' | 'vary' | 'change',
  change: Pick<EditorRequest, 'params'> & { readonly model?: string; readonly prompt?: string },
): Promise<void> {
  requireOwn(occasion);
  await knowOldFile();
  const { made, place, starter } = occasion;
  const { prompt = made.prompt, ...rest } = change;
  const request = await requestOf(made, { prompt, place, isSwap: true }, way, rest);
  const tasks = await order(services, [request], starter);
  if (!place) for (const { id } of tasks) services.placer.replaceEverywhere(id, made.uri);
}

/** Asks, once, what happens to files whose place others take. @throws Cancelled */
async function knowOldFile(): Promise<void> {
  if (setting('replace.oldFile') !== 'ask') return;
  const { t } = l10n;
  const [remove, keep] = [
    t({ message: 'Delete', comment: 'Button: deletes a file' }),
    t({ message: 'Keep', comment: 'Button: keeps a file' }),
  ];
  const answer = await ask('info', t('Delete files that were replaced by a new one?'), [remove, keep], {
    detail: [
      t(
        "Only if nothing else in the workspace refers to them. They stay in the library, and one undo restores them. You're asked only once. You can change this in the setting rivya.replace.oldFile.",
      ),
    ],
  });
  if (answer === undefined) throw new Cancelled();
  await vscode.workspace
    .getConfiguration('rivya')
    .update('replace.oldFile', answer === remove ? 'delete' : 'keep', vscode.ConfigurationTarget.Global);
}
