import { relativePath } from '../references/paths/relativePath.ts';
import { folderOf, joined, type ProjectFiles } from './projectFiles.ts';

/** A document of LaTeX, by its language or its file's name. */
export function isTex({ path, languageId }: { readonly path: string; readonly languageId: string }): boolean {
  return /^(?:latex|tex|rsweave|latex-expl3)$/.test(languageId) || /\.(?:tex|ltx|rnw)$/i.test(path);
}

/** Files of a folder that are read in search of the main one. */
const mostRead = 12;
/** What authors call their folders of pictures. */
const figureFolders = [
  'figures',
  'figure',
  'figs',
  'fig',
  'images',
  'image',
  'img',
  'graphics',
  'pictures',
  'pics',
];

/**
 * The folder that paths in a document are relative to: that of the file that is compiled. A document says so
 * itself (`% !TEX root = …`) or can be compiled itself; else it is looked for in its folder and above it.
 * @returns also the folder of figures beside that file, if there is one
 */
export async function texFolder(
  files: ProjectFiles,
  document: { readonly path: string; readonly text: string },
): Promise<{ main: string; figures: string | undefined }> {
  const own = folderOf(document.path);
  const main =
    saidIn(document) ??
    (/^[^%\n]*\\documentclass\b/m.test(document.text) ? own : await foundAbove(files, document.path));
  const folder = main ?? own;
  const names = new Set(await files.list(folder));
  const figures = figureFolders.find(name => names.has(`${name}/`));
  return { main: folder, figures: figures === undefined ? undefined : joined(folder, figures) };
}

function saidIn({ path, text }: { readonly path: string; readonly text: string }): string | undefined {
  const root = /^%\s*!\s*(?:TEX|Rnw)\s+root\s*=\s*(\S.*?)\s*$/im.exec(text.slice(0, 2_000))?.[1];
  if (root === undefined || /^(?:\/|[a-z]:)/i.test(root)) return undefined;
  const segments: string[] = folderOf(path).split('/').filter(Boolean);
  for (const segment of root.split(/[/\\]/).slice(0, -1)) {
    if (segment === '..') {
      if (segments.pop() === undefined) return undefined;
    } else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}

/** The folder of the file that takes the document in, or of the only one above that can be compiled. */
async function foundAbove(files: ProjectFiles, path: string): Promise<string | undefined> {
  let likely: string | undefined;
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    const names = (await files.list(folder)).filter(name => /\.(?:tex|ltx|rnw)$/i.test(name));
    // The main file has a short name where there are many.
    for (const name of names.toSorted((a, b) => a.length - b.length).slice(0, mostRead)) {
      const file = joined(folder, name);
      const text = file === path ? undefined : await files.read(file);
      if (text === undefined || !/^[^%\n]*\\documentclass\b/m.test(text)) continue;
      const way = relativePath(folder.split('/').filter(Boolean), path.split('/'));
      if (takesIn(text, way, 'input|include|subfile|includeonly')) return folder;
      // A file that is imported keeps its own folder.
      if (takesIn(text, way, '(?:sub)?(?:import|includefrom|inputfrom)\\*?')) return undefined;
      if (/\\(?:input|include|subfile)\b/.test(text)) likely ??= folder;
    }
    if (folder === '') return likely;
  }
}

function takesIn(text: string, way: string, commands: string): boolean {
  const calls = text.matchAll(
    new RegExp(`\\\\(?:${commands})\\s*\\{([^{}]*)\\}(?:\\s*\\{([^{}]*)\\})?`, 'g'),
  );
  const bare = (name: string): string =>
    name
      .trim()
      .replace(/^\.\//, '')
      .replace(/\.(?:tex|ltx|rnw)$/i, '');
  return [...calls].some(
    ([, first = '', second]) =>
      first.split(',').some(name => bare(name) === bare(way)) ||
      (second !== undefined && bare(joined(first.replace(/\/$/, ''), second)) === bare(way)),
  );
}
