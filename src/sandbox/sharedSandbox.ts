import { get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { pageUrl } from './http/guard.ts';
import { instanceHeader } from './page/pageRoutes.ts';
import { startSandbox } from './server.ts';
import { readAddress, type Address } from './server/address.ts';
import { sandboxKey, type SandboxOptions } from './state/sandboxState.ts';

/** The sandbox of a data directory, which one process runs and all use. */
export interface SharedSandbox {
  readonly url: string;
  readonly apiKey: string;
  readonly pageUrl: string;
  /** Whether it runs in this process. */
  readonly own: boolean;
  /**
   * Settles when it is gone, for whatever reason. Opening it again then runs it here, or finds whoever was
   * faster.
   */
  readonly ended: Promise<void>;
  /** Ends it if it is our own, else only leaves it. */
  close(): Promise<void>;
}

export type SharedSandboxOptions = Omit<SandboxOptions, 'apiKey'> & { dataDirectory: string };

// Another process that has the data but is not listening yet, or no longer, is done with that in far less
// time.
const tries = 50;
const betweenTriesMs = 100;

/**
 * Runs the sandbox of a directory in this process, or joins the one that another process runs.
 * @throws DataInUseError when another process has the data and its sandbox does not answer
 */
export async function openSharedSandbox(options: SharedSandboxOptions): Promise<SharedSandbox> {
  for (let left = tries; ; left -= 1) {
    try {
      return await run(options);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'DataInUseError' || left === 0) throw error;
    }
    const address = readAddress(options.dataDirectory);
    const joined = address && (await join(address));
    if (joined) return joined;
    await wait(betweenTriesMs);
  }
}

async function run(options: SharedSandboxOptions): Promise<SharedSandbox> {
  const sandbox = await startSandbox(options);
  const ended = Promise.withResolvers<undefined>();
  return {
    url: sandbox.url,
    apiKey: sandbox.apiKey,
    pageUrl: sandbox.pageUrl,
    own: true,
    ended: ended.promise,
    close: async () => {
      await sandbox.close();
      ended.resolve(undefined);
    },
  };
}

/** Holds a connection to the other process, whose end tells that the sandbox is gone. */
function join({ port, instance, token }: Address): Promise<SharedSandbox | undefined> {
  const url = `http://127.0.0.1:${port}`;
  return new Promise(resolve => {
    const request = get(`${url}/__sandbox/alive`, response => {
      if (response.headers[instanceHeader] !== instance) {
        request.destroy();
        return;
      }
      const ended = new Promise<void>(end => {
        response.once('close', () => end());
      });
      response.resume();
      const close = async (): Promise<void> => {
        request.destroy();
        await ended;
      };
      const page = token === undefined ? url : pageUrl(url, token);
      resolve({ url, apiKey: sandboxKey, pageUrl: page, own: false, ended, close });
    });
    // Nobody there, or somebody else: the caller looks again.
    request.once('error', () => resolve(undefined));
    request.once('close', () => resolve(undefined));
  });
}
