import { lineAround, trimmed } from '../../../base/lines.ts';
import { encodeUrl } from '../plan/escape.ts';
import { fillSlot, isSlot, onlyMedia } from '../plan/slot.ts';
import type { ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Longer lines are not looked through, which bounds the time. */
const longest = 5_000;

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
