import * as vscode from 'vscode';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import { readManifest } from '../../core/assets/manifest/expand.ts';
import { fileOfRecipePath, formatRecipe, recipeFolder, recipePathOf } from '../../core/recipes/recipe.ts';
import { recipeAt } from '../../core/recipes/recipeIndex.ts';
import { movedRecipe } from '../../core/recipes/taskRecipe.ts';
import { packageOf, type PackageFile } from '../recipeFiles/packageOf.ts';

/** A file or folder that is about to get another name. */
interface Rename {
  readonly oldUri: vscode.Uri;
  readonly newUri: vscode.Uri;
}

/**
 * What goes along with renamed files and folders, in the same undo step: their recipes, and the `file:` of a
 * manifest where it names the very path. A file that leaves all packages leaves its recipe behind.
 */
export async function recipeMoves(renames: readonly Rename[]): Promise<vscode.WorkspaceEdit> {
  const edit = new vscode.WorkspaceEdit();
  for (const { oldUri, newUri } of renames) {
    const from = packageOf(oldUri);
    const to = packageOf(newUri);
    if (!from || !to) continue;
    moveRecipes(edit, from, to);
    if (from.folder.root === to.folder.root) await moveInManifest(edit, from, to);
  }
  return edit;
}

function moveRecipes(edit: vscode.WorkspaceEdit, from: PackageFile, to: PackageFile): void {
  const isSamePackage = from.folder.root === to.folder.root;
  const moved = (file: string): string | undefined =>
    newPathOf(file, from.file, to.file) ?? (isSamePackage ? file : undefined);
  for (const at of recipesOf(from)) {
    const recipe = recipeAt(from.folder, at);
    const target = newPathOf(at, from.file, to.file);
    // One that tells of another file is a conflict, which is not made worse.
    if (recipe?.outputs[0].file !== at || target === undefined) continue;
    const path = recipePathOf(target);
    if (!to.folder.isInside(path)) continue;
    edit.deleteFile(vscode.Uri.file(from.folder.pathOf(recipePathOf(at))));
    const uri = vscode.Uri.file(to.folder.pathOf(path));
    if (to.folder.exists(path)) edit.deleteFile(uri);
    edit.createFile(uri, { contents: Buffer.from(formatRecipe(movedRecipe(recipe, moved))) });
  }
}

/** The main files with recipes that are a file, or lie in a folder. */
function recipesOf({ folder, file }: PackageFile): string[] {
  const below = folder.list(`${recipeFolder}/${file}`).flatMap(path => fileOfRecipePath(path) ?? []);
  return folder.exists(recipePathOf(file)) ? [file, ...below] : below;
}

async function moveInManifest(edit: vscode.WorkspaceEdit, from: PackageFile, to: PackageFile): Promise<void> {
  const { folder } = from;
  if (!folder.exists(manifestName) || !folder.isInside(manifestName)) return;
  const document = await vscode.workspace.openTextDocument(folder.pathOf(manifestName));
  const text = document.getText();
  for (const { file, ranges } of readManifest(text, folder).assets) {
    const target = newPathOf(file, from.file, to.file);
    const { start, end } = ranges.file;
    const written = text.slice(start, end);
    // One with variables, or in other quotes than these, stands for more than this path.
    const quote = ['', '"', "'"].find(each => written === `${each}${file}${each}`);
    if (target === undefined || quote === undefined) continue;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    edit.replace(document.uri, range, scalarOf(target.replaceAll('{', '{{'), quote));
  }
}

/** A path as a scalar of YAML, in the quotes that the old one had, where these will do. */
function scalarOf(path: string, quote: string): string {
  const isPlain = /^[\p{L}\p{N}_/][\p{L}\p{N}_./-]*$/u.test(path);
  return isPlain ? `${quote}${path}${quote}` : JSON.stringify(path);
}

/** The path of a file after it, or a folder above it, was renamed; undefined when neither was. */
function newPathOf(file: string, from: string, to: string): string | undefined {
  if (file === from) return to;
  return file.startsWith(`${from}/`) ? `${to}${file.slice(from.length)}` : undefined;
}
