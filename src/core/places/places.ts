import { relativePath } from '../references/paths/relativePath.ts';

/** An address of a file or a folder; `vscode.Uri` is one. */
export interface Place {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

/** How the machine of the extension spells paths. */
export type Platform = NodeJS.Platform;

/**
 * VS Code hands out the same folder as `/c:/site` and as `/C:/site`, and Windows and macOS take names that
 * differ in case for the same. So paths are never compared letter by letter, but by these functions.
 * @returns one text for all spellings of a place
 */
export function placeKey(spelled: Place, platform: Platform = process.platform): string {
  const place = seenFromHere(spelled, platform);
  return [rootKey(place), ...segmentsOf(place).map(segment => fold(segment, place, platform))].join('/');
}

/** Whether two addresses lead to the same file or folder, as far as their texts tell. */
export function isSamePlace(one: Place, other: Place, platform?: Platform): boolean {
  return placeKey(one, platform) === placeKey(other, platform);
}

/**
 * The way from a folder down to a place in it, as the place spells it.
 * @returns undefined when it does not lie in the folder; none for the folder itself
 */
export function segmentsBelow(
  spelledFolder: Place,
  spelledPlace: Place,
  platform: Platform = process.platform,
): string[] | undefined {
  const folder = seenFromHere(spelledFolder, platform);
  const place = seenFromHere(spelledPlace, platform);
  if (rootKey(folder) !== rootKey(place)) return undefined;
  const [parents, names] = [segmentsOf(folder), segmentsOf(place)];
  const isBelow = parents.every(
    (parent, index) => fold(parent, folder, platform) === fold(names[index] ?? '', place, platform),
  );
  return isBelow && names.length >= parents.length ? names.slice(parents.length) : undefined;
}

/**
 * The path from a folder to a file, with forward slashes.
 * @returns undefined where there is none: on another drive, another server, or another kind of file system
 */
export function pathBetween(
  spelledFolder: Place,
  spelledFile: Place,
  platform: Platform = process.platform,
): string | undefined {
  const folder = seenFromHere(spelledFolder, platform);
  const file = seenFromHere(spelledFile, platform);
  if (rootKey(folder) !== rootKey(file)) return undefined;
  const [from, to] = [segmentsOf(folder), segmentsOf(file)];
  // What is shared is spelled alike, so that the rest can be compared letter by letter.
  const same = from.findIndex(
    (segment, index) => fold(segment, folder, platform) !== fold(to[index] ?? '', file, platform),
  );
  const shared = same === -1 ? from.length : same;
  return relativePath([...to.slice(0, shared), ...from.slice(shared)], to);
}

/**
 * A path spelled as the folder that it lies in is spelled; as it is when it lies elsewhere. Both absolute,
 * with forward slashes; only the letters of drives are taken for the same in both cases.
 */
export function spelledLike(folder: string, path: string): string {
  const [folderDrive, drive] = [driveOf(folder), driveOf(path)];
  const isSameDrive = folderDrive !== undefined && folderDrive.toLowerCase() === drive?.toLowerCase();
  return isSameDrive ? folderDrive + path.slice(folderDrive.length) : path;
}

/** Whether a text is an absolute path of Windows (`C:\a.png`, `C:/a.png`), which looks like an address. */
export function isWindowsPath(text: string): boolean {
  return /^[a-z]:[\\/]/i.test(text);
}

/** Scheme, server and drive: what no relative path leads out of. */
function rootKey(place: Place): string {
  const { scheme, authority, path } = place;
  return [scheme.toLowerCase(), authority.toLowerCase(), driveOf(path)?.toLowerCase() ?? ''].join('/');
}

/**
 * A place in a remote machine has one address within it and another one in the editor's window; and Windows
 * knows a distribution of Linux under two names, while the remote windows on it have a third one.
 */
export function seenFromHere(place: Place, platform: Platform = process.platform): Place {
  const { scheme, authority, path } = place;
  if (scheme === 'vscode-remote') {
    const distribution = /^wsl\+(.+)$/i.exec(authority)?.[1];
    if (platform !== 'win32') return { scheme: 'file', authority: '', path };
    if (distribution === undefined) return place;
    return wslPlace(distribution, path);
  }
  const shared = /^\/([^/]+)(.*)$/s.exec(path);
  const isWsl = scheme === 'file' && ['wsl$', 'wsl.localhost'].includes(authority.toLowerCase());
  return isWsl && shared ? wslPlace(shared[1] ?? '', shared[2] ?? '') : place;
}

function wslPlace(distribution: string, path: string): Place {
  return { scheme: 'file', authority: `${wslServer}/${distribution.toLowerCase()}`, path };
}

const wslServer = 'wsl.localhost';

/** `/c:` of `/c:/site`. */
function driveOf(path: string): string | undefined {
  return /^\/[a-z]:(?=\/|$)/i.exec(path)?.[0];
}

function segmentsOf({ path }: Place): string[] {
  const rest = path.slice(driveOf(path)?.length ?? 0);
  return rest.split('/').filter(segment => segment !== '');
}

/** Other file systems, and those of Linux, tell names apart that differ in case. */
function fold(segment: string, { scheme, authority }: Place, platform: Platform): string {
  const isCaseless = scheme === 'file' && (platform === 'win32' || platform === 'darwin');
  // What WSL shares is a Linux all the same.
  if (!isCaseless || authority.startsWith(wslServer)) return segment;
  // macOS composes letters and accents as it likes.
  return segment.normalize('NFC').toLowerCase();
}
