import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Model } from '../../api/models.ts';
import { systemClock } from '../../base/clock.ts';
import { modelName, promptExcess, unusable } from '../../core/models/models.ts';
import type { Task } from '../../shared/task.ts';
import { actions, Cancelled, explain, UserError } from '../messages.ts';
import { keyOf } from '../clients.ts';
import type { Services } from '../services.ts';
import { confirmAbove, placementSetting, rememberModel, setting } from '../settings.ts';
import { pickModel, priceText, unusableReason } from './modelPicker.ts';
import { showProgress } from './progress.ts';

/** What the user wants, before anything is known about price and model. */
export interface Wish {
  readonly prompt: string;
  /** Where the reference belongs; undefined for a file only. */
  readonly place: { readonly document: vscode.TextDocument; readonly range: vscode.Range } | undefined;
  /** The model's id when it was chosen already. */
  readonly model?: string | undefined;
}

/** The prompt of the active editor: the selection, or the line of the cursor. @throws UserError when there is none */
export function wishFromSelection(): Wish {
  const editor = vscode.window.activeTextEditor;
  const selection = editor?.selection;
  if (!editor || !selection) {
    throw new UserError(
      vscode.l10n.t(
        'No text editor is active. Open a document and select the text that describes the image.',
      ),
      [actions().typePrompt],
    );
  }
  const { document } = editor;
  const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
  const prompt = document.getText(range).trim();
  if (prompt === '') {
    throw new UserError(
      vscode.l10n.t('The selection is empty. Select the text that describes the image. Nothing was charged.'),
      [actions().typePrompt],
    );
  }
  return { prompt, place: { document, range: new vscode.Range(range.start, range.end) } };
}

/** Asks for a prompt; the result belongs to the cursor of a Markdown document, if one is active. @throws Cancelled */
export async function wishFromInput(model?: string): Promise<Wish> {
  const editor = vscode.window.activeTextEditor;
  const prompt = await vscode.window.showInputBox({
    title: vscode.l10n.t('Generate Image'),
    prompt: vscode.l10n.t('Describe the image'),
    ignoreFocusOut: true,
    validateInput: value =>
      value !== '' && value.trim() === '' ? vscode.l10n.t('Describe the image.') : undefined,
  });
  if (prompt === undefined || prompt.trim() === '') throw new Cancelled();
  const place =
    editor?.document.languageId === 'markdown'
      ? { document: editor.document, range: editor.selection }
      : undefined;
  return { prompt: prompt.trim(), place, model };
}

/**
 * From the wish to a job that is on disk and on its way: key, model, length and price are settled first, and only then
 * is anything written or sent.
 * @throws Cancelled, UserError or RivyaError; in every case nothing was sent
 */
export async function generateImage(services: Services, wish: Wish): Promise<Task> {
  const id = randomUUID();
  // The user may type on while a model is picked: the place is followed from now on.
  if (wish.place) services.placer.follow(id, wish.place.document, wish.place.range);
  try {
    const task = await createTask(services, id, wish);
    services.runner.poke();
    showProgress(services, task);
    return task;
  } catch (error) {
    services.placer.forget(id);
    throw error;
  }
}

/** Sets the model that generates images from now on: the given one, or one that the user picks. @throws Cancelled */
export async function chooseDefaultModel(
  { catalogue, server }: Services,
  given: Model | undefined,
): Promise<void> {
  const scope = vscode.window.activeTextEditor?.document;
  const current = setting('defaultModel.image', scope);
  const model = given ?? (await pickModel(catalogue.models(server.base.origin), 'image', current));
  await rememberModel(model.id, scope);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} generates images from now on.', modelName(model)),
  );
}

async function createTask(services: Services, id: string, wish: Wish): Promise<Task> {
  const { ledger, server, placer } = services;
  const { origin } = server.base;
  if ((await keyOf(services, origin)) === undefined) {
    const { text, actions: buttons } = explain({ code: 'api_key_missing', message: '' }, true);
    throw new UserError(text, buttons);
  }
  const document = wish.place?.document;
  const folder = document ? vscode.workspace.getWorkspaceFolder(document.uri) : undefined;
  const receiving = folder ?? vscode.workspace.workspaceFolders?.[0];
  const scope = document ?? receiving?.uri;
  const model = await chooseModel(
    services,
    origin,
    wish.model ?? setting('defaultModel.image', scope),
    scope,
  );
  checkPrompt(model, wish.prompt);
  await confirmPrice(model, confirmAbove(scope));
  return ledger.create(
    {
      id,
      origin,
      kind: 'image',
      model: model.id,
      prompt: wish.prompt,
      body: JSON.stringify({ model: model.id, prompt: wish.prompt, client_request_id: id }),
      idempotencyKey: randomUUID(),
    },
    {
      mode: placementSetting(scope),
      document: document?.uri.toString(),
      language: document?.languageId,
      // A document outside every folder gets its files beside itself.
      folder:
        document && document.uri.scheme !== 'untitled' ? folder?.uri.toString() : receiving?.uri.toString(),
      anchor: placer.anchorOf(id),
    },
    systemClock.now(),
  );
}

async function chooseModel(
  { catalogue }: Services,
  origin: string,
  wanted: string,
  scope: vscode.ConfigurationScope | undefined,
): Promise<Model> {
  const models = catalogue.models(origin);
  if (wanted === '') {
    const picked = await pickModel(models, 'image');
    await rememberModel(picked.id, scope);
    return picked;
  }
  const model = (await models).find(each => each.id === wanted);
  if (!model) {
    throw new UserError(vscode.l10n.t('Rivya has no model "{0}" any more. Nothing was charged.', wanted), [
      actions().chooseModel,
      actions().refreshModels,
    ]);
  }
  const reason = unusable(model, 'image');
  if (reason) {
    throw new UserError(
      vscode.l10n.t(
        '{0} cannot be used here: {1}. Nothing was charged.',
        modelName(model),
        unusableReason(reason),
      ),
      [actions().chooseModel],
    );
  }
  return model;
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

async function confirmPrice(model: Model, limit: number): Promise<void> {
  if ((model.base_credits ?? 0) <= limit) return;
  const generate = vscode.l10n.t('Generate');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Generate with {0} for {1}?', modelName(model), priceText(model)),
    {
      modal: true,
      detail: vscode.l10n.t(
        'You asked to confirm jobs above {0} credits (rivya.credits.confirmAbove).',
        limit,
      ),
    },
    generate,
  );
  if (answer !== generate) throw new Cancelled();
}
