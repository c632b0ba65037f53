import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProject } from '../../src/core/projects/findProject.ts';
import { mediaFolder } from '../../src/core/projects/mediaFolder.ts';
import { CachedProjectFiles, type ProjectFiles } from '../../src/core/projects/projectFiles.ts';
import { filesBelow } from '../support/projectFolder.ts';

/*
 * `node test/bench/projects.ts`: how long it takes to find the project of a document in a workspace of 50,000
 * files (ARCHITECTURE.md, "Projects"). Prints medians; asserts nothing.
 */
const packages = 250;
const filesInPackage = 200;
const looks = 500;

const folder = await mkdtemp(path.join(tmpdir(), 'rivya-projects-'));
try {
  await makeWorkspace();
  const documents = Array.from({ length: looks }, (_, index) => documentOf(index));
  const cold = await median(documents, () => filesBelow(folder));
  const cached = new CachedProjectFiles(filesBelow(folder));
  await median(documents, () => cached);
  const warm = await median(documents, () => cached);
  console.log(`workspace: ${packages * filesInPackage} files in ${packages} packages, ${looks} documents`);
  console.log(`project found, nothing remembered: ${cold.toFixed(2)} ms median`);
  console.log(`project found, remembered:         ${warm.toFixed(2)} ms median`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

function documentOf(index: number): string {
  return `packages/p${index % packages}/src/feature/deep/component${index % 20}.tsx`;
}

async function median(documents: readonly string[], filesFor: () => ProjectFiles): Promise<number> {
  const times: number[] = [];
  for (const document of documents) {
    const files = filesFor();
    const start = performance.now();
    const project = await findProject(files, { path: document, languageId: 'typescriptreact', text: '' });
    await mediaFolder(files, project, 'image');
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

/** A monorepo: every third package an app of Vite, every third a site of MkDocs, the others libraries. */
async function makeWorkspace(): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), '{ "workspaces": ["packages/*"] }');
  await writeFile(path.join(folder, '.gitignore'), 'node_modules/\ndist/\n');
  for (let index = 0; index < packages; index++) {
    const root = path.join(folder, `packages/p${index}`);
    const deep = path.join(root, 'src/feature/deep');
    await mkdir(deep, { recursive: true });
    await mkdir(path.join(root, 'public'));
    const manifest = { devDependencies: index % 3 === 0 ? { vite: '^7.0.0' } : {} };
    await writeFile(path.join(root, 'package.json'), JSON.stringify(manifest));
    if (index % 3 === 1) await writeFile(path.join(root, 'mkdocs.yml'), 'site_name: Fox\n');
    for (let file = 0; file < filesInPackage; file++) {
      await writeFile(path.join(file < 60 ? deep : root, `component${file}.tsx`), '');
    }
  }
}
