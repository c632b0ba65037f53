/**
 * The bundle of the chat page: `dist/webview`, ES modules for the browser, with the parts that are loaded on use as chunks of
 * their own, the style sheets, and the icon font.
 */
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type * as esbuild from 'esbuild';
import { root } from './workspace.ts';

/** What the page must read before it shows anything. */
const eagerBudgetInBytes = 200_000;
const outputFolder = 'dist/webview';

export const webviewOptions: esbuild.BuildOptions & { metafile: true } = {
  absWorkingDir: root,
  entryPoints: [
    { in: 'src/webview/chat/main.ts', out: 'chat' },
    { in: 'src/webview/chat/chat.css', out: 'chat' },
    { in: 'node_modules/@vscode/codicons/dist/codicon.css', out: 'codicon' },
  ],
  outdir: outputFolder,
  bundle: true,
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  assetNames: '[name]',
  loader: { '.ttf': 'file' },
  platform: 'browser',
  // The Chromium of the oldest VS Code that the manifest allows.
  target: 'chrome138',
  minify: true,
  sourcemap: true,
  metafile: true,
  logLevel: 'silent',
};

/** Removes what earlier builds left, prints the sizes, and throws when the page is over its budget. */
export async function finishWebview({ outputs }: esbuild.Metafile): Promise<void> {
  const folder = path.join(root, outputFolder);
  for (const entry of await readdir(folder)) {
    if (outputs[`${outputFolder}/${entry}`] === undefined) await rm(path.join(folder, entry));
  }
  const eager = loadedWith(`${outputFolder}/chat.js`, outputs);
  console.log('chat page:');
  for (const [file, { bytes }] of Object.entries(outputs)) {
    // There is a chunk for each grammar of the code colours; those are small and many.
    if (file.endsWith('.map') || (bytes < 10_000 && !eager.has(file))) continue;
    const when = eager.has(file) || !file.endsWith('.js') ? 'at start' : 'on use';
    console.log(`  ${path.basename(file).padEnd(34)} ${kilobytes(bytes).padStart(10)}  ${when}`);
  }
  const size = [...eager].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  console.log(`  scripts loaded at start: ${kilobytes(size)} of ${kilobytes(eagerBudgetInBytes)}`);
  if (size > eagerBudgetInBytes) {
    throw new Error(
      `The chat page loads ${kilobytes(size)} at start, more than ${kilobytes(eagerBudgetInBytes)}.`,
    );
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
