import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { modelFields } from '../../api/catalogue.ts';
import type { RivyaClient } from '../../api/client.ts';
import type { Model } from '../../api/models.ts';
import { systemClock } from '../../base/clock.ts';
import { estimateCost } from '../../core/generate/cost.ts';
import { unusableWith } from '../../core/generate/inputs.ts';
import { fittingValues, wireParams, type ParameterValues } from '../../core/generate/parameters.ts';
import { sizeAround, valuesForSize } from '../../core/generate/shape.ts';
import { modelName, promptExcess } from '../../core/models/models.ts';
import type { MediaKind, Task } from '../../shared/task.ts';
import { keyOf } from '../clients.ts';
import { actions, explain, UserError } from '../messages.ts';
import { homeOf } from '../placement/destination.ts';
import type { Place } from '../placement/place.ts';
import type { Services } from '../services.ts';
import { confirmAbove, defaultModelOf, placementSetting, rememberModel } from '../settings.ts';
import { confirmCost } from './confirmCost.ts';
import { kindWords, mediaKinds } from './kindWords.ts';
import { pickModel, unusableError, type ModelAnswer } from './modelPicker.ts';
import { priceText } from './modelText.ts';
import { askMissing, editParameters } from './parameterForm.ts';
import { showProgress } from './progress.ts';
import { checkReferences, kindsOf, referenceItems, uploadReferences } from './referenceInputs.ts';
import { rememberedValues, rememberValues } from './rememberedValues.ts';
import { wishesAt, wishFromInput, type Wish } from './wish.ts';

/** See `generateAll`. */
export async function generateMedia(services: Services, wish: Wish): Promise<Task> {
  const [task] = await generateAll(services, [wish]);
  if (!task) throw new Error('A wish made no job.');
  return task;
}

/**
 * From wishes to jobs that are on disk and on their way, with one model and one question about the price. Key, model,
 * parameters, length, files and price are settled first, and only then is anything written or sent.
 * @param wishes at least one, all of one kind
 * @throws Cancelled, UserError or RivyaError; in every case no job was made
 */
export async function generateAll(services: Services, wishes: readonly Wish[]): Promise<Task[]> {
  const { ledger, placer, runner } = services;
  const jobs = wishes.map(wish => ({ id: randomUUID(), wish }));
  // The user may type on while a model is picked: the places are followed from now on.
  for (const { id, wish } of jobs) if (wish.place) placer.follow(id, wish.place.document, wish.place.range);
  try {
    const order = await settle(services, wishes);
    const tasks = jobs.map(({ id, wish }) => createTask(services, order, id, wish));
    for (const task of tasks) showProgress(services, task);
    return tasks;
  } finally {
    runner.poke();
    for (const { id } of jobs) if (!ledger.task(id)) placer.forget(id);
  }
}

/** Asks for a prompt, then generates. @param model the id of a model that was chosen already @throws as `generateAll` */
export async function generateFromInput(services: Services, kind: MediaKind, model?: string): Promise<Task> {
  return generateMedia(services, await wishFromInput(kind, model, services.ledger));
}

/**
 * Generates from what is selected or under the cursor, else from a prompt that is asked for, and shows the parameters first.
 * @throws as `generateAll`
 */
export async function generateWithParameters(load: () => Promise<Services>): Promise<Task[]> {
  const editor = vscode.window.activeTextEditor;
  const found = editor ? wishesAt(editor, 'image') : [];
  const services = await load();
  const wishes = found.length > 0 ? found : [await wishFromInput('image', undefined, services.ledger)];
  return generateAll(
    services,
    wishes.map(wish => ({ ...wish, withParameters: true })),
  );
}

/** Sets the model that generates from now on: the given one, or one that the user picks. @throws Cancelled */
export async function chooseDefaultModel(
  { catalogue, server }: Services,
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
  void vscode.window.showInformationMessage(kindWords(chosen.kind).isDefault(modelName(chosen.model)));
}

/** What all jobs of one request have in common. */
interface Order {
  readonly origin: string;
  readonly kind: MediaKind;
  readonly model: Model;
  /** The parameters of a wish, as they go out. */
  readonly paramsOf: (wish: Wish) => Readonly<Record<string, unknown>>;
}

async function settle(services: Services, wishes: readonly Wish[]): Promise<Order> {
  const [first] = wishes;
  if (!first) throw new Error('There is no wish.');
  const { origin } = services.server.base;
  if ((await keyOf(services, origin)) === undefined) {
    const { text, actions: buttons } = explain({ code: 'api_key_missing', message: '' }, true);
    throw new UserError(text, buttons);
  }
  const scope = scopeOf(first.place);
  const answer = await chooseModel(services, first, scope);
  const { model, kind, values, isWhole } = await chooseValues(services, first, answer, scope);
  for (const { prompt } of wishes) checkPrompt(model, prompt);
  const references = first.references ?? [];
  if (first.references) checkReferences(model, references);
  const fields = modelFields(model);
  const isChanged = Object.entries(values).some(
    ([key, value]) => value !== fields.find(field => field.key === key)?.default,
  );
  const estimate = estimateCost(model, wishes.length, isChanged || first.params !== undefined);
  await confirmCost(services, model, estimate, confirmAbove(scope));
  const items =
    references.length > 0 ? await uploadReferences(clientFor(services, origin), model, references) : [];
  const paramsOf = (wish: Wish): Readonly<Record<string, unknown>> => ({
    ...(wish.params ?? wireParams(fields, { ...values, ...(isWhole ? {} : proposed(model, wish)) })),
    ...(items.length > 0 && { [referenceItems]: items }),
  });
  return { origin, kind, model, paramsOf };
}

function createTask({ ledger, placer }: Services, order: Order, id: string, wish: Wish): Task {
  const { origin, kind, model } = order;
  const { prompt, place } = wish;
  const document = place?.document;
  const home = document && homeOf(document.uri);
  const folder = home && vscode.workspace.getWorkspaceFolder(home);
  const receiving = folder ?? vscode.workspace.workspaceFolders?.[0];
  const params = order.paramsOf(wish);
  const body = {
    model: model.id,
    prompt,
    ...(Object.keys(params).length > 0 && { params }),
    client_request_id: id,
  };
  return ledger.create(
    {
      id,
      origin,
      kind,
      model: model.id,
      prompt,
      body: JSON.stringify(body),
      idempotencyKey: randomUUID(),
      sources: (wish.references ?? []).map(({ uri }) => uri.toString()),
    },
    {
      mode: placementSetting(scopeOf(place)),
      document: document?.uri.toString(),
      language: document?.languageId,
      // A document outside every folder gets its files beside itself.
      folder: home && home.scheme !== 'untitled' ? folder?.uri.toString() : receiving?.uri.toString(),
      anchor: placer.anchorOf(id),
    },
    systemClock.now(),
  );
}

function clientFor(services: Services, origin: string): RivyaClient {
  const client = services.clientOf(origin);
  if (!client) throw new Error(`The server ${origin} is no longer the one that is set.`);
  return client;
}

/** Whose settings count. */
function scopeOf(place: Place | undefined): vscode.ConfigurationScope | undefined {
  return place
    ? { uri: homeOf(place.document.uri), languageId: place.document.languageId }
    : vscode.workspace.workspaceFolders?.[0]?.uri;
}

async function chooseModel(
  { catalogue, server }: Services,
  wish: Wish,
  scope: vscode.ConfigurationScope | undefined,
): Promise<ModelAnswer> {
  const { kind, references, withParameters = false } = wish;
  const models = catalogue.models(server.base.origin);
  const inputs = references ? { files: kindsOf(references) } : {};
  const wanted = wish.model ?? defaultModelOf(kind, scope);
  if (wanted === '') {
    const picked = await pickModel({
      models,
      kinds: [kind],
      inputs,
      offersParameters: !withParameters && wish.params === undefined,
      defaultOf: () => '',
    });
    if (!references) await rememberModel(picked.kind, picked.model.id, scope);
    return { ...picked, withParameters: picked.withParameters || withParameters };
  }
  const model = (await models).find(each => each.id === wanted);
  if (!model) {
    throw new UserError(vscode.l10n.t('Rivya has no model "{0}" any more. Nothing was charged.', wanted), [
      actions().chooseModel,
      actions().refreshModels,
    ]);
  }
  const reason = unusableWith(model, kind, inputs);
  if (reason) throw unusableError(model, reason, [actions().chooseModel]);
  return { model, kind, withParameters };
}

interface ChosenValues {
  readonly model: Model;
  readonly kind: MediaKind;
  readonly values: ParameterValues;
  /** Whether the user has seen all of them, with what the document proposes. */
  readonly isWhole: boolean;
}

/** The values for the job: those of the last time, or those that the person sets now; the model may change meanwhile. */
async function chooseValues(
  services: Services,
  wish: Wish,
  answer: ModelAnswer,
  scope: vscode.ConfigurationScope | undefined,
): Promise<ChosenValues> {
  const { globalState } = services.context;
  let { model, kind } = answer;
  if (wish.params) return { model, kind, values: {}, isWhole: true };
  if (!answer.withParameters) {
    const fields = modelFields(model);
    const last = fittingValues(fields, rememberedValues(globalState, model.id));
    const values = await askMissing(fields, last);
    if (values !== last) await rememberValues(globalState, model.id, values);
    return { model, kind, values, isWhole: false };
  }
  for (;;) {
    const fields = modelFields(model);
    const last = fittingValues(fields, rememberedValues(globalState, model.id));
    const fromContext = proposed(model, wish);
    const form = await editParameters({
      title: kindWords(kind).generate,
      model: modelName(model),
      price: priceText(model),
      fields,
      values: last,
      proposed: fromContext,
    });
    // What the document proposes is for this place, not for the next one.
    const own = Object.entries(form.values).filter(
      ([key, value]) => value !== fromContext[key] || value === last[key],
    );
    await rememberValues(globalState, model.id, Object.fromEntries(own));
    if (form.type === 'generate') return { model, kind, values: form.values, isWhole: true };
    ({ model, kind } = await pickModel({
      models: services.catalogue.models(services.server.base.origin),
      kinds: mediaKinds,
      ...(wish.references && { inputs: { files: kindsOf(wish.references) } }),
      defaultOf: each => defaultModelOf(each, scope),
      setDefault: (each, chosen) => void rememberModel(each, chosen.id, scope),
    }));
  }
}

/** What the text around the place says about the shape of the result. */
function proposed(model: Model, { place }: Wish): ParameterValues {
  if (!place) return {};
  const { document, range } = place;
  const size = sizeAround(document.getText(), document.offsetAt(range.start), document.offsetAt(range.end));
  return size ? valuesForSize(modelFields(model), size) : {};
}

function checkPrompt(model: Model, prompt: string): void {
  const excess = promptExcess(model, prompt);
  if (excess === 0) return;
  throw new UserError(
    vscode.l10n.t(
      'The prompt is too long for {0}: it takes {1} characters, and this is {2} more. Select less text, or choose another model. Nothing was charged.',
      modelName(model),
      model.max_prompt_length ?? 0,
      excess,
    ),
    [actions().chooseModel],
  );
}
