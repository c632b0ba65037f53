import path from 'node:path';
import { parseArgs } from 'node:util';
import { toolNames, type ToolName } from '../../core/agents/toolSchemas.ts';
import { clientNames, type ClientName } from '../clientConfig.ts';

/** Ends the program with one sentence. */
export class AloneFailure extends Error {
  override readonly name = 'AloneFailure';
}

export interface AloneOptions {
  readonly roots: readonly string[];
  readonly data: string | undefined;
  /** In credits. */
  readonly confirmAbove: number;
  /** In credits; 0: nothing that costs. */
  readonly dailyBudget: number;
  readonly readOnly: boolean;
  readonly tools: readonly ToolName[];
  /** A program and its arguments. */
  readonly keyCommand: readonly string[] | undefined;
  readonly command:
    | { readonly name: 'serve' | 'login' | 'logout' | 'doctor' }
    | { readonly name: 'config'; readonly client: ClientName };
  /** All options, for a configuration that starts it the same way from wherever it is started. */
  readonly written: readonly string[];
}

const plainBudget = 50;
const commands = ['login', 'logout', 'doctor', 'config'] as const;

/** @throws AloneFailure with one sentence about what is wrong */
export function readOptions(parameters: readonly string[]): AloneOptions | 'help' | 'version' {
  const { values, positionals, tokens } = parse(parameters);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const keyCommand = values['key-command'];
  return {
    roots: values.root ?? [],
    data: values.data,
    confirmAbove: creditsOf('confirm-above', values['confirm-above'], 0),
    dailyBudget: creditsOf('daily-budget', values['daily-budget'], plainBudget),
    readOnly: values['read-only'] ?? false,
    tools: toolsOf(values.tools),
    keyCommand: keyCommand === undefined ? undefined : wordsOf(keyCommand),
    command: commandOf(positionals),
    written: tokens.flatMap(token => {
      if (token.kind !== 'option') return [];
      const { name, value } = token;
      const isPath = name === 'root' || name === 'data';
      return [`--${name}`, ...(value === undefined ? [] : [isPath ? path.resolve(value) : value])];
    }),
  };
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      tokens: true,
      options: {
        root: { type: 'string', multiple: true },
        data: { type: 'string' },
        'confirm-above': { type: 'string' },
        'daily-budget': { type: 'string' },
        'read-only': { type: 'boolean' },
        tools: { type: 'string' },
        'key-command': { type: 'string' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new AloneFailure(error instanceof Error ? error.message : String(error));
  }
}

function commandOf([name, client, ...more]: readonly string[]): AloneOptions['command'] {
  if (name === undefined) return { name: 'serve' };
  const command = commands.find(each => each === name);
  if (!command) throw new AloneFailure(`Unknown command "${name}". Commands: ${commands.join(', ')}.`);
  if (more.length > 0 || (command !== 'config' && client !== undefined))
    throw new AloneFailure(`"${command}" takes no more than that.`);
  if (command !== 'config') return { name: command };
  const known = clientNames.find(each => each === client);
  if (!known) throw new AloneFailure(`Name the client: config <${clientNames.join('|')}>.`);
  return { name: command, client: known };
}

function creditsOf(option: string, written: string | undefined, preset: number): number {
  if (written === undefined) return preset;
  if (!/^\d{1,9}(?:\.\d{1,6})?$/.test(written))
    throw new AloneFailure(`--${option} is a number of credits, not "${written}".`);
  return Number(written);
}

function toolsOf(written: string | undefined): readonly ToolName[] {
  if (written === undefined) return toolNames;
  return written.split(',').map(each => {
    const found = toolNames.find(name => name === each.trim());
    if (!found) throw new AloneFailure(`--tools is of ${toolNames.join(', ')}, not "${each.trim()}".`);
    return found;
  });
}

/** A line as words: blanks part them, quotes hold them together. No shell reads it. */
export function wordsOf(line: string): string[] {
  const words = Array.from(line.matchAll(/(?:"([^"]*)"|'([^']*)'|[^\s"']+)+/g), ([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''),
  );
  if (words.length === 0) throw new AloneFailure('--key-command names no program.');
  return words;
}
