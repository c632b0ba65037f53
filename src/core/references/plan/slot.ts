import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './plan.ts';

/** A place for an address, in UTF-16 offsets, that is empty or that the anchor is all of. */
export interface Slot {
  readonly start: number;
  readonly end: number;
}

/** Fills a slot with what stands for a file there. */
export function fillSlot({ start, end }: Slot, text: string): ReferencePlan {
  return { edits: [{ start, end, text }], main: 0, alt: undefined };
}

/** The one file of a request; a slot takes no more than one. */
export function onlyMedia({ media }: ReferenceRequest): ReferenceMedia | undefined {
  return media.length === 1 ? media[0] : undefined;
}

/**
 * Whether a place that holds `inner` is to be filled: an empty one always, one with something in it when it
 * is to be replaced as a whole.
 * @param start of `inner` in the document
 */
export function isSlot(
  { mode }: Pick<ReferenceRequest, 'mode'>,
  anchor: { readonly start: number; readonly end: number },
  inner: string,
  start: number,
): boolean {
  if (inner.trim() === '') return true;
  const first = start + inner.length - inner.trimStart().length;
  const last = start + inner.trimEnd().length;
  return mode === 'replace' && anchor.end > anchor.start && anchor.start <= first && anchor.end >= last;
}

const image =
  'image|img|picture|pic|photo|cover|thumbnail|thumb|hero|banner|avatar|icon|logo|poster|illustration|background|' +
  'header|preview|portrait|screenshot|figure|og|splash|teaser|featured|social|backdrop|artwork|card';
const video = 'video|clip|movie|trailer|film';
const audio = 'audio|sound|song|track|music|voice|narration|podcast';
const ends = 'image|img|picture|photo|url|uri|src|source|path|file|href|link|asset';
const kinds = { image, video, audio };

/** Whether a key of data, by its name, wants the address of such a file. */
export function isSlotName(kind: ReferenceMedia['kind'], name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[\s_.:/-]+/)
    .map(word => word.toLowerCase())
    .filter(word => word !== '');
  const isOwn = (word: string): boolean => new RegExp(`^(?:${kinds[kind]})s?$`).test(word);
  const isEnd = (word: string): boolean => new RegExp(`^(?:${ends})$`).test(word);
  if (words.length === 1)
    return words.some(word => isOwn(word) || /^(?:src|source|file|url|path|asset)$/.test(word));
  const last = words.at(-1) ?? '';
  return (isOwn(last) || isEnd(last)) && words.some(isOwn);
}

/** Whether a key of data, by its name, wants a list of such addresses. */
export function isListName(kind: ReferenceMedia['kind'], name: string): boolean {
  return name === 'gallery'
    ? kind === 'image'
    : isSlotName(kind, name) && !/^(?:icon|logo|src|source|file|url|path|asset)s?$/i.test(name);
}

/** A part of a document as a document of its own, for the planner of another language. */
export function requestWithin(
  request: ReferenceRequest,
  part: { readonly start: number; readonly end: number },
): ReferenceRequest {
  const clamped = (offset: number): number => Math.min(Math.max(offset, part.start), part.end) - part.start;
  return {
    ...request,
    text: request.text.slice(part.start, part.end),
    start: clamped(request.start),
    end: clamped(request.end),
  };
}

/** A plan for a part of a document as one for the whole. */
export function planFromWithin(plan: ReferencePlan | undefined, start: number): ReferencePlan | undefined {
  if (!plan) return undefined;
  const edits = plan.edits.map(edit => ({ ...edit, start: edit.start + start, end: edit.end + start }));
  return { ...plan, edits };
}
