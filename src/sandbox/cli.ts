import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';

const usage = `Usage: node src/sandbox/cli.ts [--port 4010] [--credits 100] [--task-duration 3000]

  --port            TCP port on 127.0.0.1; 0 takes a free one (default 4010)
  --credits         credits of the account (default 100)
  --task-duration   milliseconds from an accepted generation to its result (default 3000)`;

/** A mistake in the command line or a port that cannot be had: one sentence, no stack trace. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const options = readOptions();
  const sandbox = await startOnPort(options);
  console.log(`Rivya sandbox
  Base URL  ${sandbox.url}
  API key   ${sandbox.apiKey}
  Credits   ${options.credits}

In VS Code, set "rivya.baseUrl" to the base URL, then run "Rivya: Set API Key" with this key. Or from a shell:
  curl -H 'Authorization: Bearer ${sandbox.apiKey}' ${sandbox.url}/api/v1/credits

Nothing here reaches the network or costs anything. Press Ctrl+C to stop.`);
  const stop = (): void => {
    void sandbox.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

interface CliOptions {
  port: number;
  credits: number;
  taskDurationMs: number;
}

function readOptions(): CliOptions {
  const { values } = parseCommandLine();
  return {
    port: wholeNumber('--port', values.port, 65_535),
    credits: wholeNumber('--credits', values.credits, 1_000_000_000),
    taskDurationMs: wholeNumber('--task-duration', values['task-duration'], 86_400_000),
  };
}

function parseCommandLine() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '4010' },
        credits: { type: 'string', default: '100' },
        'task-duration': { type: 'string', default: '3000' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  if (!/^\d+$/.test(text) || Number(text) > most) {
    throw new UsageError(`${name} takes a whole number from 0 to ${most}, not "${text}".\n\n${usage}`);
  }
  return Number(text);
}

async function startOnPort(options: CliOptions): ReturnType<typeof startSandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new UsageError(
        `Port ${options.port} is in use on 127.0.0.1. Choose another one with --port, or --port 0.`,
      );
    }
    if (code === 'EACCES') {
      throw new UsageError(`This user may not open port ${options.port}. Choose one above 1023 with --port.`);
    }
    throw error;
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
