import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/base/clock.ts';
import { findReferences } from '../../src/core/links/find/findReferences.ts';
import { mostAtOnce, ReferenceFinder } from '../../src/core/links/find/referenceFinder.ts';
import { searchAhead } from '../../src/core/links/find/searchAhead.ts';
import { missingFile } from '../../src/core/links/resolve.ts';
import { findProject } from '../../src/core/projects/findProject.ts';
import { CachedProjectFiles, type ProjectFiles } from '../../src/core/projects/projectFiles.ts';

/*
 * `node test/bench/links.ts`: how long it takes to look through a workspace of 10,000 documents for missing
 * files (ARCHITECTURE.md, "Documents that heal"), beside reading the same files and no more, and how long it
 * goes on when it is stopped; then through documents of a megabyte, to find and to heal, while the thread of
 * the host must go on. Prints figures; asserts nothing.
 */
const folders = 100;
const documentsInFolder = 100;
const referencesInDocument = 11;
const bytesInDocument = 4_200;
/** As `workspaceTexts` does. */
const sliceMs = 10;
const mostReferences = 500;

const finder = new ReferenceFinder(
  path.join(import.meta.dirname, '../../src/core/links/find/finderThread.ts'),
  systemClock,
);
/** A line of each family, of which the large documents are made. */
const lines: Readonly<Record<string, string>> = {
  'a.md': 'The quick `brown` fox [jumps](there.md) over the **lazy** ![dog](img/dog.png).\n\n',
  'a.mdx': 'The quick `brown` fox <Image src="a.png"/> over the **lazy** ![dog](img/dog.png).\n\n',
  'a.html': '<p>The quick <b>fox</b> jumps <img src="img/fox.png" alt="a fox"></p>\n',
  'a.tsx': 'const a = <p className="a">The quick fox <img src="./fox.png" alt={`a`} /></p>;\n',
  'a.css': '.a { color: red; background: url(img/a.png) no-repeat; }\n',
  'a.tex': 'The quick brown fox \\textbf{jumps} \\includegraphics[width=3cm]{img/a}\n',
  'a.yaml': '- image: img/a.png\n  title: The quick brown fox\n',
};

const folder = await mkdtemp(path.join(tmpdir(), 'rivya-links-'));
try {
  await makeWorkspace();
  const documents = Array.from({ length: folders * documentsInFolder }, (_, index) => documentOf(index));
  await readAll(documents);
  let found = { references: 0, missing: 0 };
  const bare = await watched(() => readAll(documents));
  const scan = await watched(async () => {
    found = await scanAll(documents, new AbortController().signal);
  });
  console.log(`${documents.length} documents, ${found.references} references, ${found.missing} missing`);
  console.log(
    `read: ${bare.time.toFixed(0)} ms, looked through: ${scan.time.toFixed(0)} ms, ${(scan.time / bare.time).toFixed(1)} times`,
  );
  console.log(`delay of the loop: ${delays(scan)}; while only reading: ${delays(bare)}`);
  for (const moment of [0.1, 0.5, 0.9]) console.log(await stoppedAt(documents, scan.time * moment));
  console.log(`\nas much as is looked through at once (${mostAtOnce} units), the first time and then`);
  for (const [name, line] of Object.entries(lines)) {
    const length = /mdx|yaml/.test(name) ? mostAtOnce / 4 : mostAtOnce;
    const text = line.repeat(Math.floor(length / line.length));
    const own: string[] = [];
    for (let round = 0; round < 3; round++) {
      const once = await watched(() =>
        Promise.resolve(void findReferences(text, { languageId: 'plaintext', file: [name] })),
      );
      own.push(once.own.toFixed(1));
    }
    console.log(`  ${name.padEnd(8)} own work ${own.join(', ')} ms`);
  }
  console.log('\ndocuments of a megabyte: without the thread, and with it; delay of the loop meanwhile');
  const rest = await watched(() => setTimeout(500));
  const busy = await watched(() => keepThreadBusy(2_000));
  console.log(
    `  nothing at all: ${delays(rest)}; beside a busy thread that we know nothing of: ${delays(busy)}`,
  );
  for (const [name, line] of Object.entries(lines)) {
    const text = line.repeat(Math.floor((1024 * 1024 - 100) / line.length));
    const identity = { languageId: 'plaintext', file: [name] };
    const held = await watched(() => Promise.resolve(void findReferences(text, identity)));
    const free = await watched(async () => {
      await finder.find(text, identity, mostReferences);
    });
    const heal = await watched(async () => {
      await finder.findTo(text, identity, ['img/none.png']);
    });
    console.log(
      `  ${name.padEnd(8)} ${held.time.toFixed(0).padStart(6)} ms, ${free.time.toFixed(0).padStart(6)} ms; own work ${free.own.toFixed(1)} ms, to heal ${heal.own.toFixed(1)} ms; ${delays(free)}`,
    );
  }
} finally {
  finder.dispose();
  await rm(folder, { recursive: true, force: true });
}

function documentOf(index: number): string {
  return `docs/d${index % folders}/page${index}.md`;
}

interface Watched {
  /** All in milliseconds. */
  readonly time: number;
  readonly p99: number;
  readonly longest: number;
  /** What this thread itself has worked, however busy the machine is: no slice of it can be longer. */
  readonly own: number;
}

async function watched(work: () => Promise<void>): Promise<Watched> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const start = performance.now();
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  const time = performance.now() - start;
  // What held the loop up is counted when it goes on.
  await setTimeout(5);
  loop.disable();
  return { time, p99: loop.percentile(99) / 1e6, longest: loop.max / 1e6, own: (user + system) / 1000 };
}

function delays({ p99, longest }: Watched): string {
  return `p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`;
}

/** What the machine makes of two threads: a delay that is not ours. */
async function keepThreadBusy(milliseconds: number): Promise<void> {
  const program = `const end = performance.now() + ${milliseconds}; while (performance.now() < end);`;
  const thread = new Worker(program, { eval: true });
  await once(thread, 'exit');
}

async function readAll(documents: readonly string[]): Promise<void> {
  for (const each of documents) await readFile(path.join(folder, each), 'utf8');
}

async function scanAll(
  documents: readonly string[],
  signal: AbortSignal,
  own = finder,
): Promise<{ references: number; missing: number }> {
  const files = new CachedProjectFiles(diskFiles());
  let references = 0;
  let missing = 0;
  const search = async ({ path: each, text }: { path: string; text: string }) => {
    const found = await own.find(text, { languageId: 'markdown', file: each.split('/') }, mostReferences);
    return { each, text, found };
  };
  for await (const { each, text, found } of searchAhead(textsOf(documents, signal), search, signal)) {
    references += found.length;
    const project = await findProject(files, { path: each, languageId: 'markdown', text });
    const place = { path: each, project, setting: { roots: [], isSet: false } };
    for (const reference of found) if ((await missingFile(reference, place, files)) !== undefined) missing++;
  }
  return { references, missing };
}

async function* textsOf(
  documents: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<{ path: string; text: string }> {
  let since = performance.now();
  for (const each of documents) {
    if (signal.aborted) return;
    yield { path: each, text: await readFile(path.join(folder, each), 'utf8') };
    if (performance.now() - since < sliceMs) continue;
    await setImmediate();
    since = performance.now();
  }
}

/** How long a search goes on that is stopped after so many milliseconds. */
async function stoppedAt(documents: readonly string[], moment: number): Promise<string> {
  const stop = new AbortController();
  const own = finder.apart();
  const search = scanAll(documents, stop.signal, own).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await setTimeout(moment);
  const stopped = performance.now();
  stop.abort();
  own.dispose();
  await search;
  return `stopped after ${moment.toFixed(0)} ms: over ${(performance.now() - stopped).toFixed(1)} ms later`;
}

/** Documents of prose, in whose folders every picture is there but one. */
async function makeWorkspace(): Promise<void> {
  const prose = 'The quick brown fox jumps over the lazy dog, and the dog sleeps on.\n';
  for (let index = 0; index < folders; index++) {
    const home = path.join(folder, `docs/d${index}`);
    await mkdir(path.join(home, 'img'), { recursive: true });
    for (let picture = 1; picture < referencesInDocument; picture++)
      await writeFile(path.join(home, `img/p${picture}.png`), '');
  }
  for (let index = 0; index < folders * documentsInFolder; index++) {
    let text = `# Page ${index}\n\n`;
    for (let picture = 0; picture < referencesInDocument; picture++) {
      text += `![Picture ${picture}](img/p${picture}.png)\n\n`;
      while (text.length < (bytesInDocument / referencesInDocument) * (picture + 1)) text += prose;
      text += '\n';
    }
    await writeFile(path.join(folder, documentOf(index)), text);
  }
}

function diskFiles(): ProjectFiles {
  return {
    async list(below) {
      const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
      return entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    },
    read: file => readFile(path.join(folder, file), 'utf8').catch(() => undefined),
  };
}
