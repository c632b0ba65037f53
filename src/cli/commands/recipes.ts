import { inertText } from '../../base/text.ts';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import { readPackage, readRecipes, type PackageFacts } from '../../core/assets/plan/facts.ts';
import { makePlan, type Plan } from '../../core/assets/plan/plan.ts';
import {
  acceptAllEdited,
  adoptFile,
  beginning,
  mayGo,
  orphansIn,
  removeOrphan,
} from '../../core/assets/sync/handwork.ts';
import { formatRecipe, recipePathOf, sidesOf } from '../../core/recipes/recipe.ts';
import type { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { CommandFailure, exitCodes, type ExitCode } from '../common/exitCodes.ts';
import { wantedBy, type CommandOptions } from '../common/options.ts';
import { namesIn, packageOf, soundFacts } from '../common/package.ts';
import type { Terminal } from '../common/terminal.ts';
import { toolName } from '../common/version.ts';

/** The states of a package, without orders and prices. */
async function statesOf(
  terminal: Terminal,
  options: CommandOptions,
): Promise<{
  readonly folder: PackageFolder;
  readonly facts: PackageFacts;
  readonly wants: ReturnType<typeof wantedBy>;
}> {
  const folder = packageOf(options, terminal.cwd);
  const facts = soundFacts(terminal, options, await readPackage(folder));
  return { folder, facts, wants: wantedBy(namesIn(folder, terminal.cwd, options.paths)) };
}

function planOf({ facts, wants }: Pick<Awaited<ReturnType<typeof statesOf>>, 'facts' | 'wants'>): Plan {
  return makePlan(facts, { order: () => ({ state: 'none' }), price: () => undefined }, { wants });
}

/** `rivya accept`: what was edited by hand stays, and is not called edited any more. */
export async function accept(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const { folder, facts, wants } = await statesOf(terminal, options);
  const accepted = acceptAllEdited(folder, facts, { wants });
  for (const { id, file } of accepted)
    terminal.error(`  ${inertText(id, 60)}: ${inertText(file, 200)} is accepted`);
  terminal.out(`rivya accept: ${accepted.length} accepted`);
  return exitCodes.done;
}

/** `rivya adopt`: files that were there before get a recipe which says what is wished of them. */
export async function adopt(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const states = await statesOf(terminal, options);
  const { folder } = states;
  let count = 0;
  for (const item of planOf(states).items) {
    if (!adoptFile(folder, item, toolName)) continue;
    terminal.error(`  ${inertText(item.id, 60)}: ${inertText(item.file, 200)} is adopted`);
    count++;
  }
  terminal.out(`rivya adopt: ${count} adopted`);
  return exitCodes.done;
}

const maximumRecipeBytes = 1_000_000;

/** `rivya resolve`: of both sides of a merge the recipe whose file stands there; else the file is edited. */
export async function resolve(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const folder = packageOf(options, terminal.cwd);
  const wants = wantedBy(namesIn(folder, terminal.cwd, options.paths));
  const wished = new Map((await readPackage(folder)).assets.map(asset => [asset.file, asset.recipe]));
  let left = 0;
  let count = 0;
  for (const [file, recipe] of readRecipes(folder)) {
    const path = recipePathOf(file);
    if ('recipe' in recipe || recipe.problem !== 'markers') continue;
    if (!wants({ id: '', file }) && !wants({ id: '', file: path })) continue;
    const read = folder.readText(path, maximumRecipeBytes);
    const sides = 'text' in read ? sidesOf(read.text).filter(({ outputs }) => outputs[0].file === file) : [];
    const sha256 = folder.factOf(file)?.sha256;
    const right =
      sides.find(({ outputs }) => outputs[0].sha256 === sha256) ??
      sides.find(side => side.recipe === wished.get(file)) ??
      sides[0];
    if (!right) {
      terminal.error(`  ${inertText(file, 200)}: neither side of its recipe can be read`);
      left++;
      continue;
    }
    folder.writeText(path, formatRecipe(right));
    const isEdited = right.outputs[0].sha256 !== sha256;
    const what = isEdited
      ? 'neither recipe is that of the file, which counts as edited'
      : 'the recipe of the file stays';
    terminal.error(`  ${inertText(file, 200)}: ${what}`);
    count++;
  }
  terminal.out(`rivya resolve: ${count} resolved`);
  return left > 0 ? exitCodes.found : exitCodes.done;
}

/** `rivya prune`: the only command that removes anything, and only what nobody has changed. */
export async function prune(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  const states = await statesOf(terminal, options);
  const { folder } = states;
  const orphans = orphansIn(folder, planOf(states));
  for (const { file, isThere, isOurs } of orphans) {
    const what = !isThere ? 'only its recipe is left' : isOurs ? 'file and recipe' : 'edited, stays';
    terminal.error(`  ${inertText(file, 200)}: ${what}`);
  }
  const going = orphans.filter(mayGo);
  if (going.length > 0 && !options.yes && !(await terminal.confirm(`Remove ${going.length}?`))) {
    if (!terminal.isInteractive) {
      terminal.error("This isn't a terminal: confirm with --yes. Nothing was removed.");
      return exitCodes.wrong;
    }
    terminal.error('Nothing was removed.');
    return exitCodes.done;
  }
  for (const orphan of going) removeOrphan(folder, orphan);
  terminal.out(`rivya prune: ${going.length} removed`);
  return exitCodes.done;
}

/** `rivya init`: a manifest to begin with; one that is there stays. */
export function init(terminal: Terminal, options: CommandOptions): ExitCode {
  const root = options.folder ?? terminal.cwd;
  const folder = packageOf({ folder: root }, terminal.cwd);
  if (folder.exists(manifestName)) throw new CommandFailure(`${manifestName} already exists.`);
  folder.writeText(manifestName, beginning);
  terminal.out(`${manifestName} was written. Edit it, then run "rivya plan".`);
  return exitCodes.done;
}
