import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { findReferences } from '../../src/core/links/find/findReferences.ts';
import { missingFile } from '../../src/core/links/resolve.ts';
import { findProject } from '../../src/core/projects/findProject.ts';
import { CachedProjectFiles, type ProjectFiles } from '../../src/core/projects/projectFiles.ts';

/*
 * `node test/bench/links.ts`: how long it takes to look through a workspace of 10,000 documents for missing
 * files (ARCHITECTURE.md, "Documents that heal"), beside reading the same files and no more. Prints figures;
 * asserts nothing.
 */
const folders = 100;
const documentsInFolder = 100;
const referencesInDocument = 11;
const bytesInDocument = 4_200;
/** As `workspaceTexts` does, in milliseconds. */
const sliceMs = 10;

const folder = await mkdtemp(path.join(tmpdir(), 'rivya-links-'));
try {
  await makeWorkspace();
  const documents = Array.from({ length: folders * documentsInFolder }, (_, index) => documentOf(index));
  await readAll(documents);
  const idle = monitorEventLoopDelay({ resolution: 1 });
  idle.enable();
  const bare = await timed(() => readAll(documents));
  idle.disable();
  const busy = monitorEventLoopDelay({ resolution: 1 });
  busy.enable();
  let found = { references: 0, missing: 0 };
  const scan = await timed(async () => void (found = await scanAll(documents)));
  busy.disable();
  const milliseconds = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1);
  console.log(`${documents.length} documents, ${found.references} references, ${found.missing} missing`);
  console.log(
    `read: ${bare.toFixed(0)} ms, looked through: ${scan.toFixed(0)} ms, ${(scan / bare).toFixed(1)} times`,
  );
  console.log(
    `delay of the loop, p99: ${milliseconds(busy.percentile(99))} ms; while only reading: ${milliseconds(idle.percentile(99))} ms`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

function documentOf(index: number): string {
  return `docs/d${index % folders}/page${index}.md`;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function readAll(documents: readonly string[]): Promise<void> {
  for (const each of documents) await readFile(path.join(folder, each), 'utf8');
}

async function scanAll(documents: readonly string[]): Promise<{ references: number; missing: number }> {
  const files = new CachedProjectFiles(diskFiles());
  let references = 0;
  let missing = 0;
  let since = performance.now();
  for (const each of documents) {
    const text = await readFile(path.join(folder, each), 'utf8');
    const found = findReferences(text, { languageId: 'markdown', file: each.split('/') });
    references += found.length;
    const project = await findProject(files, { path: each, languageId: 'markdown', text });
    const place = { path: each, project, setting: { roots: [], isSet: false } };
    for (const reference of found) if ((await missingFile(reference, place, files)) !== undefined) missing++;
    if (performance.now() - since < sliceMs) continue;
    await setImmediate();
    since = performance.now();
  }
  return { references, missing };
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
