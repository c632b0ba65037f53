import type { Estimate } from '../../generate/cost.ts';
import { canonicalJson, type WishValue } from '../../recipes/identity.ts';
import type { FileFact } from '../../recipes/packageFolder.ts';
import type { Recipe } from '../../recipes/recipe.ts';
import type { Derivatives } from '../manifest/manifest.ts';
import { extensionOf, isSameFormat } from '../manifest/packagePath.ts';
import type { BrokenRecipe, PackageFacts, WishedAsset } from './facts.ts';

/** How an asset stands; see docs/media-as-code.md. */
export const assetStates = [
  'ok',
  'missing',
  'stale',
  'edited',
  'stale-edited',
  'moved',
  'underived',
  'unowned',
  'orphan',
  'kept',
  'running',
  'failed',
  'elsewhere',
  'conflict',
] as const;
export type AssetState = (typeof assetStates)[number];

/**
 * What a sync does about it. `make`: an order, or waiting for one. `take`: the result is in the library.
 * `copy`: another asset with the same recipe is, or gets, the file. `adopt`: the file is ours, and only its
 * recipe is written. `leave`: nothing, and a person should know. `stop`: nothing at all is ordered.
 */
export type AssetAction = 'none' | 'make' | 'take' | 'copy' | 'move' | 'adopt' | 'leave' | 'stop';

/** What is known of the orders of a recipe. */
export interface OrderFact {
  readonly state: 'none' | 'running' | 'failed' | 'elsewhere' | 'stored';
  /** Of the file in the library, when it is stored. */
  readonly file?: { readonly sha256: string; readonly extension: string };
  /** In Rivya's words, where something is amiss. */
  readonly problem?: string;
  /** It is not known whether Rivya received it, and too long ago to ask without risk. */
  readonly needsPerson?: boolean;
}

export interface PlanQuestions {
  order(recipe: string): OrderFact;
  /** @returns undefined when no catalogue is known */
  price(asset: WishedAsset): Estimate | undefined;
}

/** One line of a plan. */
export interface PlanItem {
  readonly id: string;
  readonly file: string;
  readonly state: AssetState;
  readonly action: AssetAction;
  /** One clause, in English, on why it is so; may hold text of the package: make it inert first. */
  readonly reason: string;
  /** The parts of the wish that differ from the recipe. */
  readonly changed: readonly string[];
  /** Of what is ordered; undefined where nothing is. */
  readonly estimate: Estimate | undefined;
  /** The asset that has or gets the same file. */
  readonly twin: string | undefined;
  /** Where a moved file, or its recipe, lies. */
  readonly from: string | undefined;
  /** SHA-256 of the file that stands there and may be replaced. */
  readonly replaces: string | undefined;
  /** Only its name or its alternative text has changed: the recipe is written anew, nothing else. */
  readonly isRenamed: boolean;
  /** What of the wish is not made yet. */
  readonly notYetMade: readonly string[];
  /** Undefined for an orphan. */
  readonly asset: WishedAsset | undefined;
  readonly recipe: Recipe | undefined;
  readonly order: OrderFact | undefined;
}

export interface Plan {
  /** Wishes in the order of the manifest, then orphans. */
  readonly items: readonly PlanItem[];
  readonly maxCredits: number | undefined;
}

/** What a plan is limited to. */
export interface PlanOptions {
  /** Whether an asset is asked for; by default all are. */
  readonly wants?: (asset: Pick<PlanItem, 'id' | 'file'>) => boolean;
  /** Whether a file that was edited by hand may be replaced. */
  readonly replacesEdited?: (file: string) => boolean;
  /** Of the states in which something would be made, those in which it is; by default all. */
  readonly only?: readonly string[] | undefined;
}

type Line = Pick<PlanItem, 'state' | 'action' | 'reason'> & Partial<PlanItem>;

/**
 * How every asset of a package stands and what a sync would do: a pure function, from which text, JSON,
 * annotations and exit codes are views.
 */
export function makePlan(facts: PackageFacts, questions: PlanQuestions, options: PlanOptions = {}): Plan {
  const moves = new Moves(facts);
  const lines = facts.assets.map(asset => {
    const { wants = () => true, replacesEdited = () => false } = options;
    return wants(asset) ? itemOf(asset, facts, questions, moves, replacesEdited) : undefined;
  });
  const chosen = lines.flatMap(each => (each ? [onlyOf(each, options.only)] : []));
  const items = withTwins(chosen, facts);
  return { items: [...items, ...orphansOf(facts, moves, options)], maxCredits: facts.maxCredits };
}

/** What is on its way already, or has failed, was wanted when it was ordered. */
function onlyOf(item: PlanItem, only: PlanOptions['only']): PlanItem {
  const isMaking = ['make', 'take', 'copy', 'leave'].includes(item.action);
  const isAsked = !isMaking || !only || [...only, 'running', 'failed', 'elsewhere'].includes(item.state);
  return isAsked
    ? item
    : { ...item, action: 'none', estimate: undefined, reason: `${item.reason}, not asked for` };
}

/** Recipes that no wish claims, and which of them a wish takes over. */
class Moves {
  readonly #unclaimed: Map<string, Recipe>;
  readonly taken = new Set<string>();

  constructor({ assets, recipes }: PackageFacts) {
    const declared = new Set(assets.map(({ file }) => file));
    this.#unclaimed = new Map(
      [...recipes].flatMap(([file, recipe]) =>
        declared.has(file) || 'problem' in recipe ? [] : [[file, recipe] as const],
      ),
    );
  }

  /** @returns the place of a recipe that fits; each is given away once */
  take(fits: (file: string, recipe: Recipe) => boolean): string | undefined {
    for (const [file, recipe] of this.#unclaimed) {
      if (this.taken.has(file) || !fits(file, recipe)) continue;
      this.taken.add(file);
      return file;
    }
    return undefined;
  }
}

function itemOf(
  asset: WishedAsset,
  facts: PackageFacts,
  questions: PlanQuestions,
  moves: Moves,
  replacesEdited: (file: string) => boolean,
): PlanItem {
  const order = questions.order(asset.recipe);
  const found = facts.recipes.get(asset.file);
  const recipe = found && 'recipe' in found ? found : undefined;
  const base = { id: asset.id, file: asset.file, asset, recipe, order, notYetMade: notYetMade(asset) };
  const line = lineOf(asset, found, facts, order, moves, replacesEdited);
  const estimate = line.action === 'make' && order.state !== 'running' ? questions.price(asset) : undefined;
  const isMaking = ['make', 'take', 'copy'].includes(line.action);
  const replaces = isMaking ? facts.files.get(asset.file)?.sha256 : undefined;
  return { ...empty, ...base, ...line, estimate, replaces };
}

const empty = {
  changed: [],
  estimate: undefined,
  twin: undefined,
  from: undefined,
  replaces: undefined,
  isRenamed: false,
  notYetMade: [],
  asset: undefined,
  recipe: undefined,
  order: undefined,
} as const;

function lineOf(
  asset: WishedAsset,
  found: Recipe | BrokenRecipe | undefined,
  facts: PackageFacts,
  order: OrderFact,
  moves: Moves,
  replacesEdited: (file: string) => boolean,
): Line {
  const file = facts.files.get(asset.file);
  if (found && 'problem' in found)
    return { state: 'conflict', action: 'stop', reason: brokenText(found.problem) };
  // Written before a crash cut off the recipe: the result of this very wish, whatever the recipe says.
  const isOurs = file !== undefined && order.file?.sha256 === file.sha256;
  if (!found) return withoutRecipe(asset, file, facts, order, moves);
  const [main] = found.outputs;
  if (main.file !== asset.file) {
    if (file?.sha256 === main.sha256)
      return { state: 'moved', action: 'move', reason: `moved from ${main.file}`, from: asset.file };
    return { state: 'conflict', action: 'stop', reason: `its recipe describes ${main.file}` };
  }
  const changed = changesOf(asset, found);
  if (!file) {
    const [elsewhere] = changed.length === 0 ? (facts.loose.get(main.sha256) ?? []) : [];
    if (elsewhere !== undefined)
      return { state: 'moved', action: 'move', reason: `moved to ${elsewhere}`, from: elsewhere };
    return wanted(asset, order, { state: 'missing', reason: 'no file', changed });
  }
  const isSame = file.sha256 === main.sha256;
  if (changed.length === 0) {
    if (isSame) return { state: 'ok', action: 'none', reason: '', isRenamed: isRenamed(asset, found) };
    if (isOurs) return adopted;
    if (replacesEdited(asset.file))
      return wanted(asset, order, {
        state: 'edited',
        reason: 'changed since it was generated, to be replaced',
      });
    return { state: 'edited', action: 'leave', reason: 'changed since it was generated' };
  }
  if (isOurs) return adopted;
  const what = `${list(changed.map(key => key.replace('params.', '')))} changed`;
  if (asset.keep) return { state: 'kept', action: 'none', reason: `${what}, accepted as edited`, changed };
  // What a person has changed and accepted is not given up for a new wish without being asked for.
  if ((!isSame || found.edited === true) && !replacesEdited(asset.file))
    return { state: 'stale-edited', action: 'leave', reason: `${what}, and edited`, changed };
  return wanted(asset, order, { state: 'stale', reason: what, changed });
}

const adopted: Line = {
  state: 'unowned',
  action: 'adopt',
  reason: "generated, but its recipe isn't written",
};

function withoutRecipe(
  asset: WishedAsset,
  file: FileFact | undefined,
  facts: PackageFacts,
  order: OrderFact,
  moves: Moves,
): Line {
  const from = moves.take((place, { recipe, outputs: [{ sha256 }] }) =>
    file
      ? sha256 === file.sha256 && !facts.files.has(place)
      : recipe === asset.recipe && facts.files.has(place),
  );
  if (from !== undefined) return { state: 'moved', action: 'move', reason: `moved from ${from}`, from };
  if (file && order.file?.sha256 === file.sha256) return adopted;
  if (file) return { state: 'unowned', action: 'leave', reason: 'a file without a recipe is there' };
  return wanted(asset, order, { state: 'missing', reason: 'no file' });
}

/** It is to be made: from the library, or by an order. */
function wanted(
  asset: WishedAsset,
  order: OrderFact,
  line: Pick<Line, 'state' | 'reason'> & Partial<PlanItem>,
): Line {
  const problem = order.problem === undefined ? '' : `: ${order.problem}`;
  switch (order.state) {
    case 'stored': {
      const { extension = '' } = order.file ?? {};
      if (isSameFormat(extension, extensionOf(asset.file))) return { ...line, action: 'take' };
      const reason = `it came as ${extension}: name it .${extension}, formats are not converted yet`;
      return { ...line, state: 'underived', action: 'leave', reason };
    }
    case 'running':
      return { ...line, state: 'running', action: 'make', reason: 'ordered, not there yet' };
    case 'failed':
      return { ...line, state: 'failed', action: 'make', reason: `failed${problem}` };
    case 'elsewhere':
      return {
        ...line,
        state: 'elsewhere',
        action: 'leave',
        reason: 'ordered elsewhere: pull it to get it',
      };
    case 'none':
      return { ...line, action: 'make' };
  }
}

/** Wishes for the same thing are one order and copies; what stands in the tree already is copied. */
function withTwins(items: readonly PlanItem[], facts: PackageFacts): PlanItem[] {
  const first = new Map<string, string>();
  const standing = new Map<string, WishedAsset>();
  for (const asset of facts.assets) {
    const recipe = facts.recipes.get(asset.file);
    if (!recipe || 'problem' in recipe || recipe.recipe !== asset.recipe || recipe.edited) continue;
    const [main] = recipe.outputs;
    const file = facts.files.get(asset.file);
    const isOriginal = main.by === undefined && main.file === asset.file && file?.sha256 === main.sha256;
    if (isOriginal && !file.isPointer && !standing.has(asset.recipe)) standing.set(asset.recipe, asset);
  }
  return items.map(item => {
    const { asset, action } = item;
    if (!asset || action !== 'make') return item;
    const copyOf = (twin: string): PlanItem => ({
      ...item,
      action: 'copy',
      twin,
      estimate: undefined,
      reason: `as ${twin}, 0 credits`,
    });
    const there = standing.get(asset.recipe);
    if (there && isSameFormat(extensionOf(there.file), extensionOf(asset.file)) && item.state !== 'running')
      return copyOf(there.id);
    const twin = first.get(asset.recipe);
    if (twin !== undefined) return copyOf(twin);
    first.set(asset.recipe, asset.id);
    return item;
  });
}

function orphansOf(facts: PackageFacts, moves: Moves, { wants = () => true }: PlanOptions): PlanItem[] {
  const declared = new Set(facts.assets.map(({ file }) => file));
  return [...facts.recipes].flatMap(([file, recipe]): PlanItem[] => {
    if (declared.has(file)) return [];
    const line = { ...empty, id: file, file };
    if (!wants(line)) return [];
    if ('problem' in recipe)
      return [{ ...line, state: 'conflict', action: 'stop', reason: brokenText(recipe.problem) }];
    // A result that was made by hand belongs to no wish.
    if (recipe.entry === undefined || moves.taken.has(file)) return [];
    const reason = `its entry "${recipe.entry}" is no longer in the manifest`;
    return [{ ...line, state: 'orphan', action: 'none', reason, recipe }];
  });
}

/** The parts of a wish that its recipe tells otherwise. */
function changesOf(asset: WishedAsset, recipe: Recipe): string[] {
  if (asset.recipe === recipe.recipe) return [];
  const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
  const text = (value: WishValue | undefined): unknown =>
    typeof value === 'object' || value === undefined ? value : String(value);
  const keys = [...new Set([...Object.keys(asset.params), ...Object.keys(recipe.params)])].toSorted();
  const changed = [
    ...(asset.model === recipe.model ? [] : ['model']),
    ...(asset.prompt === recipe.prompt ? [] : ['prompt']),
    ...keys.flatMap(key =>
      same(text(asset.params[key]) ?? null, text(recipe.params[key]) ?? null) ? [] : [`params.${key}`],
    ),
    ...(same(
      asset.referenceFiles.map(({ sha256 }) => sha256),
      recipe.references.map(({ sha256 }) => sha256),
    )
      ? []
      : ['references']),
    ...(asset.take === recipe.take ? [] : ['take']),
  ];
  // A recipe whose id is not that of its own contents was changed by hand.
  return changed.length > 0 ? changed : ['recipe'];
}

function isRenamed(asset: WishedAsset, recipe: Recipe): boolean {
  return recipe.entry !== asset.id || recipe.alt !== asset.alt;
}

function brokenText(problem: 'markers' | 'invalid' | 'newer'): string {
  switch (problem) {
    case 'markers':
      return 'its recipe holds both sides of a merge; run rivya resolve';
    case 'invalid':
      return "its recipe can't be read";
    case 'newer':
      return 'its recipe was written by a newer version';
  }
}

function notYetMade({ derivatives }: { readonly derivatives: Derivatives }): string[] {
  const { size, widths = [], formats = [], set, placeholder, poster } = derivatives;
  return [
    ...(size === undefined ? [] : [`size ${size}`]),
    ...widths.map(width => `width ${width}`),
    ...formats,
    ...(set === undefined ? [] : [`set ${set}`]),
    ...(placeholder === undefined ? [] : [placeholder]),
    ...(poster === true ? ['poster'] : []),
  ];
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
