import { matchesGlob } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailure } from './exitCodes.ts';
import { usage } from './usage.ts';

export const formats = ['text', 'json', 'markdown', 'github'] as const;
export type Format = (typeof formats)[number];

export const commandNames = [
  ...(['plan', 'sync', 'check', 'report', 'accept', 'adopt', 'resolve', 'prune', 'init'] as const),
] as const;
export type CommandName = (typeof commandNames)[number];

/** What of a sync is wanted (`--only`). */
export const onlyStates = ['missing', 'stale', 'underived'] as const;

export interface CommandOptions {
  readonly command: CommandName;
  /** As they were written. */
  readonly paths: readonly string[];
  readonly format: Format;
  readonly exitCode: boolean;
  readonly maxCredits: number | undefined;
  readonly only: readonly string[] | undefined;
  readonly replaceEdited: readonly string[];
  readonly yes: boolean;
  readonly base: string | undefined;
  readonly folder: string | undefined;
}

/** @throws CommandFailure with one sentence about what is wrong */
export function readOptions(parameters: readonly string[]): CommandOptions | 'help' | 'version' {
  const { values, positionals } = parse(parameters);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const [name, ...paths] = positionals;
  if (name === undefined) throw new CommandFailure(`Name a command.\n\n${usage}`);
  const command = commandNames.find(each => each === name);
  if (!command) throw new CommandFailure(`Unknown command "${name}". Commands: ${commandNames.join(', ')}.`);
  const format = formats.find(each => each === (values.format ?? 'text'));
  if (!format) throw new CommandFailure(`--format must be one of ${formats.join(', ')}.`);
  const only = values.only?.split(',').map(each => each.trim());
  const wrong = only?.find(each => !onlyStates.some(state => state === each));
  if (wrong !== undefined)
    throw new CommandFailure(`--only must be of ${onlyStates.join(', ')}, not "${wrong}".`);
  const credits = values['max-credits'];
  if (credits !== undefined && !/^\d{1,9}(?:\.\d{1,6})?$/.test(credits))
    throw new CommandFailure(`--max-credits must be a number of credits, not "${credits}".`);
  requireFit(command, values);
  return {
    command,
    paths,
    format,
    exitCode: values['exit-code'] ?? false,
    maxCredits: credits === undefined ? undefined : Number(credits),
    only,
    replaceEdited: values['replace-edited'] ?? [],
    yes: values.yes ?? false,
    base: values.base,
    folder: values.folder,
  };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        format: { type: 'string' },
        'exit-code': { type: 'boolean' },
        'max-credits': { type: 'string' },
        only: { type: 'string' },
        'replace-edited': { type: 'string', multiple: true },
        yes: { type: 'boolean' },
        base: { type: 'string' },
        folder: { type: 'string' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CommandFailure(error instanceof Error ? error.message : String(error));
  }
}

/** An option that a command does not know is a mistake, most of all one about money. */
function requireFit(command: CommandName, values: Readonly<Record<string, unknown>>): void {
  const fits: Readonly<Record<string, readonly CommandName[]>> = {
    format: ['plan', 'sync', 'check', 'report'],
    'exit-code': ['plan'],
    'max-credits': ['sync'],
    only: ['sync'],
    'replace-edited': ['plan', 'sync'],
    yes: ['sync', 'prune'],
    base: ['report'],
  };
  for (const [option, commands] of Object.entries(fits)) {
    if (values[option] !== undefined && !commands.includes(command))
      throw new CommandFailure(`--${option} is an option of ${commands.join(' and ')}, not of ${command}.`);
  }
}

/**
 * Whether an asset is one of those that were named: by its path, a folder, a pattern, its name or that of its
 * entry. Everything is, when nothing is named.
 */
export function wantedBy(
  names: readonly string[],
): (asset: { readonly id: string; readonly file: string }) => boolean {
  if (names.length === 0) return () => true;
  return ({ id, file }) =>
    names.some(
      name =>
        name === id ||
        id.startsWith(`${name} `) ||
        name === file ||
        file.startsWith(`${name.replace(/\/+$/, '')}/`) ||
        matchesGlob(file, name),
    );
}

/** Whether a file matches one of the patterns. */
export function matchesAny(patterns: readonly string[]): (file: string) => boolean {
  return file => patterns.some(pattern => matchesGlob(file, pattern));
}
