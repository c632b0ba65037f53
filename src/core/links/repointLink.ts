import { readablePath } from '../generate/mediaPath.ts';

/**
 * How a path that leads to one file is written to lead to another one, in the same manner: from the document,
 * from the root of a site, or from whatever else it begins with.
 * @param from and `to` as segments below the same root, each with its name
 * @returns undefined where the path cannot lead there
 */
export function repointed(path: string, from: readonly string[], to: readonly string[]): string | undefined {
  const [written = '', tail = ''] = /^([^?#]*)(.*)$/s.exec(path)?.slice(1) ?? [];
  const segments = written.split('/');
  let known = 0;
  // What the path shares with the end of the file's own path; the rest is how it gets there.
  while (known < segments.length && known < from.length) {
    if (readablePath(segments.at(-1 - known) ?? '') !== from.at(-1 - known)) break;
    known++;
  }
  if (known === 0) return undefined;
  const base = from.slice(0, from.length - known);
  if (!base.every((segment, index) => segment === to[index])) return undefined;
  const rest = to.slice(base.length);
  const isEncoded = /%[\da-f]{2}/i.test(written) || !/\s/.test(readablePath(written));
  const names = rest.map(segment =>
    isEncoded && /[\s%?#]/.test(segment) ? encodeURIComponent(segment) : segment,
  );
  return [...segments.slice(0, segments.length - known), ...names].join('/') + tail;
}
