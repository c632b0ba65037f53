import { existsSync } from 'node:fs';
import path from 'node:path';
import { recipeFolder } from '../../recipes/recipe.ts';
import { manifestName } from './manifest.ts';

/**
 * The nearest folder at or above one that has a manifest or recipes.
 * @param isLast whether nothing above a folder is looked at
 */
export function nearestPackage(from: string, isLast: (folder: string) => boolean): string | undefined {
  for (let each = path.resolve(from); ; each = path.dirname(each)) {
    const isPackage = [manifestName, recipeFolder].some(name => existsSync(path.join(each, name)));
    if (isPackage) return each;
    if (isLast(each) || path.dirname(each) === each) return undefined;
  }
}
