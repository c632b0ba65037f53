import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { readAddress, writeAddress } from './server/address.ts';
import { createApp } from './server/app.ts';
import { Background } from './server/background.ts';
import { pageUrl } from './http/guard.ts';
import { SandboxControl } from './server/control.ts';
import { Journal } from './state/journal.ts';
import type { RecordStore } from './state/recordStore.ts';
import { createState, keepStart, type SandboxOptions } from './state/sandboxState.ts';

/** A running sandbox. */
export interface Sandbox {
  /** Base URL without a trailing slash, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly apiKey: string;
  /** What programs prove themselves with, in the header `x-rivya-sandbox`, under `/__sandbox/`. */
  readonly token: string;
  /** Of the page that shows what happens. */
  readonly pageUrl: string;
  readonly control: SandboxControl;
  /** Ends every connection and stream at once, then the server. */
  close(): Promise<void>;
}

/**
 * Starts a local server that behaves like Rivya, on 127.0.0.1 only.
 * @throws the server's error, with `code` `EADDRINUSE` when the port is taken
 * @throws DataInUseError when another sandbox uses the `dataDirectory`
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const store = await openStore(options.dataDirectory);
  try {
    return await startWithStore(options, store);
  } catch (error) {
    store?.close();
    throw error;
  }
}

async function openStore(directory: string | undefined): Promise<RecordStore | undefined> {
  if (directory === undefined) return undefined;
  // Only on use: most sandboxes keep nothing, and need no database.
  const { RecordStore } = await import('./state/recordStore.ts');
  return new RecordStore(directory);
}

async function startWithStore(options: SandboxOptions, store: RecordStore | undefined): Promise<Sandbox> {
  const state = createState(options, new Journal(store));
  if (!store?.load(state)) keepStart(state);
  const background = new Background(state);
  const control = new SandboxControl(state, options, background);
  const { dataDirectory } = options;
  const last = dataDirectory === undefined ? undefined : readAddress(dataDirectory);
  // The same one as last time, so that a page that is still open goes on.
  const token = last?.token ?? randomBytes(24).toString('base64url');
  const app = createApp(state, control, background, token);
  // Inside an extension host the globals belong to everyone, so the adapter must not replace them.
  const server = createAdaptorServer({
    fetch: (request, bindings) => app.fetch(request, bindings),
    overrideGlobalObjects: false,
  }) as Server;
  // Clients keep connections; closing an idle one while a request is on its way would be a fault that nobody
  // asked for.
  server.keepAliveTimeout = 0;
  await listenAgain(server, options.port ?? 0, last?.port ?? 0);
  const { port } = server.address() as AddressInfo;
  try {
    if (dataDirectory !== undefined) writeAddress(dataDirectory, { port, instance: state.instance, token });
    state.url = `http://127.0.0.1:${port}`;
    state.journal.commit();
  } catch (error) {
    // A server that answers without its data, and that nobody can find or end, would outlive the failure.
    await closeServer(server);
    throw error;
  }
  background.wake();
  return {
    url: state.url,
    apiKey: control.apiKey,
    token,
    pageUrl: pageUrl(state.url, token),
    control,
    close: async () => {
      await background.close();
      await closeServer(server);
      store?.close();
    },
  };
}

/** The port that is asked for; or else the last one, so that addresses stay good; or else any. */
async function listenAgain(server: Server, asked: number, last: number): Promise<void> {
  if (asked !== 0 || last === 0) {
    await listen(server, asked);
    return;
  }
  try {
    await listen(server, last);
  } catch {
    // Someone else has it by now, or it is not to be had any more.
    await listen(server, 0);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(error => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
