import { lineAround, trimmed } from '../../../base/lines.ts';
import { encodeUrl } from '../plan/escape.ts';
import { fillSlot, isSlot, isSlotName, onlyMedia } from '../plan/slot.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Longer lines are not looked through, which bounds the time. */
const longest = 5_000;

/**
 * Fills the string behind a name that wants an address (`image: ''`, `images: ['…']`), where the anchor is in
 * it and the project gives such files an address: what a path in a script is relative to nobody knows.
 */
export function fillScriptString(request: ReferenceRequest): ReferencePlan | undefined {
  const media = onlyMedia(request);
  const { text } = request;
  const anchor = trimmed(text, request.start, request.end);
  const line = lineAround(text, anchor.start);
  if (!media?.isPublic || media.expression !== undefined || line.text.length > longest) return undefined;
  for (const { index, 0: whole, 1: quote = '', 2: inner = '' } of line.text.matchAll(
    /(["'])((?:(?!\1)[^\\])*)\1/g,
  )) {
    const start = line.start + index + 1;
    if (anchor.start < start - 1 || anchor.end > start + whole.length - 1) continue;
    const [, name = ''] = /([\w$]+)["']?\s*[:=]\s*(?:\[[^\]]*)?$/.exec(line.text.slice(0, index)) ?? [];
    const path = encodeUrl(media.path, /["'\\]/);
    if (isSlotName(media.kind, name) && isSlot(request, anchor, inner, start) && !path.includes(quote))
      return fillSlot({ start, end: start + inner.length }, path);
  }
  return undefined;
}

/** Fills `url()` in a string of a script, which is a style there; undefined where there is none. */
export function fillScriptUrl(request: ReferenceRequest): ReferencePlan | undefined {
  const media = onlyMedia(request);
  const { text } = request;
  const anchor = trimmed(text, request.start, request.end);
  const line = lineAround(text, anchor.start);
  if (media?.kind !== 'image' || line.text.length > longest || !line.text.includes('url(')) return undefined;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of line.text.matchAll(
    /(url\(\s*(?:\\?["'])?)([^"'`()\\]*)(?:\\?["'])?\s*\)/g,
  )) {
    const start = line.start + index;
    if (anchor.start < start || anchor.end > start + whole.length) continue;
    const isInString =
      /["'`][^"'`]*$/.test(line.text.slice(0, index)) &&
      /^[^"'`]*["'`]/.test(line.text.slice(index + whole.length));
    const from = start + before.length;
    if (isInString && isSlot(request, anchor, inner, from))
      return fillSlot({ start: from, end: from + inner.length }, encodeUrl(media.path, /['()$]/));
  }
  return undefined;
}
