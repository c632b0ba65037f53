/**
 * Builds the bundles: `dist/` for the extension host, `dist/webview/` for the pages
 * (scripts/buildWebview.ts), `dist/cli.cjs` and `dist/mcp.cjs` for the programs without an editor
 * (scripts/buildCli.ts), and `dist-test/` for the integration suite (`--tests`); and lays the compiled codecs
 * of pictures into `dist/codecs`. `--out` names another folder than `dist`.
 *
 * The host loads CommonJS, and esbuild splits code only between ES modules. So each bundle is made in two
 * passes: split as ES modules first, then every chunk is turned into CommonJS on its own, where `import()`
 * becomes a `require` at the time of the call. Chunks shared by two parts stay one file, so a class has one
 * identity everywhere. What is read at start is put together in the entry again, because each file to read
 * costs time there; its chunks become references into the entry.
 *
 *     node scripts/build.ts [--tests] [--watch] [--out <folder>]
 */
import { globSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { programFiles, programOptions } from './buildCli.ts';
import { finishWebview, webviewOptions } from './buildWebview.ts';
import { copyCodecs } from './codecFiles.ts';
import { root } from './workspace.ts';

/**
 * What the extension host must read before `activate()` may run: the entry and the chunks it imports
 * statically.
 */
const eagerBudgetInBytes = 60_000;
const hostTarget = 'node22';

const { values: options } = parseArgs({
  options: {
    tests: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
  },
});

type Program = keyof typeof programFiles;
const programs = Object.keys(programFiles) as Program[];

interface Bundle {
  readonly name: string;
  readonly entryPoints: Record<string, string>;
  readonly outputFolder: string;
  readonly external: readonly string[];
  readonly minify: boolean;
  /** Output that is read at start, with all that it imports statically, and must fit the eager budget. */
  readonly entry?: string;
  /** Outputs that are programs of threads, in which there is no `vscode` and so no entry. */
  readonly threads?: readonly string[];
}

interface Chunk {
  readonly fileName: string;
  readonly code: string;
  readonly map: string | undefined;
  readonly size: number;
  readonly isEager: boolean;
}

const commonJs = {
  format: 'cjs',
  platform: 'node',
  target: hostTarget,
  supported: { 'dynamic-import': false },
  sourcemap: 'external',
  logLevel: 'silent',
} satisfies esbuild.CommonOptions;

const host: Bundle = {
  name: 'extension',
  entryPoints: {
    extension: 'src/extension.ts',
    finderThread: 'src/core/links/find/finderThread.ts',
    packageThread: 'src/core/assets/plan/packageThread.ts',
    mediaThread: 'src/core/media/mediaThread.ts',
  },
  outputFolder: options.out,
  external: ['vscode'],
  minify: true,
  entry: 'extension.cjs',
  threads: ['finderThread.cjs', 'packageThread.cjs', 'mediaThread.cjs'],
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
    // CommonJS has no import.meta, and each pass keeps free names as they are. Codecs would look for their
    // files by its address, but are given them.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '"file:///"' },
    minify: bundle.minify,
    sourcemap: 'inline',
    metafile: true,
    write: false,
    logLevel: 'silent',
  };
}

type SplitResult = esbuild.BuildResult<{ metafile: true; write: false }>;

/** File names of the outputs that this one imports statically. */
function staticImports({ metafile }: SplitResult, { outputFolder }: Bundle, fileName: string): string[] {
  const output = metafile.outputs[path.posix.join(outputFolder, fileName)];
  if (output === undefined) throw new Error(`esbuild reported nothing about ${fileName}.`);
  return output.imports
    .filter(imported => imported.kind === 'import-statement' && imported.external !== true)
    .map(imported => path.posix.relative(outputFolder, imported.path));
}

/** The output and all that it imports statically, directly or not. */
function loadedWith(result: SplitResult, bundle: Bundle, fileName: string): Set<string> {
  const loaded = new Set<string>();
  const add = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    staticImports(result, bundle, name).forEach(add);
  };
  add(fileName);
  return loaded;
}

async function toCommonJs(bundle: Bundle, result: SplitResult): Promise<Chunk[]> {
  const sources = new Map(
    result.outputFiles.map(file => [
      toPosix(path.relative(path.join(root, bundle.outputFolder), file.path)),
      file.text,
    ]),
  );
  const { entry } = bundle;
  const eager = entry === undefined ? new Set<string>() : loadedWith(result, bundle, entry);
  const lazy = [...sources].filter(([fileName]) => !eager.has(fileName));
  const chunks = await Promise.all(
    lazy.map(async ([fileName, source]) => {
      const { code, map, warnings } = await esbuild.transform(source, {
        ...commonJs,
        minify: bundle.minify,
        sourcefile: fileName,
      });
      failOnMessages(warnings);
      return chunk(fileName, code, map, false);
    }),
  );
  if (entry === undefined) return chunks;
  const threads = (bundle.threads ?? []).flatMap(thread => [...loadedWith(result, bundle, thread)]);
  const inThreads = new Map<string, string>();
  for (const fileName of threads.filter(each => eager.has(each))) {
    const { code } = await esbuild.transform(sources.get(fileName) ?? '', {
      ...commonJs,
      sourcemap: false,
      minify: bundle.minify,
    });
    inThreads.set(fileName, code);
  }
  return [...chunks, ...(await mergeEager(bundle, entry, eager, sources, inThreads))];
}

/**
 * The entry with all chunks that it needs, and for each of these a file through which the other chunks find
 * it there; a thread finds its code in that file.
 */
async function mergeEager(
  bundle: Bundle,
  entry: string,
  eager: ReadonlySet<string>,
  sources: ReadonlyMap<string, string>,
  inThreads: ReadonlyMap<string, string>,
): Promise<Chunk[]> {
  const parts = [...eager].filter(fileName => fileName !== entry);
  const contents = [
    `export * from './${entry}';`,
    ...parts.map((fileName, index) => `import * as part${index} from './${fileName}';`),
    `export const parts = { ${parts.map((fileName, index) => `'${fileName}': part${index}`).join(', ')} };`,
  ].join('\n');
  const { outputFiles, warnings } = await esbuild.build({
    ...commonJs,
    stdin: { contents, resolveDir: root },
    outfile: entry,
    bundle: true,
    external: [...bundle.external],
    minify: bundle.minify,
    write: false,
    plugins: [
      {
        name: 'eager-chunks',
        setup(hooks) {
          hooks.onResolve({ filter: /^\.\// }, ({ path: imported }) => {
            const fileName = path.posix.normalize(imported);
            return eager.has(fileName)
              ? { path: fileName, namespace: 'eager' }
              : { path: imported, external: true };
          });
          hooks.onLoad({ filter: /./, namespace: 'eager' }, ({ path: fileName }) => ({
            contents: sources.get(fileName) ?? '',
            loader: 'js',
          }));
        },
      },
    ],
  });
  failOnMessages(warnings);
  const textOf = (extension: string): string =>
    outputFiles.find(file => file.path.endsWith(extension))?.text ?? '';
  return [
    chunk(entry, textOf('.cjs'), textOf('.map'), true),
    ...parts.map(fileName => {
      const there = `module.exports=require("./${entry}").parts["${fileName}"];\n`;
      const own = inThreads.get(fileName);
      const either = `if(require("node:worker_threads").isMainThread)${there}else{${own}}\n`;
      return chunk(fileName, own === undefined ? there : either, undefined, false);
    }),
  ];
}

function chunk(fileName: string, source: string, map: string | undefined, isEager: boolean): Chunk {
  const code = map === undefined ? source : `${source}//# sourceMappingURL=${path.basename(fileName)}.map\n`;
  return { fileName, code, map, size: Buffer.byteLength(code), isEager };
}

async function writeChunks(bundle: Bundle, chunks: readonly Chunk[]): Promise<void> {
  const folder = path.join(root, bundle.outputFolder);
  await mkdir(folder, { recursive: true });
  const written = new Set<string>();
  for (const chunk of chunks) {
    const file = path.join(folder, chunk.fileName);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, chunk.code);
    written.add(chunk.fileName);
    if (chunk.map === undefined) continue;
    await writeFile(`${file}.map`, chunk.map);
    written.add(`${chunk.fileName}.map`);
  }
  // Chunk names carry a hash; those of earlier builds would go into the package otherwise.
  for (const entry of await readdir(folder, { recursive: true })) {
    const isOurs = written.has(toPosix(entry)) || programs.some(program => programFiles[program] === entry);
    const stale = /\.cjs(\.map)?$/.test(entry) && !isOurs;
    if (stale) await rm(path.join(folder, entry));
  }
}

function report(bundle: Bundle, chunks: readonly Chunk[]): void {
  const total = sumOfSizes(chunks);
  console.log(`${bundle.name}: ${chunks.length} files, ${kilobytes(total)}`);
  if (bundle.entry === undefined) return;
  for (const chunk of chunks.toSorted((a, b) => b.size - a.size)) {
    const when = chunk.isEager ? 'at start' : 'on use';
    console.log(`  ${chunk.fileName.padEnd(34)} ${kilobytes(chunk.size).padStart(10)}  ${when}`);
  }
  const eagerSize = sumOfSizes(chunks.filter(({ isEager }) => isEager));
  console.log(`  loaded at start: ${kilobytes(eagerSize)} of ${kilobytes(eagerBudgetInBytes)}`);
  if (eagerSize > eagerBudgetInBytes) {
    throw new Error(
      `${bundle.entry} loads ${kilobytes(eagerSize)} at start, more than ${kilobytes(eagerBudgetInBytes)}: ` +
        'load the heavy part with import() where it is first used.',
    );
  }
}

function failOnMessages(messages: readonly esbuild.Message[]): void {
  if (messages.length === 0) return;
  throw new Error(formatMessages(messages).join('\n'));
}

/**
 * One `file:line:column: error: text` a message, which is what the problem matcher of `.vscode/tasks.json`
 * reads.
 */
function formatMessages(messages: readonly esbuild.Message[]): string[] {
  return messages.map(({ location, text }) =>
    location === null
      ? `error: ${text}`
      : `${location.file}:${location.line}:${location.column + 1}: error: ${text}`,
  );
}

async function finish(bundle: Bundle, result: SplitResult): Promise<void> {
  failOnMessages(result.warnings);
  const chunks = await toCommonJs(bundle, result);
  await writeChunks(bundle, chunks);
  report(bundle, chunks);
}

async function build(bundle: Bundle): Promise<void> {
  await finish(bundle, await esbuild.build(splitOptions(bundle)));
}

async function buildWebview(): Promise<void> {
  const { warnings, metafile } = await esbuild.build(webviewOptions(options.out));
  failOnMessages(warnings);
  await finishWebview(options.out, metafile);
}

async function buildProgram(program: Program): Promise<void> {
  const { warnings, metafile } = await esbuild.build(programOptions(program, options.out));
  failOnMessages(warnings);
  const [bytes = 0] = Object.values(metafile.outputs).map(output => output.bytes);
  console.log(`${program}: ${kilobytes(bytes)}`);
}

/** Rebuilds on every change until the process ends. */
async function watch(bundle: Bundle): Promise<void> {
  const split = splitOptions(bundle);
  const context = await esbuild.context({
    ...split,
    plugins: [reporter<typeof split>(bundle.name, result => finish(bundle, result))],
  });
  await context.watch();
}

async function watchProgram(program: Program): Promise<void> {
  const own = programOptions(program, options.out);
  const context = await esbuild.context({
    ...own,
    plugins: [...(own.plugins ?? []), reporter<typeof own>(program, () => Promise.resolve())],
  });
  await context.watch();
}

async function watchWebview(): Promise<void> {
  const page = webviewOptions(options.out);
  const context = await esbuild.context({
    ...page,
    plugins: [reporter<typeof page>('pages', ({ metafile }) => finishWebview(options.out, metafile))],
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

const codecs = copyCodecs(path.join(root, options.out, 'codecs'));
const bundles = options.tests ? [host, integrationTests()] : [host];
try {
  await Promise.all(
    options.watch
      ? [...bundles.map(watch), watchWebview(), ...programs.map(watchProgram), codecs]
      : [...bundles.map(build), buildWebview(), ...programs.map(buildProgram), codecs],
  );
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
