import { globSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { run } from './run.ts';
import { root } from './workspace.ts';

/**
 * What the result of a stage depends on: the modules that its entries import, directly or not, and further
 * files.
 */
interface Sources {
  readonly stage: string;
  readonly entries?: readonly string[];
  readonly files?: readonly string[];
}

const host = ['src/extension.ts', 'package.json', 'package.nls*.json', 'l10n/**', 'scripts/build*.ts'];
const page = ['src/webview/**', 'src/shared/**', 'media/**', 'scripts/buildWebview.ts'];
const packages = ['package-lock.json'];
const code = '**/*.{ts,js,mjs,cts,mts}';

const sources: readonly Sources[] = [
  { stage: 'format', files: ['**'] },
  { stage: 'lint', files: [code, ...packages] },
  { stage: 'lint-types', files: ['**/*.ts', '.oxlintrc.json', '**/tsconfig.json', ...packages] },
  { stage: 'types', files: ['{src,test,scripts,media}/**/*.ts', '*.ts', 'tsconfig.json', '**/*.json'] },
  { stage: 'webview-types', files: ['src/{webview,shared}/**', '**/tsconfig.json', ...packages] },
  {
    stage: 'webview-test-types',
    entries: ['test/webview/**/*.ts', 'test/bench/{chatPage,galleryPage}/**/*.ts'],
    files: ['**/tsconfig.json', ...packages],
  },
  // Some unit tests read all sources, the manifest and the texts.
  {
    stage: 'unit',
    files: ['src/**', 'test/{unit,support,kill,fixtures}/**', 'media/**', 'l10n/**', '*.json', '*.config.*'],
  },
  {
    stage: 'build',
    entries: ['src/extension.ts', 'test/integration/*.ts'],
    files: [...host, ...page, ...packages],
  },
  {
    stage: 'webview',
    entries: ['test/webview/*.spec.ts', 'playwright.webview.config.ts'],
    files: [...page, ...packages],
  },
  {
    stage: 'integration',
    entries: ['src/extension.ts', 'test/integration/*.ts', 'scripts/testIntegration.ts'],
    files: [...host, 'test/fixtures/**', 'scripts/vscode-server/**', ...packages],
  },
  {
    stage: 'e2e',
    entries: ['src/extension.ts', 'test/e2e/*.ts', 'playwright.config.ts', 'scripts/package.ts'],
    files: [...host, ...page, '.vscodeignore', 'test/fixtures/**', 'scripts/vscode-server/**', ...packages],
  },
];

/** Names of the stages that a change since the merge base with `main` can touch, committed or not. */
export async function touchedStages(): Promise<string[]> {
  const changed = await changedFiles();
  const touched = await Promise.all(sources.map(async each => isTouched(each, changed)));
  return sources.filter((_, index) => touched[index]).map(({ stage }) => stage);
}

async function isTouched(
  { entries = [], files = [] }: Sources,
  changed: readonly string[],
): Promise<boolean> {
  if (changed.some(file => files.some(pattern => path.matchesGlob(file, pattern)))) return true;
  if (entries.length === 0) return false;
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: globSync([...entries], { cwd: root }),
    outdir: 'dist',
    write: false,
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  return changed.some(file => metafile.inputs[file] !== undefined);
}

async function changedFiles(): Promise<string[]> {
  const git = async (...parameters: string[]): Promise<string[]> =>
    (await run('git', parameters, { cwd: root })).split('\n').filter(line => line !== '');
  // A clone of another branch alone has no `main`.
  const [base = 'HEAD'] = await git('merge-base', 'HEAD', 'main').catch(() => []);
  return [
    ...(await git('diff', '--name-only', base)),
    ...(await git('ls-files', '--others', '--exclude-standard')),
  ];
}
