import * as vscode from 'vscode';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { recipePathOf } from '../../core/recipes/recipe.ts';
import type { Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { creditsLine } from '../messages/chargeText.ts';
import { ask } from '../messages/dialogs.ts';
import { contentOf } from '../recipeFiles/contentOf.ts';
import type { FoundRecipe } from '../recipeFiles/fileRecipes.ts';
import { recipeStateText } from '../recipeFiles/recipeText.ts';
import type { MadeFile } from '../regenerate/making.ts';
import { creditsText, paramTexts } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** A file, or a job whose file stands nowhere in the workspace. */
export type Explained = Omit<MadeFile, 'uri'> & { readonly uri: vscode.Uri | undefined };

/** Says what made a file: by its recipe, and where there is none, by the job in the ledger. */
export async function explain(services: GenerateServices, explained: Explained): Promise<void> {
  const { t } = l10n;
  const { uri, recipe, task, prompt } = explained;
  const open = t('Open Recipe');
  const accept = t('Accept');
  const edit = t('Edit and Generate');
  const gallery = t('Open Gallery');
  const buttons = [
    ...(recipe?.state === 'edited' ? [accept] : []),
    ...(recipe ? [open] : []),
    ...(task ? [edit, gallery] : []),
  ];
  const detail = [await modelLine(services, explained), paramsLine(explained)];
  detail.push(...(recipe ? recipeLines(recipe) : task ? await taskLines(services, explained, task) : []));
  const answer = await ask('info', prompt, buttons, { detail });
  if (answer === open) await vscode.commands.executeCommand('rivya.recipe.open', uri);
  if (answer === accept) await vscode.commands.executeCommand('rivya.recipe.accept', uri);
  if (answer === edit) await vscode.commands.executeCommand('rivya.task.edit', task?.id);
  if (answer === gallery) await vscode.commands.executeCommand('rivya.gallery.open');
}

/** The model and what it has cost. */
async function modelLine(
  { catalogue, server }: GenerateServices,
  { model: id, recipe, task }: Explained,
): Promise<string> {
  // The tree alone is enough to say what made a file, also without a network.
  const models = await catalogue.models(server.base.origin).catch(() => []);
  const model = models.find(each => each.id === id);
  const { credits } = recipe?.recipe ?? {};
  const cost = credits !== undefined ? creditsText(credits) : task ? creditsLine(task) : '';
  return [model ? modelName(model) : id, cost].filter(Boolean).join(' · ');
}

function paramsLine({ params }: Explained): string {
  return paramTexts(params)
    .map(([key, value]) => `${key}: ${value}`)
    .join(' · ');
}

function recipeLines(found: FoundRecipe): string[] {
  const { t } = l10n;
  const { made, entry, references, outputs } = found.recipe;
  const state = found.state === 'moved' ? t('moved from {0}', outputs[0].file) : recipeStateText(found);
  return [
    made === undefined ? '' : t('Created on {0}', dayText(made)),
    ...references.map(({ file }) => t('Input: {0}', file === '' ? t('a file outside the package') : file)),
    entry === undefined ? '' : t('Declared as "{0}" in {1}', entry, manifestName),
    t('Status: {0}', state),
    t('Recipe: {0}', recipePathOf(found.at)),
  ];
}

async function taskLines(
  { ledger }: GenerateServices,
  { uri, generated }: Explained,
  task: Task,
): Promise<string[]> {
  const { t } = l10n;
  const { ancestors } = ledger.lists.lineage(task);
  return [
    t('Created: {0}', new Date(task.createdAt).toLocaleString(l10n.language)),
    ...ancestors.map(each => t('Made from: {0}', promptTitle(each.prompt))),
    ...task.sources.map(source => t('Input: {0}', vscode.workspace.asRelativePath(vscode.Uri.parse(source)))),
    uri && generated ? t('Status: {0}', await stateByLedger(ledger, uri, generated)) : '',
    t('The workspace has no recipe for this file. This information comes from the list of tasks.'),
  ];
}

async function stateByLedger(
  { placements }: GenerateServices['ledger'],
  uri: vscode.Uri,
  { task, file }: NonNullable<Explained['generated']>,
): Promise<string> {
  const content = uri.scheme === 'file' ? await contentOf(uri.fsPath) : undefined;
  if (content && content.sha256 !== file.sha256) return recipeStateText({ state: 'edited' });
  const copies = placements.of(task.id)?.copies ?? [];
  const isKnownPlace = copies.length === 0 || copies.some(copy => copy.uri === uri.toString());
  return recipeStateText({ state: isKnownPlace ? 'unchanged' : 'moved' });
}

/** `2026-11-25` as people write it; what is no day stays as it is. */
function dayText(day: string): string {
  const time = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(time)
    ? day
    : new Date(time).toLocaleDateString(l10n.language, { dateStyle: 'medium', timeZone: 'UTC' });
}
