import { parseArgs } from 'node:util';
import { startSandbox } from './server.ts';
import type { SandboxOptions } from './state/sandboxState.ts';

const usage = `Usage: npm run sandbox -- [options]

  --port            TCP port on 127.0.0.1; 0 takes a free one (default 4010)
  --data            directory that keeps credits, keys, generations, files, chats and webhooks; without it all is
                    forgotten at the end
  --credits         credits of the account, at its first start (default 100)
  --task-duration   milliseconds from an accepted generation to its result (default 2000)
  --rate-limit      requests a minute for each key; 0 for no limit (default 0)
  --strict-webhooks refuse webhook receivers on this machine, as Rivya does
  --help            this text

The page whose address is printed shows what happens and switches faults on. Programs of yours can do the same under
/__sandbox/ with the printed token in the header x-rivya-sandbox; with --data it also stands in address.json there.`;

/** A mistake in the command line or a port that cannot be had: one sentence, no stack trace. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') {
    console.log(usage);
    return;
  }
  const sandbox = await startOnPort(options);
  console.log(`Rivya sandbox
  Base URL  ${sandbox.url}
  API key   ${sandbox.apiKey}
  Page      ${sandbox.pageUrl}   (open it in a browser to see what happens)
  Token     ${sandbox.token}
  Credits   ${sandbox.control.credits()}

In VS Code, set "rivya.baseUrl" to the base URL, then run "Rivya: Set API Key" with this key. Or from a shell:
  curl -H "Authorization: Bearer ${sandbox.apiKey}" ${sandbox.url}/api/v1/credits

Nothing here reaches the network or costs anything. Press Ctrl+C to stop.`);
  const stop = (): void => {
    void sandbox.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function readOptions(): SandboxOptions | 'help' {
  const { values } = parseCommandLine();
  if (values.help) return 'help';
  const requests = wholeNumber('--rate-limit', values['rate-limit'], 1_000_000);
  return {
    ...(values.data === undefined ? {} : { dataDirectory: values.data }),
    ...(requests === 0 ? {} : { rateLimit: { requests, windowMs: 60_000 } }),
    allowLoopbackWebhooks: !values['strict-webhooks'],
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
        'task-duration': { type: 'string', default: '2000' },
        'rate-limit': { type: 'string', default: '0' },
        'strict-webhooks': { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', default: false },
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

async function startOnPort(options: SandboxOptions): ReturnType<typeof startSandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new UsageError(
        `Port ${options.port ?? 0} is in use on 127.0.0.1. Choose another one with --port, or --port 0.`,
      );
    }
    if (code === 'EACCES') {
      throw new UsageError(
        `This user may not open port ${options.port ?? 0}. Choose one above 1023 with --port.`,
      );
    }
    if (error instanceof Error && error.name === 'DataUnusableError') {
      throw new UsageError(
        `${error.message} Delete it to start afresh, or choose another directory with --data.`,
      );
    }
    if (error instanceof Error && error.name === 'DataInUseError') {
      throw new UsageError(`${error.message} Stop it, or choose another directory with --data.`);
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
