import { wording, type Wording } from '../../../base/wording.ts';
import { recipeIdOf } from '../../recipes/identity.ts';
import type { FileFact, PackageFolder } from '../../recipes/packageFolder.ts';
import {
  fileOfRecipePath,
  parseRecipe,
  recipeFolder,
  type Recipe,
  type RecipeProblem,
  type RecipeReference,
} from '../../recipes/recipe.ts';
import { unreadableText, manifestName } from '../manifest/manifest.ts';
import { readManifest, type Asset } from '../manifest/expand.ts';
import { kindOfFile } from '../manifest/packagePath.ts';
import type { ManifestProblem } from '../manifest/problem.ts';
import { recogniseBytes } from '../mediaType.ts';
import { maximumManifestBytes } from '../manifest/source.ts';

/** A wish with its id. */
export interface WishedAsset extends Asset {
  readonly recipe: string;
  /** With the contents that they have now. */
  readonly referenceFiles: readonly RecipeReference[];
}

/** A recipe file that cannot be read. */
export interface BrokenRecipe {
  readonly problem: RecipeProblem;
}

/** A package as it stands in the tree: all that a plan is made from, but for orders and prices. */
export interface PackageFacts {
  readonly assets: readonly WishedAsset[];
  /** By the main file that the path of the recipe names. */
  readonly recipes: ReadonlyMap<string, Recipe | BrokenRecipe>;
  /** The files that the manifest or a recipe names, as far as they are there. */
  readonly files: ReadonlyMap<string, FileFact>;
  /** Files that nobody names, by their content; looked for only when something is missing. */
  readonly loose: ReadonlyMap<string, readonly string[]>;
  readonly maxCredits: number | undefined;
  readonly problems: readonly ManifestProblem[];
  readonly hasManifest: boolean;
}

/** Largest recipe that is read, in bytes. */
const maximumRecipeBytes = 1_000_000;
const maximumReferenceBytes = 50_000_000;
/** So many files are looked at for one that was moved. */
const maximumLooseFiles = 20_000;

/**
 * Reads a package: its manifest, recipes and the declared files. Costs nothing, needs no network.
 * @param edited the manifest as it stands in an editor; by default as it stands on the disk
 */
export async function readPackage(folder: PackageFolder, edited?: string): Promise<PackageFacts> {
  const text = edited === undefined ? folder.readText(manifestName, maximumManifestBytes) : { text: edited };
  const recipes = readRecipes(folder);
  if ('problem' in text) {
    const isMissing = text.problem === 'missing';
    const problem: ManifestProblem = {
      code: text.problem === 'tooLarge' ? 'asset-bounds' : 'asset-file',
      message: missingManifest(folder, text.problem),
      severity: 'error',
      range: { start: 0, end: 0, line: 1, column: 1 },
    };
    return { ...nothing, recipes, problems: [problem], hasManifest: !isMissing };
  }
  const { assets, maxCredits, problems } = readManifest(text.text, folder);
  const wished = await withIds(folder, assets);
  const all = [...problems, ...wished.problems];
  if (all.some(({ severity }) => severity === 'error'))
    return { ...nothing, recipes, maxCredits, problems: all, hasManifest: true };
  const files = readFiles(folder, wished.assets, recipes);
  const loose = looseFiles(folder, wished.assets, recipes, files);
  return { assets: wished.assets, recipes, files, loose, maxCredits, problems: all, hasManifest: true };
}

const nothing = { assets: [], files: new Map(), loose: new Map(), maxCredits: undefined } as const;

function missingManifest(folder: PackageFolder, problem: Parameters<typeof unreadableText>[0]): Wording {
  const other = ['rivya.assets.yml', 'rivya.assets.json'].find(name => folder.exists(name));
  if (problem === 'missing' && other !== undefined) return wording('Rename {0} to {1}.', other, manifestName);
  return wording('{0} {1}.', manifestName, unreadableText(problem));
}

/** All recipes below the package's folder of recipes, by their main file. */
export function readRecipes(folder: PackageFolder): Map<string, Recipe | BrokenRecipe> {
  const found = new Map<string, Recipe | BrokenRecipe>();
  for (const path of folder.list(recipeFolder)) {
    const file = fileOfRecipePath(path);
    if (file === undefined) continue;
    const read = folder.readText(path, maximumRecipeBytes);
    found.set(file, 'text' in read ? parseRecipe(read.text) : { problem: 'invalid' });
  }
  return found;
}

async function withIds(
  folder: PackageFolder,
  assets: readonly Asset[],
): Promise<{ assets: WishedAsset[]; problems: ManifestProblem[] }> {
  const problems: ManifestProblem[] = [];
  const known = new Map<string, { readonly sha256: string } | { readonly wrong: Wording }>();
  const wished: WishedAsset[] = [];
  for (const asset of assets) {
    const files: RecipeReference[] = [];
    for (const [index, file] of asset.references.entries()) {
      const seen = known.get(file) ?? (await referenceOf(folder, file));
      known.set(file, seen);
      if ('sha256' in seen) files.push({ file, sha256: seen.sha256 });
      else {
        const message = wording('The reference "{0}" {1}.', file, seen.wrong);
        const range = asset.ranges.references[index] ?? asset.ranges.name;
        problems.push({ code: 'asset-file', message, severity: 'error', range });
      }
    }
    const references = files.map(({ sha256 }) => sha256);
    wished.push({ ...asset, recipe: recipeIdOf({ ...asset, references }), referenceFiles: files });
  }
  return { assets: wished, problems };
}

/** A manifest must not be a way to send somebody's files: the bytes say what it is, not the name. */
async function referenceOf(
  folder: PackageFolder,
  file: string,
): Promise<{ readonly sha256: string } | { readonly wrong: Wording }> {
  const fact = folder.factOf(file);
  if (!fact) return { wrong: wording("doesn't exist") };
  // What it is, is known where the file itself lies; the hash is the same.
  if (fact.isPointer) return { sha256: fact.sha256 };
  if (fact.bytes > maximumReferenceBytes) return { wrong: wording('is too large') };
  const read = folder.readBytes(file, maximumReferenceBytes);
  if ('problem' in read) return { wrong: unreadableText(read.problem) };
  return (await recogniseBytes(read.bytes))
    ? { sha256: fact.sha256 }
    : { wrong: wording("isn't an image, video, or audio file") };
}

function readFiles(
  folder: PackageFolder,
  assets: readonly WishedAsset[],
  recipes: ReadonlyMap<string, Recipe | BrokenRecipe>,
): Map<string, FileFact> {
  const named = new Set([...assets.map(({ file }) => file), ...recipes.keys()]);
  const files = new Map<string, FileFact>();
  for (const file of named) {
    const fact = folder.factOf(file);
    if (fact) files.set(file, fact);
  }
  return files;
}

/** Only where a recorded file is gone, and only files that could be it. */
function looseFiles(
  folder: PackageFolder,
  assets: readonly WishedAsset[],
  recipes: ReadonlyMap<string, Recipe | BrokenRecipe>,
  files: ReadonlyMap<string, FileFact>,
): Map<string, string[]> {
  const gone = new Set(
    assets.flatMap(({ file }) => {
      const recipe = recipes.get(file);
      return recipe && 'recipe' in recipe && !files.has(file) ? [recipe.outputs[0].sha256] : [];
    }),
  );
  const loose = new Map<string, string[]>();
  if (gone.size === 0) return loose;
  const declared = new Set(assets.map(({ file }) => file));
  const enters = (each: string): boolean => !/(?:^|\/)(?:\.[^/]*|node_modules)$/.test(each);
  for (const file of folder.list('', enters, maximumLooseFiles)) {
    if (declared.has(file) || kindOfFile(file) === undefined) continue;
    const sha256 = folder.factOf(file)?.sha256;
    if (sha256 !== undefined && gone.has(sha256)) loose.set(sha256, [...(loose.get(sha256) ?? []), file]);
  }
  return loose;
}
