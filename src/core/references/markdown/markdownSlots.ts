import { lineAround, trimmed } from '../../../base/lines.ts';
import { fillJson } from '../data/json.ts';
import { fillToml } from '../data/toml.ts';
import { fillYaml } from '../data/yaml.ts';
import { fillMarkup } from '../markup/markupSlots.ts';
import { encodeUrl } from '../plan/escape.ts';
import { fillSlot, isSlot, isSlotName, onlyMedia, planFromWithin, requestWithin } from '../plan/slot.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';
import { frontMatterOf } from '../data/frontMatter.ts';
import type { MarkdownLines } from './insertMarkdownBlock.ts';
import { destinationOf, markdownSnippet, wikiName, type MarkdownLanguage } from './markdownSnippet.ts';

/**
 * Fills the place for an address that the anchor is in or beside: of an image, of a tag, in front matter;
 * undefined when there is none.
 */
export function fillMarkdown(
  language: MarkdownLanguage,
  request: ReferenceRequest,
  { lines, scanned }: MarkdownLines,
): ReferencePlan | undefined {
  if (!onlyMedia(request)) return undefined;
  const { text } = request;
  const anchor = trimmed(text, request.start, request.end);
  const image =
    fillProperty(request, anchor) ??
    fillImage(language, request, anchor) ??
    fillBelowComment(language, request, anchor) ??
    fillEmbed(request, anchor);
  if (image) return image;
  const front = frontMatterOf(lines.map(line => line.text)).find(({ first, last }) => {
    return (lines[first]?.start ?? 0) <= anchor.start && anchor.end <= (lines[last]?.end ?? 0);
  });
  if (front) {
    const isWhole = front.format === 'json';
    const start = lines[isWhole ? front.first : front.first + 1]?.start ?? 0;
    const end = isWhole ? (lines[front.last]?.end ?? start) : (lines[front.last]?.start ?? start);
    const inner = requestWithin(request, { start, end });
    const fill = { yaml: fillYaml, toml: fillToml, json: fillJson }[front.format];
    return planFromWithin(fill(inner), start);
  }
  const line = lines.findIndex(({ end }) => anchor.end <= end);
  const block = scanned[line]?.block;
  const [first, last] = [lines[block?.first ?? line], lines[block?.last ?? line]];
  if (!first || !last) return undefined;
  const part = { start: first.start, end: last.end };
  if (part.end - part.start > longestBlock) return undefined;
  const own =
    fillDirective(request, text.slice(first.start, first.end), first.start) ??
    fillTag(request, part, anchor) ??
    fillCall(request, part, anchor) ??
    fillSlide(request, part, anchor);
  if (own || !text.slice(part.start, part.end).includes('<')) return own;
  return planFromWithin(
    fillMarkup(language === 'mdx' ? 'jsx' : 'html', requestWithin(request, part)),
    part.start,
  );
}

/** A figure of MyST without a path, which its first line has. */
function fillDirective(request: ReferenceRequest, line: string, start: number): ReferencePlan | undefined {
  const media = onlyMedia(request);
  const open = /^\s*(?::{3,}|`{3,}|~{3,})\{(?:figure|image)\}(?=\s*$)/.exec(line)?.[0];
  if (open === undefined || media?.kind !== 'image') return undefined;
  return fillSlot(
    { start: start + open.length, end: start + line.length },
    ` ${media.expression ?? media.path}`,
  );
}

/** A parameter, empty or to be replaced, of the shortcode or the tag of a template that the anchor is in. */
function fillTag(request: ReferenceRequest, part: Anchor, anchor: Anchor): ReferencePlan | undefined {
  const media = onlyMedia(request);
  const text = request.text.slice(part.start, part.end);
  if (!media || !text.includes('{')) return undefined;
  for (const { index, 0: tag } of text.matchAll(
    /\{\{[<%](?:(?![<%>]\}\})[^]){0,1000}[%>]\}\}|\{%(?:(?!%\})[^]){0,1000}%\}/g,
  )) {
    const start = part.start + index;
    if (request.start < start || request.end > start + tag.length) continue;
    for (const found of tag.matchAll(/(?<=\s)([\w-]+)=(["'])((?:(?!\2)[^\\\r\n])*)\2/g)) {
      const inner = found[3] ?? '';
      const end = start + found.index + found[0].length - 1;
      if (isSlotName(media.kind, found[1] ?? '') && isSlot(request, anchor, inner, end - inner.length))
        return fillSlot({ start: end - inner.length, end }, encodeUrl(media.path));
    }
  }
  return undefined;
}

/** The path that a piece of code in a document shows, as `include_graphics("")` of R does. */
function fillCall(request: ReferenceRequest, part: Anchor, anchor: Anchor): ReferencePlan | undefined {
  const media = onlyMedia(request);
  const text = request.text.slice(part.start, part.end);
  if (media?.kind !== 'image' || !/^\s*(?:`{3,}|~{3,})\s*\{/.test(text)) return undefined;
  const calls = text.matchAll(
    /\b(?:include_graphics\(|Image\(|imread\()\s*(?:filename\s*=\s*)?(["'])((?:(?!\1)[^\\\r\n])*)\1/g,
  );
  const slots = [...calls].flatMap(({ index, 0: call, 2: inner = '' }) => {
    const end = part.start + index + call.length - 1;
    return isSlot(request, anchor, inner, end - inner.length) ? [{ start: end - inner.length, end }] : [];
  });
  const [slot] = slots;
  return slot && slots.length === 1 && !/["'\\]/.test(media.path) ? fillSlot(slot, media.path) : undefined;
}

/** The background that the comment above a slide of reveal.js gives it. */
function fillSlide(request: ReferenceRequest, part: Anchor, anchor: Anchor): ReferencePlan | undefined {
  const media = onlyMedia(request);
  const text = request.text.slice(part.start, part.end);
  if (!media || !/^\s*<!--\s*\.(?:slide|element):/.test(text)) return undefined;
  const pattern = media.kind === 'video' ? 'data-background-video' : 'data-(?:background(?:-image)?|src)';
  for (const found of text.matchAll(new RegExp(`\\s${pattern}=(["'])((?:(?!\\1)[^\\r\\n])*)\\1`, 'g'))) {
    const inner = found[2] ?? '';
    const end = part.start + found.index + found[0].length - 1;
    if (isSlot(request, anchor, inner, end - inner.length))
      return fillSlot({ start: end - inner.length, end }, encodeUrl(media.path));
  }
  return undefined;
}

/** In a longer line images are not sought, in a longer block no tags, which bounds the time. */
const longestLine = 10_000;
const longestBlock = 20_000;

const image = /!\[((?:\\.|[^\]\\])*)\]\(([^()\r\n]*)\)/g;

interface Anchor {
  readonly start: number;
  readonly end: number;
}

function fillImage(
  language: MarkdownLanguage,
  request: ReferenceRequest,
  anchor: Anchor,
): ReferencePlan | undefined {
  const line = lineAround(request.text, anchor.start);
  const media = onlyMedia(request);
  if (line.text.length > longestLine || media?.kind !== 'image') return undefined;
  for (const { index, 0: whole, 1: alt = '', 2: destination = '' } of line.text.matchAll(image)) {
    const start = line.start + index;
    if (anchor.start < start || anchor.end > start + whole.length) continue;
    const inner = start + alt.length + 4;
    if (!isSlot(request, anchor, destination, inner)) continue;
    const snippet = markdownSnippet(language, request, media);
    const address = destinationOf(language, media);
    if (address === undefined) return undefined;
    if (alt.trim() !== '' || destination.trim() === '')
      return fillSlot({ start: inner, end: inner + destination.length }, address);
    // What described the picture becomes its alternative text.
    const filled = `${snippet.alt ?? ''}](${address}`;
    return {
      edits: [{ start: start + 2, end: inner + destination.length, text: filled }],
      main: 0,
      alt: { start: 0, end: snippet.alt?.length ?? 0 },
    };
  }
  return undefined;
}

/** An image without an address below the comment that says what it shows. */
function fillBelowComment(
  language: MarkdownLanguage,
  request: ReferenceRequest,
  anchor: Anchor,
): ReferencePlan | undefined {
  const line = lineAround(request.text, anchor.end);
  if (!/(?:-->|\*\/\})[ \t]*$/.test(line.text.slice(-longestLine))) return undefined;
  const below = /^(?:[ \t]*\r?\n){1,2}[ \t]*(?=!\[[^\]\r\n]*\]\([ \t]*\)[ \t]*(?:\r?\n|$))/.exec(
    request.text.slice(line.end, line.end + longestLine),
  );
  if (!below) return undefined;
  const start = line.end + below[0].length;
  return fillImage(language, request, { start, end: start });
}

/** `![[…]]`, where notes embed files so. */
function fillEmbed(request: ReferenceRequest, anchor: Anchor): ReferencePlan | undefined {
  const line = lineAround(request.text, anchor.start);
  const media = onlyMedia(request);
  if (!media || line.text.length > longestLine) return undefined;
  for (const { index, 0: whole, 1: inner = '' } of line.text.matchAll(
    /!\[\[([^[\]|#\r\n]*)(?:\|[^[\]\r\n]*)?\]\]/g,
  )) {
    const start = line.start + index;
    if (anchor.start < start || anchor.end > start + whole.length) continue;
    const name = wikiName(media);
    if (name !== undefined && isSlot(request, anchor, inner, start + 3))
      return fillSlot({ start: start + 3, end: start + 3 + inner.length }, name);
  }
  return undefined;
}

/** `key: "[[…]]"` in the front matter of a note. */
function fillProperty(request: ReferenceRequest, anchor: Anchor): ReferencePlan | undefined {
  const line = lineAround(request.text, anchor.start);
  const media = onlyMedia(request);
  if (!media || line.text.length > longestLine || !/^---[ \t]*\r?\n/.test(request.text)) return undefined;
  const found =
    /^([ \t]*(?:- )?(?:[\w-]+:[ \t]*)?["']\[\[)([^[\]|\r\n]*)(?:\|[^[\]\r\n]*)?\]\]["'][ \t]*$/.exec(
      line.text,
    );
  const [, before = '', inner = ''] = found ?? [];
  const start = line.start + before.length;
  const name = wikiName(media);
  if (!found || name === undefined || /["'\\]/.test(name)) return undefined;
  return isSlot(request, anchor, inner, start)
    ? fillSlot({ start, end: start + inner.length }, name)
    : undefined;
}

/** Whether a range is in an image, in which no other may stand. */
export function isInImage(text: string, { start, end }: Anchor): boolean {
  const line = lineAround(text, start);
  if (line.text.length > longestLine) return true;
  return [...line.text.matchAll(image)].some(({ index, 0: whole }) => {
    const at = line.start + index;
    return at < end && start < at + whole.length && (at < start || end < at + whole.length);
  });
}
