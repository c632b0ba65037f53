/**
 * Holds our OpenAPI documents against the rules of two linters that other people use: the contract, and what
 * the sandbox serves. Exit code 1 when one has something to say, be it a warning.
 *
 *     node scripts/lintOpenapi.ts
 *
 * The linters are large and needed here alone, so they are no dependencies: npx keeps them in `.cache`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { description } from '../src/sandbox/server/openapiRoutes.ts';
import { contract } from '../src/shared/openapi.ts';
import { root } from './workspace.ts';

const cache = path.join(root, '.cache');
const documents = Object.entries({
  'contract.json': contract,
  'sandbox.json': description('http://127.0.0.1:4010'),
}).map(([name, document]) => {
  const folder = path.join(cache, 'openapi');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, JSON.stringify(document, null, 2));
  return file;
});

/** @returns what it has printed, and whether it ended well */
function run(tool: string, ...parameters: string[]): { readonly printed: string; readonly isGood: boolean } {
  const { status, stdout, stderr, error } = spawnSync('npx', ['--yes', tool, ...parameters], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, npm_config_cache: path.join(cache, 'npm'), REDOCLY_TELEMETRY: 'off' },
  });
  const printed = `${stdout}${stderr}${error?.message ?? ''}`;
  console.log(`${tool}\n${printed}`);
  return { printed, isGood: status === 0 };
}

const redocly = run('@redocly/cli@2.77.0', 'lint', '--extends', 'recommended', ...documents);
const spectral = run(
  '@stoplight/spectral-cli@6.16.3',
  'lint',
  '--fail-severity',
  'hint',
  '--ruleset',
  path.join(root, 'scripts/openapiRules.yaml'),
  ...documents,
);
// Redocly ends well also with warnings.
if (!redocly.isGood || /\bwarnings?\b/.test(redocly.printed) || !spectral.isGood) process.exitCode = 1;
