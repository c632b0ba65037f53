import { worded } from '../../base/wording.ts';
import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { manifestName } from '../../core/assets/manifest/manifest.ts';
import { nearestPackage } from '../../core/assets/manifest/nearestPackage.ts';
import type { PackageFacts } from '../../core/assets/plan/facts.ts';
import { annotations, findingsOfProblems, findingText, summaryOf } from '../../core/assets/plan/views.ts';
import type { ManifestProblem } from '../../core/assets/manifest/problem.ts';
import { PackageFolder } from '../../core/recipes/packageFolder.ts';
import { CommandFailure, exitCodes, type ExitCode } from './exitCodes.ts';

import type { CommandOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/**
 * The package of a command: the folder that was named, else the nearest one with a manifest or recipes.
 * @throws CommandFailure when there is none
 */
export function packageOf({ folder }: Pick<CommandOptions, 'folder'>, cwd: string): PackageFolder {
  if (folder !== undefined) {
    const named = path.resolve(cwd, folder);
    if (!existsSync(named)) throw new CommandFailure(`The folder ${named} doesn't exist.`);
    return new PackageFolder(named);
  }
  // A repository ends what belongs together.
  const nearest = nearestPackage(cwd, each => existsSync(path.join(each, '.git')));
  if (nearest !== undefined) return new PackageFolder(nearest);
  const yml = existsSync(path.join(cwd, 'rivya.assets.yml')) ? ' Rename rivya.assets.yml to it.' : '';
  throw new CommandFailure(
    `No ${manifestName} found here or above.${yml} "rivya init" writes one to begin with.`,
  );
}

/** Names as they count in a package: paths are relative to its folder, whatever folder the person is in. */
export function namesIn(folder: PackageFolder, cwd: string, names: readonly string[]): string[] {
  return names.flatMap(name => {
    const relative = path.relative(folder.root, path.resolve(cwd, name)).replaceAll(path.sep, '/');
    if (relative === '') return ['**'];
    return relative.startsWith('../') || path.isAbsolute(relative) ? [name] : [name, relative];
  });
}

/** Tells of what is wrong with a manifest. @returns whether anything is an error */
export function tellProblems(
  terminal: Terminal,
  { format, command }: Pick<CommandOptions, 'format' | 'command'>,
  problems: readonly ManifestProblem[],
): boolean {
  const isWrong = problems.some(({ severity }) => severity === 'error');
  const findings = findingsOfProblems(problems, manifestName);
  if (format === 'json' && isWrong) {
    const list = problems.map(({ code, message, severity, range }) => ({
      code,
      severity,
      message: worded(message),
      file: manifestName,
      line: range.line,
      column: range.column,
    }));
    terminal.out(
      JSON.stringify({ rivya: 1, command, problems: list, exitCode: exitCodes.wrong }, undefined, 2),
    );
  } else if (format === 'github') {
    for (const line of annotations(findings)) terminal.out(line);
    if (isWrong) writeSummary(terminal, findings.map(each => `- ${findingText(each)}`).join('\n'));
  } else for (const finding of findings) terminal.error(findingText(finding));
  return isWrong;
}

/** Appends to the summary of a job of GitHub Actions, where there is one. */
export function writeSummary({ env }: Pick<Terminal, 'env'>, markdown: string): void {
  const file = env['GITHUB_STEP_SUMMARY'] ?? '';
  if (file !== '') appendFileSync(file, summaryOf(`${markdown}\n`));
}

/** Facts without errors. @throws CommandFailure after the errors were told */
export function soundFacts(
  terminal: Terminal,
  options: Pick<CommandOptions, 'format' | 'command'>,
  facts: PackageFacts,
): PackageFacts {
  if (tellProblems(terminal, options, facts.problems)) throw new CommandFailure('', exitCodes.wrong);
  return facts;
}

export type Command = (terminal: Terminal, options: CommandOptions) => Promise<ExitCode> | ExitCode;
