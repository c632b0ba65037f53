import { indentationOf, linesOf, type Line } from '../../../base/lines.ts';
import { asciidocBlocks } from '../../references/textFormats/asciidoc.ts';
import type { BlockSyntax } from '../../references/textFormats/blockInsertion.ts';
import { imagesDirectories } from '../../references/textFormats/imagesDirectory.ts';
import { orgBlocks } from '../../references/textFormats/org.ts';
import { verbatimMarkup } from '../../references/textFormats/restructuredText.ts';
import { isAddress, isRemote, mediaKindOf, type MediaReference } from './mediaReference.ts';

/** In a longer line nothing is sought. */
const longestLine = 10_000;

/**
 * The lines that are text: neither in a block of code nor a comment.
 * @param verbatim what opens a block of code, where other blocks stay together without being code
 */
function* linesOfText(text: string, syntax: BlockSyntax, verbatim = /^/): Generator<Line> {
  const lines = linesOf(text);
  const blocks = syntax.delimitedBlocks(lines).filter(({ first }) => verbatim.test(lines[first]?.text ?? ''));
  let next = 0;
  for (let index = 0; index < lines.length; index++) {
    const block = blocks[next];
    if (block?.first === index) {
      index = block.last ?? lines.length;
      next++;
      continue;
    }
    const line = lines[index];
    if (line && line.text.length <= longestLine && !syntax.comment.test(line.text)) yield line;
  }
}

/** Not the header of a document, nor a table. */
const asciidocCode = /^(?:-{4,}|\.{4,}|\/{4,}|\+{4,}|`{3,}|~{3,})/;

/** In characters: each macro may look that far for its end. */
const longestAttributes = 1_000;
const asciidocMacro =
  /(?<![\w\\])((image|video|audio|link)::?)((?:[^\s[\]:]|:(?!:))(?:[^[\]\r\n]{0,1000}[^\s[\]])?)\[/g;

/**
 * Where the attributes of a macro end: at a bracket that is neither escaped nor quoted, or at the first one
 * where quoting would leave none; undefined without any.
 */
function attributesEnd(text: string, from: number): number | undefined {
  const line = text.slice(0, from + longestAttributes);
  const first = line.indexOf(']', from);
  if (first === -1) return undefined;
  const quoted = /\\\]|"(?:\\.|[^"\\])*"|\]/g;
  quoted.lastIndex = from;
  for (let match = quoted.exec(line); match; match = quoted.exec(line))
    if (match[0] === ']') return match.index;
  return first;
}

/** `image::…[]`, `video::…[]`, `audio::…[]` and their inline forms. */
export function asciidocReferences(text: string): MediaReference[] {
  const found: MediaReference[] = [];
  const directoryAt = imagesDirectories(text);
  for (const line of linesOfText(text, asciidocBlocks, asciidocCode)) {
    let readTo = 0;
    for (const match of line.text.matchAll(asciidocMacro)) {
      const [opening, macro = '', name = '', source = ''] = match;
      if (match.index < readTo) continue;
      const open = match.index + opening.length;
      const close = attributesEnd(line.text, open);
      if (close === undefined) continue;
      readTo = close;
      const attributes = line.text.slice(open, close);
      const start = line.start + match.index;
      const target = source.replaceAll('%20', ' ');
      const kind = mediaKindOf(target) ?? (name !== 'link' && isRemote(target) ? 'image' : undefined);
      if (kind === undefined || !isAddress(target)) continue;
      const from = start + macro.length;
      const first = /^\s*(?:"((?:\\.|[^"\\])*)"|([^,="]*))\s*(?:,|$)/.exec(attributes);
      const words = first?.[1] ?? first?.[2]?.trim() ?? '';
      const altStart = from + source.length + 1 + attributes.indexOf(words);
      const sides = /^[^,]*,\s*(\d{2,5})\s*,\s*(\d{2,5})\s*(?:,|$)/.exec(attributes);
      const named = [
        /\bwidth="?(\d{2,5})/.exec(attributes)?.[1],
        /\bheight="?(\d{2,5})/.exec(attributes)?.[1],
      ];
      const [width, height] = [sides?.[1] ?? named[0], sides?.[2] ?? named[1]].map(Number);
      const directory = directoryAt(start);
      found.push({
        kind,
        range: { start, end: line.start + close + 1 },
        address: { start: from, end: from + source.length },
        target,
        form: 'url',
        writing: 'asciidoc',
        ...(words !== '' &&
          name === 'image' && { alt: { start: altStart, end: altStart + words.length, value: words } }),
        ...(width && height ? { size: { width, height } } : {}),
        isShown: name !== 'link',
        ...(directory !== undefined && name !== 'link' && { bases: [directory] }),
      });
    }
  }
  return found;
}

/** `image`, `figure` and named pictures, with their options. */
export function restructuredTextReferences(text: string): MediaReference[] {
  const found: MediaReference[] = [];
  const lines = linesOf(text);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    if (!line || line.text.length > longestLine) continue;
    // It may be the first in an item of a list.
    const item = /^[ \t]*(?:(?:[*+-]|(?:\d{1,3}|#)[.)])[ \t]+)+(?=\.\. )/.exec(line.text)?.[0];
    const depth = item?.length ?? indentationOf(line.text).length;
    const directive = /^(\.\. (?:\|[^|]*\| )?(?:image|figure|thumbnail)::[ \t]*)(\S.*?)[ \t]*$/.exec(
      line.text.slice(depth),
    );
    if (!directive) {
      // What is indented below code, a comment or "::" is no text.
      if (!verbatimMarkup.test(line.text.trim()) && !/::[ \t]*$/.test(line.text)) continue;
      if (/^\.\. [\w-]+::/.test(line.text.trim()) && !verbatimMarkup.test(line.text.trim())) continue;
      while (isBelow(lines[index + 1], depth)) index++;
      continue;
    }
    const [, before = '', source = ''] = directive;
    const options = new Map<string, { readonly text: string; readonly start: number }>();
    let last = line;
    for (let below = lines[index + 1]; below && isOption(below, depth); below = lines[index + 1]) {
      const option = /^(\s*:([\w-]+):[ \t]*)(.*?)[ \t]*$/.exec(below.text);
      if (option)
        options.set(option[2] ?? '', {
          text: option[3] ?? '',
          start: below.start + (option[1] ?? '').length,
        });
      last = below;
      index++;
    }
    const target = source.replace(/\\(.)/g, '$1');
    const kind = mediaKindOf(target) ?? (isRemote(target) ? 'image' : undefined);
    if (kind === undefined || !isAddress(target)) continue;
    const alt = options.get('alt');
    const [width, height] = ['width', 'height'].map(name =>
      Number(/^(\d{2,5})(?:px)?$/.exec(options.get(name)?.text ?? '')?.[1]),
    );
    const start = line.start + depth + before.length;
    found.push({
      kind,
      range: { start: line.start + depth, end: last.end },
      address: { start, end: start + source.length },
      target,
      form: 'file',
      writing: 'restructuredText',
      ...(alt && { alt: { start: alt.start, end: alt.start + alt.text.length, value: alt.text } }),
      ...(width && height ? { size: { width, height } } : {}),
      isShown: true,
    });
  }
  return found;
}

function isBelow(line: Line | undefined, depth: number): boolean {
  return line !== undefined && (line.text.trim() === '' || indentationOf(line.text).length > depth);
}

function isOption(line: Line, depth: number): boolean {
  return line.text.trim().startsWith(':') && indentationOf(line.text).length > depth;
}

/** Links to files, which Org shows when they have no words of their own. */
export function orgReferences(text: string): MediaReference[] {
  const found: MediaReference[] = [];
  let alt: { readonly start: number; readonly end: number; readonly value: string } | undefined;
  for (const line of linesOfText(text, orgBlocks)) {
    // What follows a colon is shown as it is.
    if (/^[ \t]*:(?:[ \t]|$)/.test(line.text)) continue;
    const attribute = /^[ \t]*#\+attr_html:.*?:alt[ \t]+(\S.*?)[ \t]*(?=[ \t]:\w|$)/i.exec(line.text);
    if (attribute) {
      const value = attribute[1] ?? '';
      const start = line.start + attribute[0].length - value.length;
      alt = { start, end: start + value.length, value };
      continue;
    }
    for (const match of line.text.matchAll(/(\[\[(?:file:)?)([^[\]]+)\](\[(?:[^\]]|\](?!\]))*\])?\]/g)) {
      const [whole, opening = '', target = '', words] = match;
      const kind = mediaKindOf(target);
      const isFile = opening !== '[[' || /^(?:\.{0,2}\/|https?:)/.test(target);
      if (kind === undefined || !isFile || !isAddress(target)) continue;
      const start = line.start + match.index;
      found.push({
        kind,
        range: { start, end: start + whole.length },
        address: { start: start + opening.length, end: start + opening.length + target.length },
        target,
        form: 'file',
        writing: opening === '[[' ? 'orgBare' : 'org',
        ...(alt && { alt }),
        isShown: words === undefined,
      });
    }
    if (!/^[ \t]*#\+/.test(line.text)) alt = undefined;
  }
  return found;
}

/** `!address(words)!` */
export function textileReferences(text: string): MediaReference[] {
  const found: MediaReference[] = [];
  const shown = withoutCode(text);
  for (const match of shown.matchAll(
    /(?<![\w!])(![<>=]?(?:\{[^{}\n]{0,200}\})?)([^\s!()]+)(?:\(([^()\n]*)\))?!(?!\w)/g,
  )) {
    const [whole, opening = '', target = '', words] = match;
    const kind = mediaKindOf(target);
    if (kind === undefined || !isAddress(target)) continue;
    const start = match.index + opening.length;
    const altStart = start + target.length + 1;
    found.push({
      kind,
      range: { start: match.index, end: match.index + whole.length },
      address: { start, end: start + target.length },
      target,
      form: 'url',
      writing: 'textile',
      ...(words !== undefined && { alt: { start: altStart, end: altStart + words.length, value: words } }),
      isShown: true,
    });
  }
  return found;
}

/** A text with blanks in place of what is shown as it is written. */
function withoutCode(text: string): string {
  const opening = /<(pre|code|notextile)\b[^>\n]{0,400}>/g;
  const unclosed = new Set<string>();
  let shown = '';
  let from = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    const name = match[1] ?? '';
    const close = unclosed.has(name) ? -1 : text.indexOf(`</${name}>`, match.index);
    // Nothing closes it, nor any other of its name after it.
    if (close === -1) {
      unclosed.add(name);
      continue;
    }
    shown += text.slice(from, match.index) + ' '.repeat(close - match.index);
    from = opening.lastIndex = close;
  }
  return shown + text.slice(from);
}
