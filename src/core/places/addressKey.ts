import { realpathSync } from 'node:fs';
import { placeKey, seenFromHere, type Place, type Platform } from './places.ts';

/** What was found once: a key is asked for with every row that is looked at. */
const realKeys = new Map<string, string>();
const maximumKept = 10_000;

/**
 * One text for all addresses of a file or folder that is there, also through links and other spellings of its
 * name; of what is gone or lies elsewhere, for all spellings that `placeKey` knows.
 * @param address a URI
 */
export function addressKey(address: string, platform: Platform = process.platform): string {
  const kept = realKeys.get(address);
  if (kept !== undefined) return kept;
  const place = seenFromHere(placeOf(address), platform);
  const real = realPlace(place, platform);
  // A cell of a notebook has the path of all others.
  const key = placeKey(real ?? place, platform) + (/[?#].*$/s.exec(address)?.[0] ?? '');
  if (!real) return key;
  if (realKeys.size >= maximumKept) realKeys.clear();
  realKeys.set(address, key);
  return key;
}

/** Undefined for what is not on a disk of this machine. */
function realPlace({ scheme, authority, path }: Place, platform: Platform): Place | undefined {
  // Nobody waits for a server that does not answer.
  if (scheme !== 'file' || authority !== '' || platform !== process.platform) return undefined;
  try {
    const real = realpathSync.native(platform === 'win32' ? path.slice(1) : path).replaceAll('\\', '/');
    const server = platform === 'win32' ? /^\/\/([^/]+)(.*)$/s.exec(real) : null;
    if (server) return { scheme, authority: server[1] ?? '', path: server[2] ?? '' };
    return { scheme, authority: '', path: real.startsWith('/') ? real : `/${real}` };
  } catch {
    // It is gone, or is a file that nobody may look at: its address is all there is.
    return undefined;
  }
}

/** Whether two URIs lead to the same file or folder. */
export function isSameAddress(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || addressKey(one) === addressKey(other);
}

/** The parts of a URI; never throws. */
export function placeOf(address: string): Place {
  const [, scheme = '', authority = '', path = ''] =
    /^([^:/?#]+):(?:\/\/([^/?#]*))?([^?#]*)/.exec(address) ?? [];
  return { scheme, authority: decoded(authority), path: decoded(path) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
