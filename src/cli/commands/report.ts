import { inertText } from '../../base/text.ts';
import { readRecipes } from '../../core/assets/plan/facts.ts';
import { annotations, cell, creditsText } from '../../core/assets/plan/views.ts';
import { compareRecipes, type RecipeChange } from '../../core/recipes/compareRecipes.ts';
import { fileOfRecipePath, parseRecipe, recipeFolder, type Recipe } from '../../core/recipes/recipe.ts';
import { CommandFailure, exitCodes, type ExitCode } from '../common/exitCodes.ts';
import { baseOf, filesAt } from '../common/git.ts';
import { wantedBy, type CommandOptions } from '../common/options.ts';
import { namesIn, packageOf, writeSummary } from '../common/package.ts';
import type { Terminal } from '../common/terminal.ts';

/** `rivya report`: what changed since a commit and what it cost, for who reviews it. */
export async function report(terminal: Terminal, options: CommandOptions): Promise<ExitCode> {
  if (options.base === undefined)
    throw new CommandFailure('Use --base to name what to compare with, for example origin/main.');
  const folder = packageOf(options, terminal.cwd);
  const commit = await baseOf(folder.root, options.base);
  const before = new Map<string, Recipe>();
  for (const [path, text] of await filesAt(folder.root, commit, recipeFolder)) {
    const file = fileOfRecipePath(path);
    const recipe = parseRecipe(text);
    if (file !== undefined && !('problem' in recipe)) before.set(file, recipe);
  }
  const after = new Map<string, Recipe>();
  const broken: string[] = [];
  for (const [file, recipe] of readRecipes(folder)) {
    if ('problem' in recipe) broken.push(file);
    else after.set(file, recipe);
  }
  const wants = wantedBy(namesIn(folder, terminal.cwd, options.paths));
  const changes = compareRecipes(before, after).filter(({ file, after: now }) =>
    wants({ id: now?.entry ?? '', file }),
  );
  const credits = changes.reduce((sum, change) => sum + (change.credits ?? 0), 0);
  const code = broken.length > 0 ? exitCodes.found : exitCodes.done;
  switch (options.format) {
    case 'text':
      for (const change of changes) terminal.out(`  ${lineOf(change)}`);
      terminal.out(`rivya report: ${summaryOf(changes, credits)}`);
      break;
    case 'json':
      terminal.out(
        JSON.stringify(
          {
            rivya: 1,
            command: 'report',
            base: commit,
            credits,
            changes: changes.map(dataOf),
            broken,
            exitCode: code,
          },
          undefined,
          2,
        ),
      );
      break;
    case 'markdown':
      terminal.out(markdown(changes, credits));
      break;
    case 'github':
      writeSummary(terminal, markdown(changes, credits));
      for (const line of annotations(
        broken.map(file => ({
          severity: 'error',
          file,
          line: 1,
          column: 1,
          text: `the recipe of ${file} cannot be read`,
        })),
      ))
        terminal.out(line);
      terminal.out(`rivya report: ${summaryOf(changes, credits)}`);
  }
  return code;
}

const words: Readonly<Record<RecipeChange['type'], string>> = {
  made: 'new',
  again: 'made again',
  edited: 'edited by hand',
  moved: 'moved',
  removed: 'removed',
};

function summaryOf(changes: readonly RecipeChange[], credits: number): string {
  if (changes.length === 0) return 'no media changed';
  const groups = Map.groupBy(changes, ({ type }) => type);
  return `${[...groups].map(([type, each]) => `${each.length} ${words[type]}`).join(', ')}; ${creditsText(credits)}`;
}

function lineOf(change: RecipeChange): string {
  const { type, file, from, before, after, credits } = change;
  const parts = [
    `${inertText(file, 200)}: ${words[type]}`,
    ...(from === undefined ? [] : [`from ${inertText(from, 200)}`]),
    ...(type === 'made' || type === 'again' ? [after?.model ?? ''] : []),
    ...(type === 'again' && before?.prompt !== after?.prompt ? ['another prompt'] : []),
    ...(credits === undefined ? [] : [creditsText(credits)]),
  ];
  return parts.map(each => inertText(each, 300)).join(', ');
}

function dataOf({ type, file, from, before, after, credits }: RecipeChange): Record<string, unknown> {
  const told = (recipe: Recipe | undefined): Record<string, unknown> | undefined =>
    recipe && {
      recipe: recipe.recipe,
      entry: recipe.entry ?? null,
      model: recipe.model,
      prompt: recipe.prompt,
      sha256: recipe.outputs[0].sha256,
    };
  return {
    type,
    file,
    ...(from !== undefined && { from }),
    ...(before && { before: told(before) }),
    ...(after && { after: told(after) }),
    credits: credits ?? null,
  };
}

function markdown(changes: readonly RecipeChange[], credits: number): string {
  const rows = changes.map(change => {
    const { type, file, from, before, after } = change;
    const prompt =
      type === 'again' && before && before.prompt !== after?.prompt
        ? `~~${cell(before.prompt)}~~ ${cell(after?.prompt ?? '')}`
        : cell((after ?? before)?.prompt ?? '');
    const place = from === undefined ? cell(file) : `${cell(from)} → ${cell(file)}`;
    const cost = change.credits === undefined ? '' : String(change.credits);
    return `| ${place} | ${words[type]} | ${cell((after ?? before)?.model ?? '')} | ${prompt} | ${cost} |`;
  });
  const table =
    rows.length > 0
      ? ['', '| file | what | model | prompt | credits |', '| --- | --- | --- | --- | ---: |', ...rows]
      : [];
  return [`**rivya report**: ${summaryOf(changes, credits)}`, ...table, ''].join('\n');
}
