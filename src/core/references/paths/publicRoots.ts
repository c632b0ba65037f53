/** `rivya.output.publicRoots` as it can be used. */
export interface PublicRoots {
  /** Folders, and the address under which the web server gives out what is in them; it ends in a slash. */
  readonly roots: readonly { readonly folder: string; readonly url: string }[];
  /** Entries that were not understood, as they were written. */
  readonly ignored: Readonly<Record<string, unknown>>;
}

/**
 * Reads the setting, an object from folder to address (`{ "public": "/", "static": "/" }`); longer folders
 * come first. What cannot be used is named in `ignored`, so that the user can be told.
 */
export function readPublicRoots(value: unknown): PublicRoots {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { roots: [], ignored: {} };
  const roots: { folder: string; url: string }[] = [];
  const ignored: Record<string, unknown> = {};
  for (const [key, url] of Object.entries(value) as [string, unknown][]) {
    const segments = key.split(/[\\/]/).filter(segment => segment !== '' && segment !== '.');
    const isFolder = segments.length > 0 && !segments.includes('..') && !/^(?:[\\/]|[a-z]:)/i.test(key);
    if (isFolder && typeof url === 'string' && /^\/(?!\/)[^\s?#\\]*$/.test(url)) {
      roots.push({ folder: segments.join('/'), url: url.endsWith('/') ? url : `${url}/` });
    } else {
      ignored[key] = url;
    }
  }
  return { roots: roots.toSorted((a, b) => b.folder.length - a.folder.length), ignored };
}
