import { relativePath } from '../paths/relativePath.ts';
import type { ReferenceRequest } from '../plan/plan.ts';

const attribute =
  /^(?:(?<unless>ifndef::imagesdir)\[|ifndef::env-[\w,+-]+\[)?:(?<unset>!?)(?<name>[\w-]+)!?:(?:[ \t]+(?<value>\S.*?))?\]?[ \t]*\r?$/gm;

/**
 * The path of a file from the folder in which an AsciiDoc document seeks its images at a place.
 * @returns undefined where that folder cannot be known, or is not one of this machine
 */
export function seenFrom(
  { text, start, file }: Pick<ReferenceRequest, 'text' | 'start' | 'file'>,
  path: string,
): string | undefined {
  const directory = imagesDirectory(text, start);
  if (directory === undefined || path.startsWith('/')) return path;
  if (/^\/|^[a-z][a-z\d+.-]*:|\{/i.test(directory)) return undefined;
  const from = segments(directory);
  const to = segments(path);
  if (file === undefined || file.length === 0) {
    const seen = relativePath(from, to);
    // Out of a folder whose name is unknown there is no way back.
    return from.slice(sharedLength(from, to)).includes('..') ? undefined : seen;
  }
  const home = file.slice(0, -1);
  const [absolute, target] = [resolved([...home, ...from]), resolved([...home, ...to])];
  return absolute && target && relativePath(absolute, target);
}

const longestValue = 4_000;

/** The value of `imagesdir` that counts at an offset, with those attributes in it replaced that are known. */
function imagesDirectory(text: string, offset: number): string | undefined {
  return imagesDirectories(text.slice(0, offset))(offset);
}

/** As `imagesDirectory`, for many offsets of a text from the first to the last, in one walk over it. */
export function imagesDirectories(text: string): (offset: number) => string | undefined {
  // What counts elsewhere only, such as on a site that shows repositories, is left out.
  const own = text.replace(/^ifdef::env-[\w,+-]+\[\][ \t]*\r?\n(?:(?!endif::).*\n)*/gm, found =>
    ' '.repeat(found.length),
  );
  const values = new Map([['docdir', '.']]);
  const entries = own.matchAll(attribute);
  let entry = entries.next();
  return offset => {
    for (; !entry.done && entry.value.index < offset; entry = entries.next()) {
      const { unless, unset, name = '', value = '' } = entry.value.groups ?? {};
      if (unless !== undefined && values.has('imagesdir')) continue;
      const full = value.replace(/\{([\w-]+)\}/g, (whole, inner: string) => values.get(inner) ?? whole);
      if (unset === '!') values.delete(name);
      // One that names itself again and again would grow without end.
      else if (full.length <= longestValue) values.set(name, full);
    }
    const directory = values.get('imagesdir');
    return directory === '' ? undefined : directory;
  };
}

function segments(path: string): string[] {
  return path.split('/').filter(segment => segment !== '' && segment !== '.');
}

function sharedLength(from: readonly string[], to: readonly string[]): number {
  const different = from.findIndex((segment, index) => segment !== to[index]);
  return different === -1 ? from.length : different;
}

/** Undefined when it leads out of the workspace folder. */
function resolved(path: readonly string[]): string[] | undefined {
  const found: string[] = [];
  for (const segment of path) {
    if (segment !== '..') found.push(segment);
    else if (found.pop() === undefined) return undefined;
  }
  return found;
}
