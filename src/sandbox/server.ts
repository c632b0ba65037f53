import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { createApp } from './app.ts';
import { SandboxControl } from './control.ts';
import { createState, type SandboxOptions } from './state.ts';

/** A running sandbox. */
export interface Sandbox {
  /** Base URL without a trailing slash, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  readonly apiKey: string;
  readonly control: SandboxControl;
  /** Ends every connection and stream at once, then the server. */
  close(): Promise<void>;
}

/**
 * Starts a local server that behaves like Rivya, on 127.0.0.1 only.
 * @throws the server's error, with `code` `EADDRINUSE` when the port is taken
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const state = createState(options);
  const control = new SandboxControl(state, options);
  const app = createApp(state, control);
  // Inside an extension host the globals belong to everyone, so the adapter must not replace them.
  const server = createAdaptorServer({
    fetch: (request, bindings) => app.fetch(request, bindings),
    overrideGlobalObjects: false,
  }) as Server;
  // Clients keep connections; closing an idle one while a request is on its way would be a fault that nobody asked for.
  server.keepAliveTimeout = 0;
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  state.url = `http://127.0.0.1:${port}`;
  return {
    url: state.url,
    apiKey: control.apiKey,
    control,
    close: () => closeServer(server),
  };
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
