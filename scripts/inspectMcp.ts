/**
 * Holds the MCP server against what its clients take, by the inspector of the protocol's own makers: the
 * schemas of its list, a call of each tool, and that a refused one counts as an error. Exit code 1 when it
 * has something to say, be it a warning. It wants `dist/mcp.cjs` of a build.
 *
 *     node scripts/inspectMcp.ts
 *
 * The inspector is large and needed here alone, so it is no dependency: npx keeps it in `.cache`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../src/sandbox/server.ts';
import { root } from './workspace.ts';

/** How the inspector ends when a tool has answered with an error. */
const toolError = 5;

const data = mkdtempSync(path.join(tmpdir(), 'rivya-inspector-'));
const sandbox = await startSandbox({ taskDurationMs: 0 });

interface Inspected {
  readonly printed: string;
  readonly status: number | null;
}

/** @param limits of the server */
function inspect(limits: readonly string[], ...parameters: string[]): Promise<Inspected> {
  const server = [process.execPath, path.join(root, 'dist/mcp.cjs'), '--data', data, ...limits];
  // It passes on no variable that it was not told of.
  const variables = ['-e', `RIVYA_BASE_URL=${sandbox.url}`, '-e', `RIVYA_API_KEY=${sandbox.apiKey}`];
  const cli = ['--yes', '@modelcontextprotocol/inspector@2.12.0', '--cli'];
  const inspector = [...cli, ...server, ...variables, ...parameters];
  const child = spawn('npx', inspector, {
    cwd: root,
    shell: process.platform === 'win32',
    env: { ...process.env, npm_config_cache: path.join(root, '.cache', 'npm') },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  return new Promise(resolve => {
    child.once('error', error => resolve({ printed: error.message, status: null }));
    child.once('close', status => resolve({ printed, status }));
  });
}

function call(
  tool: string,
  input: Readonly<Record<string, string>>,
  ...limits: string[]
): Promise<Inspected> {
  const given = Object.entries(input).flatMap(([key, value]) => ['--tool-arg', `${key}=${value}`]);
  return inspect(limits, '--method', 'tools/call', '--tool-name', tool, ...given);
}

/** Says what is not as it should be. */
function hold(what: string, { printed, status }: Inspected, expected: number, words: RegExp): void {
  if (status === expected && words.test(printed)) return;
  console.log(`MCP inspector, ${what}: exit code ${status}, not ${expected}, or other words\n${printed}`);
  process.exitCode = 1;
}

try {
  const list = await inspect([], '--method', 'tools/list', '--strict');
  hold('list', list, 0, /^(?!.*\bwarn(?:ing)?s?\b).*generate_image/is);
  const order = { prompt: 'A fox', model: 'z-image' };
  const made = await call('generate_image', order, '--confirm-above', '10');
  hold('order', made, 0, /done: 1 of 1/);
  const [, id = ''] = /task: ([\w-]+)/.exec(made.printed) ?? [];
  hold('check_task', await call('check_task', { task_ids: `["${id}"]` }), 0, /done: 1 of 1/);
  hold('find_tasks', await call('find_tasks', { query: 'fox' }), 0, /found: 1/);
  hold('list_models', await call('list_models', { kind: 'video' }), 0, /models: \d/);
  hold('get_credits', await call('get_credits', {}), 0, /balance: \d/);
  hold('wrong input', await call('generate_image', { ...order, budget: '1' }), toolError, /invalid_input/);
  const poor = await call('generate_image', { ...order, prompt: 'A cat' }, '--daily-budget', '0');
  hold('no budget', poor, toolError, /budget_exceeded/);
  hold('no tool', await call('delete_task', {}), toolError, /delete_task/);
  const charges = sandbox.control.charges().length;
  if (charges !== 1) {
    console.log(`MCP inspector: ${charges} charges, not 1`);
    process.exitCode = 1;
  }
  if (process.exitCode === undefined) console.log('MCP inspector: nothing to say');
} finally {
  await sandbox.close();
  rmSync(data, { recursive: true, force: true });
}
