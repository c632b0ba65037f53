import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { nearestPackage } from '../../core/assets/manifest/nearestPackage.ts';
import { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { recipeFolder } from '../../core/recipes/recipe.ts';
import { setContext } from '../manifest/contextKeys.ts';

/** Whether a package was found in this window. */
let isKnown = false;

/** A file of a package. */
export interface PackageFile {
  readonly folder: PackageFolder;
  /** Relative to the package, with forward slashes. */
  readonly file: string;
}

/**
 * The package that a file belongs to, be the file there or not: the nearest folder of the workspace with a
 * manifest or recipes, or the workspace folder when it has a `.rivya` folder.
 */
export function packageOf(uri: vscode.Uri): PackageFile | undefined {
  const top = topOf(uri);
  if (top === undefined) return undefined;
  const nearest = nearestPackage(path.dirname(uri.fsPath), folder => isSame(folder, top));
  const root = nearest ?? (existsSync(path.join(top, '.rivya')) ? top : undefined);
  if (root === undefined) return undefined;
  if (!isKnown) setContext('rivya.hasRecipes', true);
  isKnown = true;
  return fileIn(root, uri);
}

/** The same, where the workspace folder counts as a package whatever is in it. */
export function packageOrFolderOf(uri: vscode.Uri): PackageFile | undefined {
  const top = topOf(uri);
  return packageOf(uri) ?? (top === undefined ? undefined : fileIn(top, uri));
}

/** Whether a file is a recipe, by its path. */
export function isRecipe({ path: name }: vscode.Uri): boolean {
  return name.includes(`/${recipeFolder}/`) && name.endsWith('.json');
}

/** The workspace folder of a file on disk; packages on other file systems are not read. */
function topOf(uri: vscode.Uri): string | undefined {
  return uri.scheme === 'file' ? vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath : undefined;
}

function fileIn(root: string, uri: vscode.Uri): PackageFile | undefined {
  const file = path.relative(root, uri.fsPath).replaceAll(path.sep, '/');
  // What begins with a dot is the package's own affair, and git's.
  const isOurs = file !== '' && !file.split('/').some(segment => segment.startsWith('.'));
  return isOurs ? { folder: new PackageFolder(root), file } : undefined;
}

function isSame(folder: string, other: string): boolean {
  return path.relative(folder, other) === '';
}
