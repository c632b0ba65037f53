import type { PassThrough } from 'node:stream';
import { type Readable } from 'node:stream';
import { Client, InMemoryTransport, type CallToolResult } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServer, type McpPort } from '../../src/mcp/createServer.ts';

export const eras = ['2025', '2026'] as const;
export type Era = (typeof eras)[number];

/** What a client answers when it is asked. */
export type Answer = () => { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> };

export interface ClientOptions {
  readonly era: Era;
  /** Without it the client cannot ask. */
  readonly answer?: Answer | undefined;
  readonly roots?: readonly string[] | undefined;
}

/** A client of the SDK, as one of that year speaks. */
export function mcpClient({ era, answer, roots }: ClientOptions): Client {
  const client = new Client(
    { name: 'a-test', title: 'A test client', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === '2025' ? 'legacy' : { pin: '2026-07-28' } },
      capabilities: { ...(answer && { elicitation: { form: {} } }), ...(roots && { roots: {} }) },
    },
  );
  if (answer) client.setRequestHandler('elicitation/create', () => answer());
  if (roots) client.setRequestHandler('roots/list', () => ({ roots: roots.map(uri => ({ uri })) }));
  return client;
}

export interface Connected extends AsyncDisposable {
  readonly client: Client;
  /** What the program has written to standard error so far. */
  readonly errors: () => string;
  readonly pid: number;
}

/** A client with a server of its own, which is a process. */
export async function connectProcess(
  program: string,
  parameters: readonly string[],
  how: ClientOptions & { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Connected> {
  const client = mcpClient(how);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, ...parameters],
    cwd: how.cwd,
    env: { ...how.env },
    stderr: 'pipe',
  });
  let errors = '';
  const stream = transport.stderr as Readable | PassThrough | null;
  stream?.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  await client.connect(transport);
  return {
    client,
    errors: () => errors,
    pid: transport.pid ?? 0,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** A client with a server in this process. */
export async function connectInMemory(port: McpPort, how: ClientOptions): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  serveStdio(() => createServer(port), { transport: far });
  const client = mcpClient(how);
  await client.connect(near);
  return client;
}

/** Calls, and joins what a model reads. */
export async function callTool(
  client: Client,
  name: string,
  input: Record<string, unknown> = {},
): Promise<{ readonly text: string; readonly isError: boolean; readonly result: CallToolResult }> {
  const result = await client.callTool({ name, arguments: input });
  const text = result.content.flatMap(each => (each.type === 'text' ? [each.text] : [])).join('\n');
  return { text, isError: result.isError === true, result };
}
