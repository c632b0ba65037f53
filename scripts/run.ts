import { spawn, type SpawnOptions } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** The environment with the running Node's folder first in `PATH`, so that programs started here run on the same Node. */
export function sameNodeEnvironment(): NodeJS.ProcessEnv {
  const folders = [path.dirname(process.execPath), process.env['PATH'] ?? ''];
  return { ...process.env, PATH: folders.join(path.delimiter) };
}

/**
 * Runs a program to its end and returns what it wrote to both outputs.
 *
 * Throws when it cannot be started, and when its exit code is not 0, with its output in the message.
 */
export async function run(
  command: string,
  parameters: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> = {},
): Promise<string> {
  const { exitCode, output } = await capture(command, parameters, options);
  if (exitCode !== 0) {
    throw new Error(`${[command, ...parameters].join(' ')} ended with ${String(exitCode)}:\n${output}`);
  }
  return output;
}

/** Like {@link run}, but an exit code other than 0 (`null` after a signal) is returned, not thrown. */
export async function capture(
  command: string,
  parameters: readonly string[],
  options: Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> = {},
): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(command, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { exitCode, output: stdout + stderr };
}
