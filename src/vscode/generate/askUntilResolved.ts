import * as vscode from 'vscode';
import { modelFields } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { estimateCost, sumOf, type Estimate } from '../../core/generate/cost.ts';
import { kindsOf } from '../../core/generate/inputRules.ts';
import { wireParams, withoutSeed, type ParameterValues } from '../../core/generate/parameters.ts';
import {
  proposedValues,
  resolveModel,
  resolveRequest,
  startValues,
  type GenerationRequest,
  type RequestProblem,
  type ResolvedRequest,
} from '../../core/generate/resolveRequest.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { defaultModelOf, rememberModel } from '../manifest/settings.ts';
import { UserError } from '../messages/errors.ts';
import { actions } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { pickModel, unusableError } from '../models/modelPicker.ts';
import { homeOf } from '../placement/home.ts';
import type { Place } from '../placement/place.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import { estimateText } from '../text/modelText.ts';
import type { GenerateServices } from './generateServices.ts';
import { askMissing, editParameters } from './parameterForm.ts';
import { refusedInputsError } from './localInputs.ts';
import { rememberedValues, rememberValues } from './rememberedValues.ts';
import { contextOf, type EditorRequest } from './request.ts';
import { dearerWorkspaceModel, type WorkspaceModel } from './workspaceModel.ts';
import { l10n } from '../text/l10n.ts';

/** What a person is asked in the course of one request. */
interface Asking {
  readonly services: GenerateServices;
  readonly scope: vscode.ConfigurationScope | undefined;
  /** Loaded while the first question may already be open. */
  readonly models: Promise<readonly Model[]>;
}

/** A request with everything settled but its price. */
export interface SettledRequest extends ResolvedRequest {
  /** A model of the workspace that the person must agree to. */
  readonly workspaceModel: WorkspaceModel | undefined;
}

/**
 * The person's door to `resolveRequest`: whatever is missing is asked for, and what cannot be answered is
 * said. The price is the matter of `passGate`.
 * @throws Cancelled, UserError, RivyaError
 */
export async function askUntilResolved(
  services: GenerateServices,
  origin: string,
  request: EditorRequest,
): Promise<SettledRequest> {
  const scope = scopeOf(request.prompts[0]?.place);
  const asking: Asking = { services, scope, models: services.catalogue.models(origin) };
  const preset = request.model === undefined ? defaultModelOf(request.kind, scope) : '';
  let asked: EditorRequest = { ...request, model: request.model ?? preset };
  for (;;) {
    const resolution = await resolve(asking, asked);
    if (resolution.type === 'resolved') {
      const { kind, model } = resolution;
      // A model that the person has picked meanwhile is the person's own choice.
      const isPreset = model.id === preset && kind === request.kind;
      const workspaceModel = isPreset
        ? dearerWorkspaceModel(services, kind, model, await asking.models, scope)
        : undefined;
      return { ...resolution, workspaceModel };
    }
    asked =
      resolution.type === 'parametersWanted'
        ? await showParameters(asking, asked, resolution.model)
        : await answer(asking, asked, resolution);
  }
}

/** Whose settings count. */
export function scopeOf(place: Place | undefined): vscode.ConfigurationScope | undefined {
  return place
    ? { uri: homeOf(place.document.uri), languageId: place.document.languageId }
    : vscode.workspace.workspaceFolders?.[0]?.uri;
}

/**
 * As `resolveRequest`, but a person who wants to see the parameters sees them as soon as the model is known.
 */
async function resolve(
  { services, models: loading }: Asking,
  request: EditorRequest,
): Promise<ReturnType<typeof resolveRequest> | { type: 'parametersWanted'; model: Model }> {
  // Nothing is looked up without a model: its picker opens while the catalogue is still on its way.
  const models = request.model === '' ? [] : await loading;
  const once = request.prompts.map(({ prompt, place, wanted }) => ({
    prompt,
    context: contextOf(place),
    wanted,
  }));
  const prompts = Array.from({ length: request.count ?? 1 }, () => once).flat();
  const whole: GenerationRequest = { ...request, prompts };
  if (request.withParameters === true && !request.params && !request.values) {
    const found = resolveModel(whole, models);
    if (found.type === 'model') return { type: 'parametersWanted', model: found.model };
  }
  return resolveRequest(whole, {
    models,
    remembered: model => rememberedValues(services.context.globalState, model),
  });
}

/** Asks what a problem needs. @throws Cancelled; UserError for what no answer can mend */
async function answer(
  asking: Asking,
  request: EditorRequest,
  problem: RequestProblem,
): Promise<EditorRequest> {
  const { services } = asking;
  const { t } = l10n;
  switch (problem.type) {
    case 'modelNeeded':
      return chooseModel(asking, request);
    case 'modelUnknown':
      throw new UserError(
        t(
          'The model "{0}" is no longer available. Choose another model. Nothing was charged.',
          plain(problem.id, 'title'),
        ),
        [actions().chooseModel, actions().refreshModels],
      );
    case 'modelUnusable':
      throw unusableError(problem.model, problem.reason, [actions().chooseModel]);
    case 'promptTooLong':
      throw new UserError(
        t(
          'The prompt is {2} characters over the {1}-character limit of {0}. Select less text or choose another model. Nothing was charged.',
          modelName(problem.model),
          problem.maximum,
          problem.excess,
        ),
        [actions().chooseModel],
      );
    case 'inputsNotTaken':
    case 'inputsWrong':
      throw refusedInputsError(problem);
    case 'parametersMissing': {
      const values = await askMissing(problem.fields, problem.values);
      await rememberValues(services.context.globalState, problem.model.id, values);
      // Remembered values count by themselves, and leave room for what the text proposes.
      return request.values ? { ...request, values } : request;
    }
  }
}

async function chooseModel(
  { services, scope, models }: Asking,
  request: EditorRequest,
): Promise<EditorRequest> {
  const { kind, inputs, params, withParameters = false } = request;
  const picked = await pickModel(services, {
    models,
    kinds: [kind],
    inputs: inputs ? { files: kindsOf(inputs) } : {},
    offersParameters: !withParameters && params === undefined,
    defaultOf: () => '',
  });
  if (!inputs) await rememberModel(picked.kind, picked.model.id, scope);
  return { ...request, model: picked.model.id, withParameters: picked.withParameters || withParameters };
}

/** Lets the person set the parameters; the model, and with it the kind, may change meanwhile. */
async function showParameters(
  { services, scope, models }: Asking,
  request: EditorRequest,
  chosen: Model,
): Promise<EditorRequest> {
  const { globalState } = services.context;
  const remembered = (id: string): ReturnType<typeof rememberedValues> => rememberedValues(globalState, id);
  let { kind, count = 1 } = request;
  let prompts: readonly string[] = request.prompts.map(({ prompt }) => prompt);
  let model = chosen;
  for (;;) {
    const shown = model;
    const hasInputs = (request.inputs ?? []).length > 0;
    const estimateOf = (prompt: string, values: ParameterValues): Estimate =>
      estimateCost(shown, { prompt, params: wireParams(modelFields(shown), values), hasInputs });
    const last = startValues(model, { remembered });
    const [first] = request.prompts;
    const proposed = proposedValues(model, { context: contextOf(first?.place), wanted: first?.wanted });
    const form = await editParameters({
      title: mediaKindLabels(kind).generate,
      model: modelName(model),
      prompts,
      count,
      priceOf: settings => {
        const each = settings.prompts.map(prompt => estimateOf(prompt, settings.values));
        return estimateText(sumOf(Array.from({ length: settings.count }, () => each).flat()));
      },
      fields: modelFields(model),
      values: last,
      proposed,
    });
    // What the document proposes is for this place, not for the next one.
    const own = Object.entries(form.values).filter(
      ([key, value]) => value !== proposed[key] || value === last[key],
    );
    await rememberValues(globalState, model.id, Object.fromEntries(own));
    ({ count, prompts } = form);
    if (form.type === 'generate') {
      const edited = request.prompts.map((each, index) => ({
        ...each,
        prompt: prompts[index] ?? each.prompt,
      }));
      // Of one seed all would be the same picture: with several results the model decides.
      const values = count > 1 ? withoutSeed(modelFields(model), form.values) : form.values;
      return { ...request, kind, prompts: edited, count, model: model.id, values };
    }
    ({ model, kind } = await pickModel(services, {
      models,
      kinds: mediaKinds,
      ...(request.inputs && { inputs: { files: kindsOf(request.inputs) } }),
      defaultOf: each => defaultModelOf(each, scope),
      setDefault: (each, model) => void rememberModel(each, model.id, scope),
    }));
  }
}
