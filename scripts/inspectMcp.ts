/**
 * Holds the schemas of the MCP server against those that its clients take, by the inspector of the protocol's
 * own makers. Exit code 1 when it has something to say, be it a warning. It wants `dist/mcp.cjs` of a build.
 *
 *     node scripts/inspectMcp.ts
 *
 * The inspector is large and needed here alone, so it is no dependency: npx keeps it in `.cache`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './workspace.ts';

const data = mkdtempSync(path.join(tmpdir(), 'rivya-inspector-'));
const server = [process.execPath, path.join(root, 'dist/mcp.cjs'), '--data', data];

/** @returns what it has printed, and how it ended */
function inspect(...parameters: string[]): { readonly printed: string; readonly status: number | null } {
  const inspector = ['--yes', '@modelcontextprotocol/inspector@2.12.0', '--cli', ...server, ...parameters];
  const { status, stdout, stderr, error } = spawnSync('npx', inspector, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      npm_config_cache: path.join(root, '.cache', 'npm'),
      // Nobody is asked for a list of tools, and none of them costs anything.
      RIVYA_BASE_URL: 'http://127.0.0.1:9',
    },
  });
  return { printed: `${stdout}${stderr}${error?.message ?? ''}`, status };
}

try {
  const { printed, status } = inspect('--method', 'tools/list', '--strict');
  const isGood = status === 0 && !/\bwarn(?:ing)?s?\b/i.test(printed) && printed.includes('generate_image');
  console.log(isGood ? 'MCP inspector: nothing to say' : printed);
  if (!isGood) process.exitCode = 1;
} finally {
  rmSync(data, { recursive: true, force: true });
}
