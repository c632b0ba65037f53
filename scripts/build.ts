/**
 * Builds the bundles: `dist/` for the extension host, `dist/webview/` for the chat page (scripts/buildWebview.ts), and
 * `dist-test/` for the integration suite (`--tests`).
 *
 * The host loads CommonJS, and esbuild splits code only between ES modules. So each bundle is made in two passes: split as ES
 * modules first, then every chunk is turned into CommonJS on its own, where `import()` becomes a `require` at the time of
 * the call. Chunks shared by two parts stay one file, so a class has one identity everywhere.
 *
 *     node scripts/build.ts [--tests] [--watch]
 */
import { globSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { finishWebview, webviewOptions } from './buildWebview.ts';
import { root } from './workspace.ts';

/** What the extension host must read before `activate()` may run: the entry and the chunks it imports statically. */
const eagerBudgetInBytes = 60_000;
const hostTarget = 'node22';

interface Bundle {
  readonly name: string;
  readonly entryPoints: Record<string, string>;
  readonly outputFolder: string;
  readonly external: readonly string[];
  readonly minify: boolean;
  /** Output whose static imports must fit the eager budget. */
  readonly budgeted?: string;
}

interface Chunk {
  readonly fileName: string;
  readonly code: string;
  readonly map: string;
  readonly size: number;
  /** File names of the chunks that are read together with this one. */
  readonly staticImports: readonly string[];
}

const host: Bundle = {
  name: 'extension',
  entryPoints: { extension: 'src/extension.ts' },
  outputFolder: 'dist',
  external: ['vscode'],
  minify: true,
  budgeted: 'extension.cjs',
};

function integrationTests(): Bundle {
  const files = ['test/integration/index.ts', ...globSync('test/integration/**/*.test.ts', { cwd: root })];
  return {
    name: 'integration tests',
    entryPoints: Object.fromEntries(
      files.map(file => [path.relative('test/integration', file).replace(/\.ts$/, ''), file]),
    ),
    outputFolder: 'dist-test',
    external: ['vscode', 'mocha'],
    minify: false,
  };
}

function splitOptions(bundle: Bundle): esbuild.BuildOptions & { metafile: true; write: false } {
  return {
    absWorkingDir: root,
    entryPoints: bundle.entryPoints,
    outdir: bundle.outputFolder,
    bundle: true,
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.cjs' },
    chunkNames: '[name]-[hash]',
    platform: 'node',
    target: hostTarget,
    external: [...bundle.external],
    minify: bundle.minify,
    sourcemap: 'inline',
    metafile: true,
    write: false,
    logLevel: 'silent',
  };
}

async function toCommonJs(
  bundle: Bundle,
  result: esbuild.BuildResult<{ metafile: true; write: false }>,
): Promise<Chunk[]> {
  return await Promise.all(
    result.outputFiles.map(async file => {
      const fileName = path.relative(path.join(root, bundle.outputFolder), file.path);
      const transformed = await esbuild.transform(file.text, {
        sourcefile: fileName,
        format: 'cjs',
        platform: 'node',
        target: hostTarget,
        supported: { 'dynamic-import': false },
        minify: bundle.minify,
        sourcemap: 'external',
        logLevel: 'silent',
      });
      failOnMessages(transformed.warnings);
      const output = result.metafile.outputs[path.posix.join(bundle.outputFolder, toPosix(fileName))];
      if (output === undefined) throw new Error(`esbuild reported nothing about ${fileName}.`);
      const code = `${transformed.code}//# sourceMappingURL=${path.basename(fileName)}.map\n`;
      return {
        fileName: toPosix(fileName),
        code,
        map: transformed.map,
        size: Buffer.byteLength(code),
        staticImports: output.imports
          .filter(imported => imported.kind === 'import-statement' && imported.external !== true)
          .map(imported => path.posix.relative(bundle.outputFolder, imported.path)),
      };
    }),
  );
}

async function writeChunks(bundle: Bundle, chunks: readonly Chunk[]): Promise<void> {
  const folder = path.join(root, bundle.outputFolder);
  await mkdir(folder, { recursive: true });
  const written = new Set<string>();
  for (const chunk of chunks) {
    const file = path.join(folder, chunk.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, chunk.code);
    await writeFile(`${file}.map`, chunk.map);
    written.add(chunk.fileName).add(`${chunk.fileName}.map`);
  }
  // Chunk names carry a hash; those of earlier builds would go into the package otherwise.
  for (const entry of await readdir(folder, { recursive: true })) {
    const stale = /\.cjs(\.map)?$/.test(entry) && !written.has(toPosix(entry));
    if (stale) await rm(path.join(folder, entry));
  }
}

/** The chunk and all that it imports statically, directly or not. */
function loadedWith(fileName: string, chunks: readonly Chunk[]): Chunk[] {
  const loaded = new Set<Chunk>();
  const add = (name: string): void => {
    const chunk = chunks.find(candidate => candidate.fileName === name);
    if (chunk === undefined) throw new Error(`No chunk is called ${name}.`);
    if (loaded.has(chunk)) return;
    loaded.add(chunk);
    chunk.staticImports.forEach(add);
  };
  add(fileName);
  return [...loaded];
}

function report(bundle: Bundle, chunks: readonly Chunk[]): void {
  const total = sumOfSizes(chunks);
  const eager = bundle.budgeted === undefined ? [] : loadedWith(bundle.budgeted, chunks);
  console.log(`${bundle.name}: ${chunks.length} files, ${kilobytes(total)}`);
  if (bundle.budgeted === undefined) return;
  for (const chunk of chunks.toSorted((a, b) => b.size - a.size)) {
    const when = eager.includes(chunk) ? 'at start' : 'on use';
    console.log(`  ${chunk.fileName.padEnd(34)} ${kilobytes(chunk.size).padStart(10)}  ${when}`);
  }
  const eagerSize = sumOfSizes(eager);
  console.log(`  loaded at start: ${kilobytes(eagerSize)} of ${kilobytes(eagerBudgetInBytes)}`);
  if (eagerSize > eagerBudgetInBytes) {
    throw new Error(
      `${bundle.budgeted} loads ${kilobytes(eagerSize)} at start, more than ${kilobytes(eagerBudgetInBytes)}: ` +
        'load the heavy part with import() where it is first used.',
    );
  }
}

function failOnMessages(messages: readonly esbuild.Message[]): void {
  if (messages.length === 0) return;
  throw new Error(formatMessages(messages).join('\n'));
}

/** One `file:line:column: error: text` a message, which is what the problem matcher of `.vscode/tasks.json` reads. */
function formatMessages(messages: readonly esbuild.Message[]): string[] {
  return messages.map(({ location, text }) =>
    location === null
      ? `error: ${text}`
      : `${location.file}:${location.line}:${location.column + 1}: error: ${text}`,
  );
}

async function finish(
  bundle: Bundle,
  result: esbuild.BuildResult<{ metafile: true; write: false }>,
): Promise<void> {
  failOnMessages(result.warnings);
  const chunks = await toCommonJs(bundle, result);
  await writeChunks(bundle, chunks);
  report(bundle, chunks);
}

async function build(bundle: Bundle): Promise<void> {
  await finish(bundle, await esbuild.build(splitOptions(bundle)));
}

async function buildWebview(): Promise<void> {
  const { warnings, metafile } = await esbuild.build(webviewOptions);
  failOnMessages(warnings);
  await finishWebview(metafile);
}

/** Rebuilds on every change until the process ends. */
async function watch(bundle: Bundle): Promise<void> {
  const options = splitOptions(bundle);
  const context = await esbuild.context({
    ...options,
    plugins: [reporter<typeof options>(bundle.name, result => finish(bundle, result))],
  });
  await context.watch();
}

async function watchWebview(): Promise<void> {
  const context = await esbuild.context({
    ...webviewOptions,
    plugins: [reporter<typeof webviewOptions>('chat page', ({ metafile }) => finishWebview(metafile))],
  });
  await context.watch();
}

/** Says when a build begins and ends, and what is wrong with it. */
function reporter<T extends esbuild.BuildOptions>(
  name: string,
  onBuilt: (result: esbuild.BuildResult<T>) => Promise<void>,
): esbuild.Plugin {
  return {
    name: 'finish-and-report',
    setup(hooks) {
      hooks.onStart(() => console.log(`[watch] ${name}: build started`));
      hooks.onEnd(async result => {
        try {
          failOnMessages(result.errors);
          await onBuilt(result);
        } catch (error) {
          console.error(messageOf(error));
        }
        console.log(`[watch] ${name}: build finished`);
      });
    },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof Error && 'errors' in error) {
    return formatMessages(error.errors as esbuild.Message[]).join('\n');
  }
  return error instanceof Error ? error.message : String(error);
}

function sumOfSizes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.size, 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

function toPosix(fileName: string): string {
  return fileName.replaceAll(path.sep, '/');
}

const { values: options } = parseArgs({
  options: { tests: { type: 'boolean', default: false }, watch: { type: 'boolean', default: false } },
});
const bundles = options.tests ? [host, integrationTests()] : [host];
try {
  await Promise.all(
    options.watch ? [...bundles.map(watch), watchWebview()] : [...bundles.map(build), buildWebview()],
  );
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
