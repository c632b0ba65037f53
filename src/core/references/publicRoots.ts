const webLanguages = new Set([
  'astro',
  'css',
  'html',
  'javascriptreact',
  'less',
  'markdown',
  'mdx',
  'sass',
  'scss',
  'svelte',
  'typescriptreact',
  'vue',
]);

/** `rivya.output.publicRoots` as it can be used. */
export interface PublicRoots {
  /** Folder names, each as its segments, and the address under which the web server gives out what is in them. */
  readonly roots: readonly { readonly folder: readonly string[]; readonly url: string }[];
  /** Entries that were not understood, as they were written. */
  readonly ignored: Readonly<Record<string, unknown>>;
}

/**
 * Reads the setting, an object from folder to address (`{ "public": "/", "static": "/" }`).
 * What cannot be used is named in `ignored`, so that the user can be told.
 */
export function readPublicRoots(value: unknown): PublicRoots {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { roots: [], ignored: {} };
  const roots: { folder: readonly string[]; url: string }[] = [];
  const ignored: Record<string, unknown> = {};
  for (const [key, url] of Object.entries(value) as [string, unknown][]) {
    const folder = key.split(/[\\/]/).filter(segment => segment !== '' && segment !== '.');
    const isFolder = folder.length > 0 && !folder.includes('..') && !/^(?:[\\/]|[a-z]:)/i.test(key);
    if (isFolder && typeof url === 'string' && /^\/(?!\/)[^\s?#\\]*$/.test(url)) {
      roots.push({ folder, url: url.endsWith('/') ? url : `${url}/` });
    } else {
      ignored[key] = url;
    }
  }
  return { roots, ignored };
}

/**
 * The root-absolute path of a file below a public root, also of a package inside the workspace
 * (`apps/site/public/img/a.png` is `/img/a.png`); not encoded.
 * @param file segments below the workspace folder
 * @returns undefined when the file is below none, or the language has nothing to do with the web
 */
export function publicPath(
  languageId: string,
  file: readonly string[],
  { roots }: PublicRoots,
): string | undefined {
  if (!webLanguages.has(languageId)) return undefined;
  // The outermost folder is the root: a "static" inside "public" is given out as "/static".
  for (let at = 0; at < file.length - 1; at++) {
    const found = roots
      .filter(({ folder }) => folder.every((segment, index) => file[at + index] === segment))
      .toSorted((a, b) => b.folder.length - a.folder.length)
      .find(({ folder }) => at + folder.length < file.length);
    if (found) return found.url + file.slice(at + found.folder.length).join('/');
  }
  return undefined;
}
