import { lineAround, nextLineStart } from '../../base/lines.ts';
import type { ReferenceEdit } from './plan/plan.ts';

/** What a reference says of its file. */
export interface ReferredFile {
  /** Of the file, without its folder. */
  readonly name: string;
  readonly mediaType?: string;
  /** In pixels. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Where a reference writes the address, in UTF-16 offsets. */
interface AddressRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Plans how a reference names another file in the same folder. Nothing changes but the last segment of the
 * address, and sizes and types that speak of the old file: what a person has chosen stays, and so does the
 * alternative text.
 * @returns edits in the order of the text; undefined when the address cannot be changed so
 */
export function replaceReference(
  text: string,
  address: AddressRange,
  before: ReferredFile,
  after: ReferredFile,
): ReferenceEdit[] | undefined {
  const written = text.slice(address.start, address.end);
  const start = written.search(/[^/:]*$/);
  // What else a backslash may mean differs with the language.
  if (written.slice(start).includes('\\') || !isPlainName(after.name)) return undefined;
  const name = { start: address.start + start, end: address.end, text: after.name };
  const around = partsAround(text, address);
  const others = around.flatMap(part => [
    ...sizeEdits(text, part, before, after),
    ...typeEdits(text, part, before, after),
  ]);
  const outside = others.filter(each => each.end <= name.start || each.start >= name.end);
  return [name, ...outside].toSorted((a, b) => a.start - b.start);
}

/** Whether a name needs no escape, whatever language it is written in. */
export function isPlainName(name: string): boolean {
  return /^[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name);
}

/** A name that is written alike in every language. */
export function plainName(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-').replace(/^[^\p{L}\p{N}]+/u, '');
}

/** A tag is not longer than this, in characters. */
const longestTag = 4_000;

/** The tag around an address, or its line with the options above and below. */
function partsAround(text: string, address: AddressRange): AddressRange[] {
  const tag = tagAround(text, address);
  if (tag) return [tag];
  const line = lineAround(text, address.start);
  const imported = /\bimport\s+([\w$]+)\s+from\s*["']$/.exec(text.slice(line.start, address.start));
  if (imported) return tagsWith(text, imported[1] ?? '');
  const parts: AddressRange[] = [{ start: line.start, end: line.end }];
  const above = line.start > 0 ? lineAround(text, previousLineEnd(text, line.start)) : undefined;
  if (above && /^[ \t]*#\+attr_/i.test(above.text)) parts.unshift({ start: above.start, end: above.end });
  let last = line;
  for (;;) {
    const next = nextLineStart(text, last);
    if (next === undefined) break;
    last = lineAround(text, next);
    if (!/^[ \t]+:[\w-]+:/.test(last.text)) break;
    parts.push({ start: last.start, end: last.end });
  }
  return parts;
}

/** The tags that show what was imported under a name. */
function tagsWith(text: string, name: string): AddressRange[] {
  const uses = text.matchAll(
    new RegExp(`\\b(?:src|source)=["'{]+${name.replaceAll('$', String.raw`\$`)}\\b`, 'g'),
  );
  return [...uses].flatMap(
    ({ index, 0: use }) => tagAround(text, { start: index, end: index + use.length }) ?? [],
  );
}

function previousLineEnd(text: string, lineStart: number): number {
  return text.slice(0, lineStart).endsWith('\r\n') ? lineStart - 2 : lineStart - 1;
}

function tagAround(text: string, { start, end }: AddressRange): AddressRange | undefined {
  const before = text.slice(Math.max(0, start - longestTag), start);
  const opening = before.lastIndexOf('<');
  // An arrow of a function is no end.
  if (opening < 0 || !/^<[A-Za-z]/.test(before.slice(opening)) || /(?<![=-])>/.test(before.slice(opening)))
    return undefined;
  const rest = text.slice(end, end + longestTag);
  const closing = /(?<![=-])>/.exec(rest);
  return closing ? { start: start - before.length + opening, end: end + closing.index } : undefined;
}

interface Size extends AddressRange {
  readonly name: 'width' | 'height';
  readonly value: number;
}

const namedSize =
  /(?<![\w-])(width|height)\}?(?:[ \t]*[=:][ \t]*["'{]{0,2}|:?[ \t]+)(\d+)(?:px)?(?![\d.%a-z])/gi;

function sizeEdits(
  text: string,
  part: AddressRange,
  before: ReferredFile,
  after: ReferredFile,
): ReferenceEdit[] {
  const [old, next] = [sizeOf(before), sizeOf(after)];
  if (!old || !next) return [];
  const sizes = [...namedSizes(text, part), ...positionalSizes(text, part)];
  const valueOf = (name: Size['name']): number | undefined => sizes.find(each => each.name === name)?.value;
  const [width, height] = [valueOf('width'), valueOf('height')];
  // Scaled by a person: the width is theirs, the height follows from it.
  const isScaled =
    width !== undefined &&
    height !== undefined &&
    width !== old.width &&
    Math.abs(width / height - old.width / old.height) < 0.02 * (width / height);
  return sizes.flatMap((size): ReferenceEdit[] => {
    const isOwn = size.value === old[size.name] && !isScaled;
    const scaled = isScaled && size.name === 'height' ? scaledHeight(width, next) : undefined;
    const value = isOwn ? next[size.name] : scaled;
    if (value === undefined || value === size.value) return [];
    return [{ start: size.start, end: size.end, text: String(value) }];
  });
}

function scaledHeight(width: number, { width: full, height }: { width: number; height: number }): number {
  return Math.round((width * height) / full);
}

function sizeOf({ width, height }: ReferredFile): { width: number; height: number } | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}

function namedSizes(text: string, { start, end }: AddressRange): Size[] {
  return [...text.slice(start, end).matchAll(namedSize)].map(
    ({ index, 0: whole, 1: name = '', 2: value = '' }) => {
      const from = start + index + whole.lastIndexOf(value);
      const own = name.toLowerCase() === 'width' ? 'width' : 'height';
      return { name: own, value: Number(value), start: from, end: from + value.length };
    },
  );
}

/** AsciiDoc names sizes by their place: `image::a.png[words,640,480]`. */
function positionalSizes(text: string, { start, end }: AddressRange): Size[] {
  const found = /(?:image::?[^\s[]+\[.*?,)(\d+)(?:,(\d+))?(?=[,\]])/.exec(text.slice(start, end));
  if (!found) return [];
  const [whole, width = '', height] = found;
  const from =
    start + found.index + whole.length - (height === undefined ? 0 : height.length + 1) - width.length;
  const sizes: Size[] = [{ name: 'width', value: Number(width), start: from, end: from + width.length }];
  if (height === undefined) return sizes;
  const to = from + width.length + 1;
  return [...sizes, { name: 'height', value: Number(height), start: to, end: to + height.length }];
}

function typeEdits(
  text: string,
  { start, end }: AddressRange,
  { mediaType: before }: ReferredFile,
  { mediaType: after }: ReferredFile,
): ReferenceEdit[] {
  if (before === undefined || after === undefined || before === after) return [];
  const part = text.slice(start, end);
  const found = /\stype=["'{]{1,2}/.exec(part);
  const from = found ? found.index + found[0].length : -1;
  return from >= 0 && part.startsWith(before, from)
    ? [{ start: start + from, end: start + from + before.length, text: after }]
    : [];
}
