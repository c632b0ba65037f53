/**
 * The bundles of the pages: `dist/webview`, ES modules for the browser, with the parts that are loaded on
 * use as chunks of their own, the style sheets, and the icon font.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type * as esbuild from 'esbuild';
import { root } from './workspace.ts';

/** What each page must read before it shows anything, in bytes. */
const eagerBudgets = { chat: 200_000, gallery: 100_000, compare: 60_000 } as const;

/**
 * The fonts of KaTeX without which formulas are wrong or ugly. Chromium reads WOFF2; what else there is, half
 * of all its bytes, falls back to fonts of the system or to a face of the same family.
 */
const formulaFonts =
  /KaTeX_(?:AMS-Regular|Caligraphic-Regular|Fraktur-Regular|Main-(?:Regular|Bold|Italic)|Math-Italic|Script-Regular|Size[1-4]-Regular)\.woff2/;

const fontsOfFormulas: esbuild.Plugin = {
  name: 'fonts-of-formulas',
  setup(hooks) {
    hooks.onLoad({ filter: /katex\.min\.css$/ }, async ({ path: file }) => {
      const sheet = await readFile(file, 'utf8');
      const contents = sheet
        .replace(/@font-face\{[^}]*\}/g, face => (formulaFonts.test(face) ? face : ''))
        .replace(/,url\([^)]*\.(?:woff|ttf)\) format\("\w+"\)/g, '')
        .replace(/KaTeX_SansSerif(?=[;,}])/g, 'var(--vscode-font-family)')
        .replace(/KaTeX_Typewriter(?=[;,}])/g, 'var(--vscode-editor-font-family)');
      return { contents, loader: 'css', resolveDir: path.dirname(file) };
    });
  },
};

/** What esbuild is asked for; the pages go to the folder `webview` of the one that is given. */
export function webviewOptions(folder: string): esbuild.BuildOptions & { metafile: true } {
  return {
    absWorkingDir: root,
    entryPoints: [
      { in: 'src/webview/chat/main.ts', out: 'chat' },
      { in: 'src/webview/chat/chat.css', out: 'chat' },
      { in: 'src/webview/gallery/main.ts', out: 'gallery' },
      { in: 'src/webview/gallery/gallery.css', out: 'gallery' },
      { in: 'src/webview/compare/main.ts', out: 'compare' },
      { in: 'src/webview/compare/compare.css', out: 'compare' },
      { in: 'node_modules/@vscode/codicons/dist/codicon.css', out: 'codicon' },
      { in: 'node_modules/katex/dist/katex.min.css', out: 'math' },
    ],
    outdir: `${folder}/webview`,
    bundle: true,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    assetNames: '[name]',
    loader: { '.ttf': 'file', '.woff2': 'file' },
    plugins: [fontsOfFormulas],
    platform: 'browser',
    // The Chromium of the oldest VS Code that the manifest allows.
    target: 'chrome138',
    minify: true,
    sourcemap: true,
    metafile: true,
    logLevel: 'silent',
  };
}

/** Removes what earlier builds left, prints the sizes, and throws when a page is over its budget. */
export async function finishWebview(folder: string, { outputs }: esbuild.Metafile): Promise<void> {
  const outputFolder = `${folder}/webview`;
  for (const entry of await readdir(path.join(root, outputFolder))) {
    if (outputs[`${outputFolder}/${entry}`] === undefined) await rm(path.join(root, outputFolder, entry));
  }
  const pages = Object.entries(eagerBudgets).map(([name, budget]) => ({
    name,
    budget,
    eager: loadedWith(`${outputFolder}/${name}.js`, outputs),
  }));
  console.log('pages:');
  for (const [file, { bytes }] of Object.entries(outputs)) {
    const isEager = pages.some(({ eager }) => eager.has(file));
    // There is a chunk for each grammar of the code colours; those are small and many.
    if (file.endsWith('.map') || (bytes < 10_000 && !isEager)) continue;
    const when = isEager || !file.endsWith('.js') ? 'at start' : 'on use';
    console.log(`  ${path.basename(file).padEnd(34)} ${kilobytes(bytes).padStart(10)}  ${when}`);
  }
  for (const { name, budget, eager } of pages) {
    const size = [...eager].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
    console.log(`  scripts of the ${name} loaded at start: ${kilobytes(size)} of ${kilobytes(budget)}`);
    if (size > budget) {
      throw new Error(`The ${name} loads ${kilobytes(size)} at start, more than ${kilobytes(budget)}.`);
    }
  }
}

/** The file and all that it imports statically, directly or not. */
function loadedWith(
  file: string,
  outputs: esbuild.Metafile['outputs'],
  loaded = new Set<string>(),
): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const { path: imported, kind } of outputs[file]?.imports ?? []) {
    if (kind === 'import-statement') loadedWith(imported, outputs, loaded);
  }
  return loaded;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`;
}
