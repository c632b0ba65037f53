import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { sentWith } from '../../core/generate/draftJob.ts';
import type { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { formatRecipe, recipePathOf, type RecipeReference } from '../../core/recipes/recipe.ts';
import { recipeAt } from '../../core/recipes/recipeIndex.ts';
import { recipeOfResult } from '../../core/recipes/taskRecipe.ts';
import type { StoredFile, Task } from '../../shared/task.ts';
import type { HostContext } from '../host/hostContext.ts';
import { setting } from '../manifest/settings.ts';
import { plain } from '../messages/plain.ts';
import { show } from '../messages/show.ts';
import { l10n } from '../text/l10n.ts';
import { contentOf } from './contentOf.ts';
import { packageOf, packageOrFolderOf, type PackageFile } from './packageOf.ts';

/** A result of a job, and where it stands, or will stand. */
export interface PlacedResult {
  readonly uri: vscode.Uri;
  /** Of the result, see `TaskResult.index`. */
  readonly index: number;
  readonly file: StoredFile;
}

/** A file that an edit makes. */
export interface EditedFile {
  readonly uri: vscode.Uri;
  readonly bytes: number;
}

/** A recipe that is to be written. */
interface NewRecipe {
  readonly folder: PackageFolder;
  /** Relative to the package. */
  readonly path: string;
  readonly text: string;
}

/** Set once a person has been told that recipes are written, and who can read them. */
const toldKey = 'rivya.recipes.told';

/**
 * Writes the recipes of results that are saved in a package, as `rivya.recipes.write` says, in the same edit:
 * one undo takes back file, reference and recipe.
 */
export class ResultRecipes {
  readonly #host: Pick<HostContext, 'context' | 'log'>;

  constructor(host: Pick<HostContext, 'context' | 'log'>) {
    this.#host = host;
  }

  /** Adds the recipes of results to the edit that makes their files. @returns what the edit makes, too */
  async addTo(
    edit: vscode.WorkspaceEdit,
    task: Task,
    placed: readonly PlacedResult[],
  ): Promise<EditedFile[]> {
    const made: EditedFile[] = [];
    for (const result of placed) {
      const recipe = await this.#recipeOf(task, result, wantedPackage(result.uri));
      if (recipe) made.push(addRecipe(edit, recipe));
    }
    return made;
  }

  /** The same for a file that is there already, whether or not results get recipes by themselves. */
  async addExisting(edit: vscode.WorkspaceEdit, task: Task, result: PlacedResult): Promise<boolean> {
    const recipe = await this.#recipeOf(task, result, packageOrFolderOf(result.uri));
    if (recipe) addRecipe(edit, recipe);
    return recipe !== undefined;
  }

  /** Says, the first time that recipes were written by themselves, what they are. */
  tell({ length }: readonly EditedFile[]): void {
    const { context, log } = this.#host;
    if (length === 0 || context.globalState.get(toldKey) === true) return;
    void context.globalState.update(toldKey, true);
    const { t } = l10n;
    const text = t(
      'The prompt, model, and parameters of this file were saved in ".rivya/recipes". Prompts there are as public as the repository.',
    );
    const title = t('Recipe Settings');
    show(
      'info',
      { text, actions: [{ title, command: 'rivya.openSettings', arguments: ['recipes.write'] }] },
      log,
    );
  }

  /** @returns undefined when there is one, or nothing true can be said, or it cannot be written */
  async #recipeOf(
    task: Task,
    result: PlacedResult,
    found: PackageFile | undefined,
  ): Promise<NewRecipe | undefined> {
    if (!found) return undefined;
    const { context, log } = this.#host;
    const { folder, file } = found;
    const path = recipePathOf(file);
    if (!folder.isInside(file) || !folder.isInside(path) || !isWritable(folder, path)) {
      log.warn(`No recipe was written for ${plain(file, 'value')}: it would be outside, or is read-only.`);
      return undefined;
    }
    const references = await referencesOf(task, folder);
    if (!references) {
      log.info(`No recipe was written for ${plain(file, 'value')}: an input has changed since.`);
      return undefined;
    }
    const { version } = context.extension.packageJSON as { version: string };
    const { params } = sentWith(task.body);
    const facts = { file, params, references, tool: `rivya ${version}` };
    const before = recipeAt(folder, file);
    const rest = before?.rest;
    const recipe = { ...recipeOfResult(task, result, facts), ...(rest && { rest }) };
    const text = formatRecipe(recipe);
    return before && formatRecipe(before) === text ? undefined : { folder, path, text };
  }
}

/** Takes the recipe of a file away in the edit that deletes the file. */
export function removeRecipe(edit: vscode.WorkspaceEdit, uri: vscode.Uri): void {
  const found = packageOf(uri);
  if (!found || recipeAt(found.folder, found.file)?.outputs[0].file !== found.file) return;
  const path = found.folder.pathOf(recipePathOf(found.file));
  edit.deleteFile(vscode.Uri.file(path), { ignoreIfNotExists: true });
}

/** The package in which the setting wants a recipe for a file. */
function wantedPackage(uri: vscode.Uri): PackageFile | undefined {
  switch (setting('recipes.write', uri)) {
    case 'always':
      return packageOrFolderOf(uri);
    case 'auto':
      return packageOf(uri);
    default:
      return undefined;
  }
}

/** One that stands there already is deleted first: only so does an undo bring it back. */
function addRecipe(edit: vscode.WorkspaceEdit, { folder, path, text }: NewRecipe): EditedFile {
  const uri = vscode.Uri.file(folder.pathOf(path));
  const contents = Buffer.from(text);
  if (folder.exists(path)) edit.deleteFile(uri);
  edit.createFile(uri, { contents });
  return { uri, bytes: contents.length };
}

/**
 * The input files of a job by their contents; undefined when one is not what was sent, as far as can be told,
 * so that a recipe would lie.
 */
async function referencesOf(
  { body, sources, createdAt }: Task,
  folder: PackageFolder,
): Promise<RecipeReference[] | undefined> {
  if (sources.length === 0) return sentWith(body).hasInputs ? undefined : [];
  const references: RecipeReference[] = [];
  for (const source of sources) {
    const uri = vscode.Uri.parse(source, true);
    const content = uri.scheme === 'file' ? await contentOf(uri.fsPath) : undefined;
    if (!content || content.changedAt > createdAt) return undefined;
    const inside = path.relative(folder.root, uri.fsPath).replaceAll(path.sep, '/');
    const isOutside = inside === '..' || inside.startsWith('../') || path.isAbsolute(inside);
    references.push({ file: isOutside ? '' : inside, sha256: content.sha256 });
  }
  return references;
}

/** A recipe that cannot be written must not keep a result from its place. */
function isWritable(folder: PackageFolder, file: string): boolean {
  for (let existing = folder.pathOf(file); ; existing = path.dirname(existing)) {
    try {
      accessSync(existing, constants.W_OK);
      return true;
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
      if (!isMissing || existing === folder.root) return false;
    }
  }
}
