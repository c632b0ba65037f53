import { isRecord, parseJson } from '../../base/json.ts';
import type { MediaKind } from '../../shared/task.ts';
import { recipeIdPattern, type WishValue } from './identity.ts';

/** One file of an asset. */
export interface RecipeOutput {
  /** Relative to the package, with forward slashes. */
  readonly file: string;
  readonly sha256: string;
  /** What was done to the original; undefined for the very bytes that came. */
  readonly by?: string;
}

/** What made a file, as it stands in the tree (`.rivya/recipes/<path>.json`). */
export interface Recipe {
  readonly recipe: string;
  /** The wish in the manifest; undefined for a result that was made by hand. */
  readonly entry?: string;
  readonly kind: MediaKind;
  readonly model: string;
  readonly prompt: string;
  readonly params: Readonly<Record<string, WishValue>>;
  readonly references: readonly RecipeReference[];
  readonly take: number;
  /** `YYYY-MM-DD`, UTC. */
  readonly made?: string;
  readonly origin?: string;
  /** Rivya's id of the job. */
  readonly task?: string;
  readonly credits?: number;
  readonly original?: RecipeOriginal;
  /** The main file first. */
  readonly outputs: readonly [RecipeOutput, ...RecipeOutput[]];
  readonly alt?: string;
  /** A person has changed the file, and said that it stays so. */
  readonly edited?: true;
  readonly tool?: string;
  /** Keys that this version does not know, in their order: a newer one may. */
  readonly rest?: Readonly<Record<string, unknown>>;
}

export interface RecipeReference {
  /** Empty for a file outside of the package, of which a recipe tells the content alone. */
  readonly file: string;
  readonly sha256: string;
}

/** The file as it came. */
export interface RecipeOriginal {
  readonly sha256: string;
  readonly type: string;
  /** `1376x768`; undefined for what has no size, or one that is not known. */
  readonly size?: string;
}

/** Why a text is no recipe. `markers`: git has left both sides of a merge in it. */
export type RecipeProblem = 'markers' | 'invalid' | 'newer';

/** Where recipes lie in a package. */
export const recipeFolder = '.rivya/recipes';

/** The path of the recipe of a main file, both relative to the package. */
export function recipePathOf(file: string): string {
  return `${recipeFolder}/${file}.json`;
}

/** The main file of which this is the path of the recipe. */
export function fileOfRecipePath(path: string): string | undefined {
  const prefix = `${recipeFolder}/`;
  return path.startsWith(prefix) && path.endsWith('.json')
    ? path.slice(prefix.length, -'.json'.length)
    : undefined;
}

const knownKeys: ReadonlySet<string> = new Set([
  ...['rivya', 'recipe', 'entry', 'kind', 'model', 'prompt', 'params', 'references', 'take', 'made'],
  ...['origin', 'task', 'credits', 'original', 'outputs', 'alt', 'edited', 'tool'],
]);

/** Reads a recipe; unknown keys are kept. */
export function parseRecipe(text: string): Recipe | { readonly problem: RecipeProblem } {
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  if (!isRecord(value)) return { problem: hasMarkers(text) ? 'markers' : 'invalid' };
  if (typeof value['rivya'] === 'number' && value['rivya'] > 1) return { problem: 'newer' };
  const outputs = listOf(value['outputs'], outputOf);
  const references = listOf(value['references'] ?? [], referenceOf);
  const { recipe, kind, model, prompt, params, take } = value;
  const original = originalOf(value['original']);
  const [main, ...others] = outputs ?? [];
  if (
    value['rivya'] !== 1 ||
    typeof recipe !== 'string' ||
    !recipeIdPattern.test(recipe) ||
    (kind !== 'image' && kind !== 'video' && kind !== 'audio') ||
    typeof model !== 'string' ||
    typeof prompt !== 'string' ||
    !isRecord(params ?? {}) ||
    !references ||
    !main
  ) {
    return { problem: 'invalid' };
  }
  const unknown = Object.entries(value).filter(([key]) => !knownKeys.has(key));
  return {
    recipe,
    ...optional('entry', value['entry'], isText),
    kind,
    model,
    prompt,
    params: (params ?? {}) as Recipe['params'],
    references,
    take: typeof take === 'number' ? take : 1,
    ...optional('made', value['made'], isText),
    ...optional('origin', value['origin'], isText),
    ...optional('task', value['task'], isText),
    ...optional('credits', value['credits'], isNumber),
    ...(original && { original }),
    outputs: [main, ...others],
    ...optional('alt', value['alt'], isText),
    ...(value['edited'] === true && { edited: true as const }),
    ...optional('tool', value['tool'], isText),
    ...(unknown.length > 0 && { rest: Object.fromEntries(unknown) }),
  };
}

/** The recipe as it stands in the tree: fixed order, two blanks, one key a line, a final newline. */
export function formatRecipe(recipe: Recipe): string {
  const { rest, params, ...known } = recipe;
  const inOrder = (record: object): object =>
    Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const { edited, tool, ...before } = known;
  const ordered = {
    rivya: 1,
    recipe: before.recipe,
    entry: before.entry,
    kind: before.kind,
    model: before.model,
    prompt: before.prompt,
    params: inOrder(params),
    references: before.references.map(({ file, sha256 }) => ({ file, sha256 })),
    take: before.take,
    made: before.made,
    origin: before.origin,
    task: before.task,
    credits: before.credits,
    original: before.original && {
      sha256: before.original.sha256,
      type: before.original.type,
      size: before.original.size,
    },
    outputs: before.outputs.map(({ file, sha256, by }) => ({ file, sha256, by })),
    alt: before.alt,
    edited,
    tool,
    ...rest,
  };
  return `${JSON.stringify(ordered, undefined, 2)}\n`;
}

/**
 * The two sides of a text in which git has left the marks of a merge, each as a recipe when it is one.
 * Marks of the common ancestor (`diff3`) are understood.
 */
export function sidesOf(text: string): Recipe[] {
  const sides: [string[], string[]] = [[], []];
  let within: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  for (const line of text.split(/\r?\n/)) {
    if (/^<{7}(?: |$)/.test(line)) within = 'ours';
    else if (within !== 'both' && /^\|{7}(?: |$)/.test(line)) within = 'base';
    else if (within !== 'both' && /^={7}$/.test(line)) within = 'theirs';
    else if (within !== 'both' && /^>{7}(?: |$)/.test(line)) within = 'both';
    else {
      if (within === 'both' || within === 'ours') sides[0].push(line);
      if (within === 'both' || within === 'theirs') sides[1].push(line);
    }
  }
  return sides.flatMap(lines => {
    const side = parseRecipe(lines.join('\n'));
    return 'problem' in side ? [] : [side];
  });
}

function hasMarkers(text: string): boolean {
  return /^<{7}(?: |$)/m.test(text) && /^>{7}(?: |$)/m.test(text);
}

function optional<K extends string, T>(
  key: K,
  value: unknown,
  is: (value: unknown) => value is T,
): Partial<Record<K, T>> {
  return (is(value) ? { [key]: value } : {}) as Partial<Record<K, T>>;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function listOf<T>(value: unknown, read: (each: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const read1 = value.map(read);
  return read1.every(each => each !== undefined) ? read1 : undefined;
}

const hashPattern = /^[0-9a-f]{64}$/;

function outputOf(value: unknown): RecipeOutput | undefined {
  const reference = referenceOf(value);
  const by = isRecord(value) ? value['by'] : undefined;
  return reference && { ...reference, ...(typeof by === 'string' && { by }) };
}

function referenceOf(value: unknown): RecipeReference | undefined {
  if (!isRecord(value)) return undefined;
  const { file, sha256 } = value;
  return typeof file === 'string' && typeof sha256 === 'string' && hashPattern.test(sha256)
    ? { file, sha256 }
    : undefined;
}

function originalOf(value: unknown): RecipeOriginal | undefined {
  if (!isRecord(value)) return undefined;
  const { sha256, type, size } = value;
  if (typeof sha256 !== 'string' || typeof type !== 'string') return undefined;
  return { sha256, type, ...(typeof size === 'string' && { size }) };
}
