import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** Time that a program has to end by itself once it was told to, in milliseconds. */
const grace = 10_000;

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'shell'> {
  /** In milliseconds. What then still runs is ended, with all that it has started. */
  readonly timeLimit?: number;
}

/**
 * The environment with the running Node's folder first in `PATH`, so that programs started here run on the
 * same Node.
 */
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
  options: RunOptions = {},
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
  { timeLimit, ...options }: RunOptions = {},
): Promise<{ exitCode: number | null; output: string }> {
  const detached = timeLimit !== undefined && process.platform !== 'win32';
  const child = spawn(command, parameters, { ...options, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  if (timeLimit === undefined) return { exitCode: await ended, output: (await output).join('') };

  // A group of its own does not hear Ctrl+C in the terminal.
  const interrupt = (): void => signalGroup(child, 'SIGINT');
  process.once('exit', interrupt);
  let late = '';
  const timers = [
    setTimeout(() => {
      late = `\nIt had not ended after ${Math.round(timeLimit / 1000)} s and was stopped.\n`;
      interrupt();
      timers.push(setTimeout(() => signalGroup(child, 'SIGKILL'), grace));
    }, timeLimit),
  ];
  try {
    const exitCode = await ended;
    return { exitCode: late === '' ? exitCode : null, output: (await output).join('') + late };
  } finally {
    timers.forEach(clearTimeout);
    process.off('exit', interrupt);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // It ended just now.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
