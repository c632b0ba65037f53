import * as vscode from 'vscode';
import { modelFields } from '../../api/resources/modelParameters.ts';
import { sentWith } from '../../core/generate/draftJob.ts';
import { kindsOf } from '../../core/generate/inputRules.ts';
import { withNewSeed } from '../../core/generate/parameters.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import type { Task } from '../../shared/task.ts';
import { order } from '../generate/generate.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { askPrompt, pastPrompts } from '../generate/promptInput.ts';
import type { EditorRequest } from '../generate/request.ts';
import { defaultModelOf, setting } from '../manifest/settings.ts';
import { creditsLine } from '../messages/chargeText.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { pickModel } from '../models/modelPicker.ts';
import { inputsOf } from '../tasks/taskCommands.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { paramsOf } from '../text/taskText.ts';
import type { Occasion } from './occasion.ts';
import { variationsOf } from './variations.ts';
import { l10n } from '../text/l10n.ts';

/** The commands on a generated file, on a reference to it or in the Explorer. */
export const fileCommands = {
  /** Once more, with another seed where the model has one; the result takes the place of the file. */
  async regenerate(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { task } = occasion.generated;
    const models = await services.catalogue.models(services.server.base.origin);
    const model = models.find(each => each.id === task.model);
    const { params } = sentWith(task.body);
    const varied = model ? withNewSeed(modelFields(model), params, Math.random()) : params;
    await replace(services, occasion, 'vary', { params: varied });
  },

  async variations(services: GenerateServices, occasion: Occasion): Promise<void> {
    await knowOldFile();
    await variationsOf(services, occasion);
  },

  async editPrompt(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { task } = occasion.generated;
    const prompt = await editedPrompt(services, task);
    const { params } = sentWith(task.body);
    await replace(services, occasion, 'change', { prompt, params });
  },

  async otherModel(services: GenerateServices, occasion: Occasion): Promise<void> {
    const { task } = occasion.generated;
    const { catalogue, server } = services;
    const { hasInputs } = sentWith(task.body);
    const { model } = await pickModel(services, {
      models: catalogue.models(server.base.origin),
      kinds: [task.kind],
      inputs: hasInputs ? { files: kindsOf(await inputsOf(task)) } : {},
      defaultOf: each => defaultModelOf(each, occasion.place?.document),
    });
    await replace(services, occasion, 'change', { model: model.id });
  },

  /** Says what a file was made from. */
  async why(services: GenerateServices, { generated: { task } }: Occasion): Promise<void> {
    const { t } = l10n;
    const models = await services.catalogue.models(services.server.base.origin);
    const model = models.find(each => each.id === task.model);
    const edit = t('Edit and Generate');
    const gallery = t('Open Gallery');
    const { ancestors } = services.ledger.lists.lineage(task);
    const detail = [
      [model ? modelName(model) : task.model, creditsLine(task)].filter(Boolean).join(' · '),
      paramsOf(task)
        .map(([key, value]) => `${key}: ${value}`)
        .join(' · '),
      t('Created: {0}', new Date(task.createdAt).toLocaleString(l10n.language)),
      ...ancestors.map(each => t('Made from: {0}', promptTitle(each.prompt))),
      ...task.sources.map(uri => t('Input: {0}', vscode.workspace.asRelativePath(vscode.Uri.parse(uri)))),
    ];
    const answer = await ask('info', task.prompt, [edit, gallery], { detail });
    if (answer === edit) await vscode.commands.executeCommand('rivya.task.edit', task.id);
    if (answer === gallery) await vscode.commands.executeCommand('rivya.gallery.open');
  },
};

/** Lets the person change the prompt of a job. @throws Cancelled */
async function editedPrompt(services: GenerateServices, task: Task): Promise<string> {
  const { generate, describe } = mediaKindLabels(task.kind);
  const typed = await askPrompt(generate, describe, pastPrompts(services), undefined, task.prompt);
  return typed.prompt;
}

/** Orders one result that takes the place of the file. */
async function replace(
  services: GenerateServices,
  { generated: { task, uri }, place, starter }: Occasion,
  way: 'vary' | 'change',
  change: Pick<EditorRequest, 'model' | 'params'> & { readonly prompt?: string },
): Promise<void> {
  await knowOldFile();
  const { prompt = task.prompt, model = task.model, params } = change;
  const { hasInputs } = sentWith(task.body);
  const request: EditorRequest = {
    kind: task.kind,
    prompts: [{ prompt, place, isSwap: true }],
    model,
    params,
    again: { task, way },
    ...(hasInputs && { inputs: await inputsOf(task) }),
  };
  const tasks = await order(services, [request], starter);
  if (!place) for (const { id } of tasks) services.placer.replaceEverywhere(id, uri);
}

/** Asks, once, what happens to files whose place others take. @throws Cancelled */
async function knowOldFile(): Promise<void> {
  if (setting('replace.oldFile') !== 'ask') return;
  const { t } = l10n;
  const [remove, keep] = [
    t({ message: 'Delete', comment: 'Button: deletes a file' }),
    t({ message: 'Keep', comment: 'Button: keeps a file' }),
  ];
  const answer = await ask('info', t('Delete files whose place a new one has taken?'), [remove, keep], {
    detail: [
      t(
        'Only when nothing else in the workspace names them. They stay in the library, and one undo brings them back. You are asked once; the answer can be changed in the setting rivya.replace.oldFile.',
      ),
    ],
  });
  if (answer === undefined) throw new Cancelled();
  await vscode.workspace
    .getConfiguration('rivya')
    .update('replace.oldFile', answer === remove ? 'delete' : 'keep', vscode.ConfigurationTarget.Global);
}
