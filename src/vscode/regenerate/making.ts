import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { orderParams } from '../../core/assets/plan/catalogue.ts';
import { sentWith } from '../../core/generate/draftJob.ts';
import type { Params } from '../../core/generate/parameters.ts';
import type { MediaKind, Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { inspectInputs, type LocalInput } from '../generate/localInputs.ts';
import type { EditorRequest } from '../generate/request.ts';
import { UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { fileAt, generatedFile, generatedFileAt, type GeneratedFile } from '../placement/generatedFile.ts';
import { contentOf } from '../recipeFiles/contentOf.ts';
import type { FoundRecipe } from '../recipeFiles/fileRecipes.ts';
import { inputsOf } from '../tasks/taskCommands.ts';
import { l10n } from '../text/l10n.ts';

/** What a file was made from, so that it can be made again. */
export interface Making {
  readonly kind: MediaKind;
  readonly model: string;
  readonly prompt: string;
  /** Without the inputs. */
  readonly params: Params;
  readonly hasInputs: boolean;
  /** The job of this machine; undefined when another machine made it, of which only the recipe tells. */
  readonly task: Task | undefined;
  readonly recipe: FoundRecipe | undefined;
}

/** A file of the workspace that a job of this or another machine has made. */
export interface MadeFile extends Making {
  readonly uri: vscode.Uri;
  /** As the job of this machine made it. */
  readonly generated: GeneratedFile | undefined;
}

/** What a job was made from. */
export function makingOf(task: Task): Making {
  const { kind, model, prompt, body } = task;
  return { kind, model, prompt, ...sentWith(body), task, recipe: undefined };
}

/** By the recipe of the tree first, else by the ledger; undefined when neither knows the file. */
export async function madeFile(
  { ledger, fileRecipes }: Pick<GenerateServices, 'ledger' | 'fileRecipes'>,
  uri: vscode.Uri,
): Promise<MadeFile | undefined> {
  const generated = await generatedFile(ledger, uri);
  return joined(uri, await fileRecipes.find(uri), generated);
}

/** The same of the file that a document refers to by a path. */
export async function madeFileAt(
  { ledger, fileRecipes }: Pick<GenerateServices, 'ledger' | 'fileRecipes'>,
  document: vscode.Uri,
  path: string,
): Promise<MadeFile | undefined> {
  const generated = await generatedFileAt(ledger, document, path);
  const uri = generated?.uri ?? (await fileAt(document, path));
  return uri && joined(uri, await fileRecipes.find(uri), generated);
}

function joined(
  uri: vscode.Uri,
  recipe: FoundRecipe | undefined,
  known: GeneratedFile | undefined,
): MadeFile | undefined {
  if (!recipe) return known && { uri, generated: known, ...makingOf(known.task) };
  // What is ordered without a question is what this machine knows by itself: a recipe can say anything.
  if (known && isOf(recipe, known)) return { uri, generated: known, ...makingOf(known.task), recipe };
  const { kind, model, prompt, params, references } = recipe.recipe;
  const whole = { kind, model, prompt, params, hasInputs: references.length > 0, recipe };
  return { uri, generated: undefined, task: undefined, ...whole };
}

/** Whether a job is the one of a recipe: another may have made what stood at the same place before. */
function isOf({ recipe: { task, original } }: FoundRecipe, known: GeneratedFile): boolean {
  return task === undefined ? original?.sha256 === known.file.sha256 : task === known.task.remoteId;
}

/** The params as the model takes them: a recipe may have numbers as text, and texts as numbers. */
export function paramsFor({ params, task, recipe }: Making, model: Model | undefined): Params {
  return !task && recipe && model ? orderParams(model, recipe.recipe) : params;
}

/**
 * A request for the same once more, but for what is changed.
 * @throws UserError when an input is not there any more, or not what it was
 */
export async function requestOf(
  making: Making,
  placed: EditorRequest['prompts'][number],
  way: 'rerun' | 'vary' | 'change',
  change: Pick<EditorRequest, 'params'> & { readonly model?: string },
): Promise<EditorRequest> {
  const { kind, model, task } = making;
  return {
    kind,
    prompts: [placed],
    model: change.model ?? model,
    params: change.params,
    ...(task && { again: { task, way } }),
    ...(making.hasInputs && { inputs: await inputsOfMaking(making) }),
  };
}

/**
 * The files that the model worked from: by the job, or by the recipe, when their contents are the same.
 * @throws UserError when one is not to be had
 */
export async function inputsOfMaking({ task, recipe }: Making): Promise<LocalInput[]> {
  if (task && task.sources.length > 0)
    return inspectInputs(task.sources.map(uri => vscode.Uri.parse(uri, true)));
  if (!recipe) {
    if (!task) throw new Error('A file was made by nobody.');
    return inputsOf(task);
  }
  const { folder } = recipe;
  const files: vscode.Uri[] = [];
  for (const { file, sha256 } of recipe.recipe.references) {
    const isThere = file !== '' && folder.isInside(file);
    const content = isThere ? await contentOf(folder.pathOf(file)) : undefined;
    if (content?.sha256 !== sha256) throw missingInput(file);
    files.push(vscode.Uri.file(folder.pathOf(file)));
  }
  return inspectInputs(files);
}

function missingInput(file: string): UserError {
  const { t } = l10n;
  return new UserError(
    file === ''
      ? t(
          'An input file of this recipe is outside its package, where only its author has it. Nothing was sent or charged.',
        )
      : t(
          'The input file "{0}" no longer exists or has changed. Nothing was sent or charged.',
          plain(file, 'value'),
        ),
  );
}
