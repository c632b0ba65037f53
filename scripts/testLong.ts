/**
 * The long forms of tests that try random cases (`npm run test:long`), with other cases in each run, the
 * linters of others for our OpenAPI document and our MCP server, the tools that make something of documents,
 * and the suite in folders with odd names, on a file system as Windows and odd mounts have it, and on the
 * oldest VS Code:
 *
 *     npm run test:long [-- --seed 7]
 *
 * The seed is printed; with it a failure can be repeated. Exit code 1 when something failed.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { mountAwkward } from '../test/support/awkwardFileSystem.ts';
import { versionVariable } from '../test/support/vscodeServerInstall.ts';
import { root } from './workspace.ts';

const { values: options } = parseArgs({
  options: { seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
});
const { seed } = options;
/** Those that ask how many cases they shall try, or whether they shall run at all. */
const properties = globSync('test/unit/**/*.test.ts', { cwd: root }).filter(file =>
  readFileSync(path.join(root, file), 'utf8').includes("support/propertyRuns.ts'"),
);

function succeeds(program: string, ...parameters: string[]): boolean {
  const { status } = spawnSync(process.execPath, [path.join(root, program), ...parameters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_LONG: '1', FUZZ_SEED: seed },
  });
  return status === 0;
}

console.log(`Seed ${seed}`);
const outcomes = [
  succeeds('scripts/lintOpenapi.ts'),
  succeeds('scripts/build.ts') && succeeds('scripts/inspectMcp.ts'),
  succeeds('node_modules/vitest/vitest.mjs', 'run', '--testTimeout=1200000', ...properties),
  succeeds('test/kill/main.ts', '--kills', '1000', '--seed', seed),
  succeeds('test/tools/main.ts'),
];

/** Runs with everything that a program is told of its surroundings. */
function succeedsIn(environment: Record<string, string>, program: string, ...parameters: string[]): boolean {
  const { status } = spawnSync(process.execPath, [path.join(root, program), ...parameters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status === 0;
}

const integration = ['scripts/testIntegration.ts', '--seed', seed] as const;
// Blanks and letters beyond ASCII in every folder: of temporary files, of the storage, of the workspace.
const oddFolder = path.join(realpathSync(mkdtempSync(path.join(tmpdir(), 'rivya-'))), 't m p Žofie');
mkdirSync(oddFolder);
try {
  outcomes.push(
    succeedsIn({ TMPDIR: oddFolder }, 'node_modules/vitest/vitest.mjs', 'run'),
    succeedsIn({ TMPDIR: oddFolder }, ...integration),
  );
} finally {
  rmSync(path.dirname(oddFolder), { recursive: true, force: true });
}

// Names without case, open files that cannot be renamed, folders that cannot be synced, no shared memory.
const awkward = await mountAwkward();
if (awkward) {
  try {
    outcomes.push(
      succeedsIn(
        { TMPDIR: awkward.path },
        ...['node_modules/vitest/vitest.mjs', 'run', '--testTimeout=600000'],
        'test/unit/base/patience',
        ...['storage', 'assets', 'mirror', 'places', 'tasks/ledger', 'tasks/windows', 'chat/chatStore'].map(
          part => `test/unit/core/${part}`,
        ),
      ),
    );
  } finally {
    awkward.unmount();
  }
} else {
  console.log('Not run on an awkward file system: FUSE or python3-fusepy is not there.');
}

// The oldest VS Code that the manifest promises, on the Node that it came with.
const oldest = '1.106';
const scenarios = ['smoke', 'generate', 'chat', 'survive'].map(name => `test/e2e/${name}.spec.ts`);
outcomes.push(
  succeedsIn({}, ...integration, '--vscode', oldest),
  succeeds('scripts/package.ts'),
  succeedsIn({ [versionVariable]: oldest }, 'node_modules/@playwright/test/cli.js', 'test', ...scenarios),
);
if (outcomes.includes(false)) process.exitCode = 1;
