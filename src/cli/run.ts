import { redact } from '../base/log.ts';
import { version } from '../base/version.ts';
import { check, plan } from './commands/planAndCheck.ts';
import { accept, adopt, init, prune, resolve } from './commands/recipes.ts';
import { report } from './commands/report.ts';
import { sync } from './commands/sync.ts';
import { CommandFailure, exitCodes, type ExitCode } from './common/exitCodes.ts';
import { readOptions, type CommandName } from './common/options.ts';
import { usage } from './common/usage.ts';
import type { Command } from './common/package.ts';
import { processTerminal, type Terminal } from './common/terminal.ts';

const commands: Readonly<Record<CommandName, Command>> = {
  ...{ plan, check, sync, report, accept, adopt, resolve, prune, init },
};

/** Runs one command. Never rejects; @returns its exit code */
export async function run(
  parameters: readonly string[],
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> {
  try {
    const options = readOptions(parameters);
    if (options === 'help' || options === 'version') {
      terminal.out(options === 'help' ? usage : version);
      return exitCodes.done;
    }
    return await commands[options.command](terminal, options);
  } catch (error) {
    if (error instanceof CommandFailure) {
      if (error.message !== '') terminal.error(redact(error.message));
      return error.exitCode;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.error(redact(`rivya: ${text}`));
    return exitCodes.wrong;
  }
}
