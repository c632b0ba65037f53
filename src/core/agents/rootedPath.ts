/** Before the id of a job, where an agent means its result and no path. */
export const taskPrefix = 'task:';

/** A folder that agents may name files in. */
export interface Root {
  /** As the answer names it; of several folders their names differ. */
  readonly name: string;
  /** Absolute path on this machine. */
  readonly path: string;
}

/** A path below a root, or why there is none. */
export type RootedPath =
  | {
      readonly type: 'inside';
      readonly root: Root;
      /** At least one. */ readonly segments: readonly string[];
    }
  | { readonly type: 'refused'; readonly why: PathRefusal };

export type PathRefusal =
  'empty' | 'address' | 'characters' | 'outside' | 'hidden' | 'device' | 'notFile' | 'noRoot';

/** Names that Windows takes for devices, with any extension and in every folder. */
const devices = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?:\..*)?$/i;

/**
 * What a path that an agent has written means below the roots; nothing is looked at on disk, so links are
 * for the caller to follow. The strictest rules of all systems count on each: whatever one of them takes for
 * a device, a stream or another root is refused.
 * @param isWindows whether paths are told apart without regard to case and `\` separates
 */
export function rootedPath(written: string, roots: readonly Root[], isWindows: boolean): RootedPath {
  const refused = (why: PathRefusal): RootedPath => ({ type: 'refused', why });
  if (written.trim() === '') return refused('empty');
  if (roots.length === 0) return refused('noRoot');
  // A letter and a colon is a drive; anything longer before a colon is an address.
  if (/^[a-z][a-z\d+.-]+:/i.test(written)) return refused('address');
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (/[\u0000-\u001f\u007f]/.test(written)) return refused('characters');
  const path = written.replaceAll('\\', '/');
  if (path.startsWith('//') || path.startsWith('~')) return refused('outside');
  const found = isAbsolute(path) ? belowRoot(path, roots, isWindows) : belowFirst(path, roots);
  if (!found) return refused('outside');
  const { root, parts } = found;
  const segments: string[] = [];
  for (const part of parts) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (segments.pop() === undefined) return refused('outside');
      continue;
    }
    segments.push(part);
  }
  if (segments.length === 0) return refused('empty');
  for (const segment of segments) {
    if (segment.startsWith('.')) return refused('hidden');
    // Windows drops blanks and dots at the end of a name, and a colon names a stream.
    if (/[\s.]$/.test(segment) || /[:*?"<>|]/.test(segment)) return refused('characters');
    // The short name that Windows gives a long one.
    if (/~\d+(?:\..*)?$/.test(segment)) return refused('characters');
    if (devices.test(segment)) return refused('device');
  }
  return { type: 'inside', root, segments };
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[a-z]:/i.test(path);
}

/** The parts of an absolute path after the root that it lies in. */
function belowRoot(
  path: string,
  roots: readonly Root[],
  isWindows: boolean,
): { root: Root; parts: string[] } | undefined {
  const parts = path.split('/');
  const fold = (part: string | undefined): string | undefined => (isWindows ? part?.toLowerCase() : part);
  let best: { root: Root; parts: string[] } | undefined;
  for (const root of roots) {
    const own = root.path.replaceAll('\\', '/').replace(/\/+$/, '').split('/');
    const isBelow = own.every((part, index) => fold(part) === fold(parts[index]));
    const rest = parts.slice(own.length);
    if (isBelow && (!best || rest.length < best.parts.length)) best = { root, parts: rest };
  }
  return best;
}

/** Of a relative path: below the folder that it names first, where there are several; else the first. */
function belowFirst(path: string, roots: readonly Root[]): { root: Root; parts: string[] } | undefined {
  const [first] = roots;
  const parts = path.split('/');
  const named = roots.length > 1 ? roots.find(({ name }) => name === parts[0]) : undefined;
  if (named) return { root: named, parts: parts.slice(1) };
  return first && { root: first, parts };
}

/** Why a path was refused, in words for the model. */
export const pathRefusals: Readonly<Record<PathRefusal, string>> = {
  empty: 'it names no file',
  address: 'only files of the workspace are taken, no addresses',
  characters: 'it has characters that are not taken in paths',
  outside: 'it lies outside of the workspace',
  hidden: 'it lies in a folder, or is a file, that begins with a dot',
  device: 'it names a device',
  notFile: 'it is no file',
  noRoot: 'no folder is open',
};
