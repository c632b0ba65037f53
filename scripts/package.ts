/**
 * Packages the extension as `rivya-<version>.vsix`, always from a new build: all that belongs into it is laid
 * into a folder of its own, with a manifest that holds only what VS Code and the marketplaces read. What was
 * packaged is then read back; a wrong file or key, and a package over the budget, is an error.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import JSZip from 'jszip';
import { codecFiles } from './codecFiles.ts';
import { run } from './run.ts';
import { root, vsixFile } from './workspace.ts';

type Manifest = Readonly<Record<string, unknown>>;

const budgetInBytes = 3_000_000;
const stagingFolder = 'dist-package';
/** Laid beside the build; `.vscodeignore` says what of it is packaged. */
const packagedAsIs = [
  ...['.vscodeignore', 'l10n', 'media', 'package.nls.json', 'package.nls.hi.json'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE'],
];
const publishedKeys = new Set([
  ...[
    'name',
    'displayName',
    'description',
    'version',
    'publisher',
    'license',
    'homepage',
    'repository',
    'bugs',
  ],
  ...['qna', 'icon', 'galleryBanner', 'categories', 'keywords', 'engines', 'extensionKind', 'main', 'l10n'],
  ...['activationEvents', 'capabilities', 'contributes'],
]);
const developmentKeys = new Set([
  ...['private', 'type', 'bin', 'scripts', 'devDependencies', 'allowScripts', 'overrides'],
]);
/** What may stand in the package, in vsce's spelling. */
const expectedFiles = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(?:package\.json|package\.nls(?:\.\w+)?\.json|readme\.md|changelog\.md|LICENSE\.txt)$/,
  /^extension\/l10n\/bundle\.l10n\.\w+\.json$/,
  /^extension\/media\/(?:icon\.png|icon\.svg|activityBar\.svg)$/,
  /^extension\/media\/sandbox\/[\w-]+\.(?:mp4|mp3|opus)$/,
  /^extension\/media\/skills\/[\w-]+\/SKILL\.md$/,
  /^extension\/media\/walkthrough\/[\w-]+\.png$/,
  /^extension\/media\/webhookHandlers\/\w+\.(?:ts|py|go|php)$/,
  /^extension\/dist\/(?!mcp\.)[\w./-]+\.cjs$/,
  /^extension\/dist\/codecs\/\w+\.(?:wasm|LICENSE\.md)$/,
  /^extension\/media\/schemas\/rivya\.(?:assets|recipe)\.schema\.json$/,
  /^extension\/dist\/webview\/[\w-]+\.(?:js|css|ttf|woff2)$/,
];
/** Without one of these the extension does not work, or not in Hindi. */
const neededFiles = [
  ...[
    'dist/extension.cjs',
    'dist/finderThread.cjs',
    'dist/packageThread.cjs',
    'dist/mediaThread.cjs',
    'dist/cli.cjs',
    'dist/shim.cjs',
    'dist/webview/chat.js',
    'dist/webview/chat.css',
    'dist/webview/codicon.css',
  ],
  ...[
    'dist/webview/gallery.js',
    'dist/webview/gallery.css',
    'dist/webview/compare.js',
    'dist/webview/compare.css',
  ],
  ...['dist/webview/math.css', 'dist/webview/KaTeX_Main-Regular.woff2'],
  ...['dist/webview/codicon.ttf', 'media/icon.png', 'media/activityBar.svg', 'package.json'],
  ...['package.nls.json', 'package.nls.hi.json', 'l10n/bundle.l10n.hi.json'],
  ...codecFiles.map(name => `dist/codecs/${name}`),
  'media/skills/rivya-media/SKILL.md',
  ...['assets', 'recipe'].map(name => `media/schemas/rivya.${name}.schema.json`),
  ...['clip.mp4', 'chime-22050.mp3', 'chime-44100.mp3', 'chime.opus'].map(name => `media/sandbox/${name}`),
];

/**
 * The manifest without what only the repository needs. Throws when it has a key of which nobody has said
 * where it belongs.
 */
function publishedManifest(manifest: Manifest): Manifest {
  const entries = Object.entries(manifest);
  const unknown = entries
    .map(([key]) => key)
    .filter(key => !publishedKeys.has(key) && !developmentKeys.has(key));
  if (unknown.length > 0) {
    throw new Error(
      `Say in scripts/package.ts whether these keys of package.json are published: ${unknown.join(', ')}`,
    );
  }
  return Object.fromEntries(entries.filter(([key]) => publishedKeys.has(key)));
}

async function stage(manifest: Manifest): Promise<void> {
  const folder = path.join(root, stagingFolder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const build = [path.join(root, 'scripts/build.ts'), '--out', `${stagingFolder}/dist`];
  console.log(await run(process.execPath, build, { cwd: root }));
  for (const name of packagedAsIs) {
    await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2));
}

/** What is wrong with the package, a line each. */
async function problemsOf(vsix: Buffer, manifest: Manifest): Promise<string[]> {
  const archive = await JSZip.loadAsync(vsix);
  const files = Object.values(archive.files).filter(({ dir }) => !dir);
  const packaged = JSON.parse(
    (await archive.file('extension/package.json')?.async('text')) ?? '{}',
  ) as Manifest;
  const keys = new Set([...Object.keys(manifest), ...Object.keys(packaged)]);
  return [
    ...files
      .filter(({ name }) => !expectedFiles.some(pattern => pattern.test(name)))
      .map(({ name }) => `It holds ${name}.`),
    ...neededFiles
      .filter(name => archive.file(`extension/${name}`) === null)
      .map(name => `It lacks extension/${name}.`),
    ...[...keys]
      .filter(key => JSON.stringify(packaged[key]) !== JSON.stringify(manifest[key]))
      .map(key => `Its manifest has another "${key}" than package.json.`),
    ...(vsix.length > budgetInBytes ? ['It is over its budget.'] : []),
  ];
}

const manifest = publishedManifest(
  JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest,
);
// What a failure leaves behind must not be taken for its result.
await rm(vsixFile, { force: true });
try {
  await stage(manifest);
  await createVSIX({ cwd: path.join(root, stagingFolder), packagePath: vsixFile, dependencies: false });
} finally {
  await rm(path.join(root, stagingFolder), { recursive: true, force: true });
}
const vsix = await readFile(vsixFile);
console.log(
  `${path.basename(vsixFile)}: ${(vsix.length / 1000).toFixed(0)} KB of ${(budgetInBytes / 1000).toFixed(0)} KB`,
);
const problems = await problemsOf(vsix, manifest);
if (problems.length > 0) {
  // Nobody shall publish it.
  await rm(vsixFile);
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
