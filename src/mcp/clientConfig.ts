/** Programs for which we say how they are set up. */
export const clientNames = ['claude-code', 'codex', 'cursor', 'cline', 'zed', 'vscode', 'other'] as const;
export type ClientName = (typeof clientNames)[number];

/** How a client starts a server. */
export interface ServerStart {
  /** Absolute path of a program. */
  readonly program: string;
  readonly parameters: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** What is to be pasted for a client, and where. */
export interface ClientConfig {
  /** `json` and `toml` go into a file, `shell` into a terminal. */
  readonly language: 'json' | 'toml' | 'shell';
  /** The file, as the client's own documentation names it; undefined for a terminal. */
  readonly file: string | undefined;
  readonly text: string;
}

/**
 * What makes a client start the server. It names an absolute program and script, because programs on Windows
 * start no `npx`, and it holds no key.
 */
export function clientConfig(client: ClientName, start: ServerStart): ClientConfig {
  const { program, parameters, env } = start;
  const server = { command: program, args: parameters, ...(env && { env }) };
  switch (client) {
    case 'claude-code': {
      const variables = Object.entries(env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
      const words = [
        'claude',
        'mcp',
        'add',
        'rivya',
        '--scope',
        'user',
        ...variables,
        '--',
        program,
        ...parameters,
      ];
      return { language: 'shell', file: undefined, text: words.map(shellWord).join(' ') };
    }
    case 'codex': {
      const variables = Object.entries(env ?? {}).map(
        ([name, value]) => `${name} = ${JSON.stringify(value)}`,
      );
      const lines = [
        '[mcp_servers.rivya]',
        `command = ${JSON.stringify(program)}`,
        `args = [${parameters.map(each => JSON.stringify(each)).join(', ')}]`,
        ...(variables.length > 0 ? [`env = { ${variables.join(', ')} }`] : []),
        // Its own limit of a minute would end the wait for an image.
        'tool_timeout_sec = 330',
      ];
      return { language: 'toml', file: '~/.codex/config.toml', text: lines.join('\n') };
    }
    case 'cursor':
      return { language: 'json', file: '~/.cursor/mcp.json', text: json({ mcpServers: { rivya: server } }) };
    case 'cline':
      return {
        language: 'json',
        file: 'cline_mcp_settings.json',
        text: json({ mcpServers: { rivya: { ...server, timeout: 330 } } }),
      };
    case 'zed':
      return {
        language: 'json',
        file: '~/.config/zed/settings.json',
        text: json({ context_servers: { rivya: { source: 'custom', ...server } } }),
      };
    case 'vscode':
      return {
        language: 'json',
        file: '.vscode/mcp.json',
        text: json({ servers: { rivya: { type: 'stdio', ...server } } }),
      };
    case 'other':
      return { language: 'json', file: undefined, text: json({ mcpServers: { rivya: server } }) };
  }
}

function json(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/** A word as the shells of all systems read it. */
function shellWord(word: string): string {
  if (/^[\w./:=@+-]+$/.test(word)) return word;
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", "'\\''")}'`;
}
