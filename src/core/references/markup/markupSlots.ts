import { trimmed } from '../../../base/lines.ts';
import { dotted, encodeUrl, escapeAttribute } from '../plan/escape.ts';
import { fillSlot, isSlot, isSlotName, onlyMedia, type Slot } from '../plan/slot.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';
import { attributeAround, leafAt } from './markupNodes.ts';
import { parseMarkup, type MarkupNode } from './markupTree.ts';
import { attributePath, isBraced } from './mediaTag.ts';
import { isReactNative } from './reactNative.ts';
import { quoted } from './scriptString.ts';
import { dialects, type TagLanguage } from './tagLanguage.ts';
import { helperArgument, helperString } from './templateRules.ts';

type Attribute = MarkupNode['attributes'][number];

/** As `fillMarkupTree`, for a part of a document that is markup. */
export function fillMarkup(language: TagLanguage, request: ReferenceRequest): ReferencePlan | undefined {
  return fillMarkupTree(language, request, parseMarkup(request.text, dialects[language]));
}

/**
 * Fills the place for an address that the anchor is in, or the empty one of the element that it speaks of;
 * undefined when there is none.
 */
export function fillMarkupTree(
  language: TagLanguage,
  request: ReferenceRequest,
  root: MarkupNode,
): ReferencePlan | undefined {
  const only = onlyMedia(request);
  if (!only) return undefined;
  const { text } = request;
  const anchor = trimmed(text, request.start, request.end);
  const leaf = leafAt(root, Math.max(anchor.end - 1, anchor.start));
  const tag = leaf.kind === 'opaque' && only.kind === 'image' ? imageTag(request, leaf, anchor) : undefined;
  if (tag) return filled(language, request, tag, only);
  const braced = bracedSlot(request, leaf, anchor, only);
  if (braced) return braced;
  const around = attributeAround(leaf, anchor);
  const inner = around && addressIn(request, leaf, around, anchor, only);
  if (inner) return filled(language, request, inner, only);
  const empty = emptyAround(request, leaf, only, anchor.start);
  return empty && filled(language, request, empty, only);
}

/**
 * A string in the braces of an attribute that takes an address (`src={""}`), or in the source of an image of
 * React Native, which is a call.
 */
function bracedSlot(
  request: ReferenceRequest,
  leaf: MarkupNode,
  anchor: { start: number; end: number },
  media: ReferenceMedia,
): ReferencePlan | undefined {
  const { text } = request;
  if (media.expression !== undefined) return undefined;
  const isNative = isReactNative(text);
  const siblings = leaf.parent?.children ?? [];
  const below =
    leaf.kind === 'comment'
      ? siblings.slice(siblings.indexOf(leaf) + 1).find(({ kind }) => kind === 'element')
      : undefined;
  const around = isNative ? nativeAround(leaf) : [];
  for (const element of [leaf, ...(below ? [below] : []), ...around]) {
    for (const value of element.otherAttributes) {
      if (value.form !== 'braced') continue;
      const isSource = isNative && value.name === 'source' && media.kind === 'image';
      if (!isSource && !takesAddress(text, element, value, media.kind)) continue;
      const string = /(["'`])((?:(?!\1)[^\\\n])*)\1/.exec(text.slice(value.start, value.end));
      if (!string) continue;
      const start = value.start + string.index + 1;
      const end = start + (string[2] ?? '').length;
      const isMeant =
        element !== leaf || (end === start ? true : value.start <= anchor.start && anchor.end <= value.end);
      if (!isMeant || !isSlot(request, anchor, string[2] ?? '', start)) continue;
      if (isSource) {
        if (media.path.startsWith('/')) return undefined;
        return fillSlot(value, `require(${quoted(dotted(media.path), string[1] === "'" ? "'" : '"')})`);
      }
      if (string[0].length === value.end - value.start)
        return fillSlot({ start, end }, encodeUrl(media.path, /['`$]/));
    }
  }
  return undefined;
}

/** The components around a text, and those beside it, that show pictures. */
function nativeAround(leaf: MarkupNode): MarkupNode[] {
  const parents = [leaf.parent, leaf.parent?.parent].filter(each => each?.kind === 'element');
  const all = parents.flatMap(each => (each ? [each, ...each.children] : []));
  return all.filter(({ kind, name }) => kind === 'element' && /Image|Avatar/.test(name));
}

/** A place for an address, and how it is written there. */
interface AddressSlot extends Slot {
  readonly form: 'attribute' | 'url' | 'string' | 'helper';
}

function filled(
  language: TagLanguage,
  { text }: ReferenceRequest,
  slot: AddressSlot,
  media: ReferenceMedia,
): ReferencePlan | undefined {
  const { expression, path } = media;
  if (slot.form === 'helper') {
    const argument = helperArgument(media);
    return argument === undefined ? undefined : fillSlot(slot, argument);
  }
  if (expression !== undefined && isBraced(expression)) {
    // Braces stand in the place of the quotes.
    if (slot.form !== 'attribute') return undefined;
    return fillSlot({ start: slot.start - 1, end: slot.end + 1 }, expression);
  }
  if (expression !== undefined) return fillSlot(slot, expression);
  if (slot.form === 'attribute') return fillSlot(slot, attributePath(language, path));
  const quote = text.charAt(slot.start - 1);
  const url = encodeUrl(path, /['()]/);
  // A bound attribute holds a string of the script.
  if (slot.form === 'string') return fillSlot(slot, `'${escapeAttribute(url)}'`);
  return fillSlot(slot, quote === '`' ? url : escapeAttribute(url));
}

/** The name of the file in a helper that writes the whole tag (`image_tag ""`). */
function imageTag(
  request: ReferenceRequest,
  { start, end }: MarkupNode,
  anchor: { start: number; end: number },
): AddressSlot | undefined {
  const { text } = request;
  if (!/\b(?:image_tag|img_tag)\b/.test(text.slice(start, end))) return undefined;
  const string = helperString(text, { start, end });
  return string && isSlot(request, anchor, text.slice(string.start, string.end), string.start)
    ? { ...string, form: 'helper' }
    : undefined;
}

/** Whether an attribute has an address in it that a helper of a template may make. */
function isImageAttribute(
  text: string,
  element: MarkupNode,
  attribute: Attribute,
  kind: ReferenceMedia['kind'],
): boolean {
  return attribute.name.toLowerCase() === 'style' || takesAddress(text, element, attribute, kind);
}

/** The place in an attribute that the anchor is all of, or that is empty. */
function addressIn(
  request: ReferenceRequest,
  element: MarkupNode,
  attribute: Attribute,
  anchor: { start: number; end: number },
  { kind }: ReferenceMedia,
): AddressSlot | undefined {
  const value = request.text.slice(attribute.start, attribute.end);
  const string = isImageAttribute(request.text, element, attribute, kind)
    ? helperString(request.text, attribute)
    : undefined;
  if (string) {
    const inner = request.text.slice(string.start, string.end);
    return isSlot(request, anchor, inner, string.start) ? { ...string, form: 'helper' } : undefined;
  }
  if (takesAddress(request.text, element, attribute, kind)) {
    const isString = isBound(attribute.name);
    const bare = value.replace(/\s+[\d.]+[wx]\s*$/, '');
    const inner = isString
      ? value.replace(/^['`]|['`]$/g, '')
      : /srcset$/i.test(attribute.name)
        ? bare
        : value;
    const offset = attribute.start + (isString && inner !== value ? 1 : 0);
    if (!isSlot(request, anchor, inner, offset)) return undefined;
    if (isString) return { start: attribute.start, end: attribute.end, form: 'string' };
    return { start: attribute.start, end: attribute.start + inner.length, form: 'attribute' };
  }
  if (
    kind !== 'image' ||
    !/^(?::?style|\[style[^\]]*\]|style:[\w-]+|class|classname|:?class|ngclass)$/i.test(attribute.name)
  )
    return undefined;
  for (const { index, 0: whole, 1: before = '', 2: inner = '' } of value.matchAll(urls)) {
    const start = attribute.start + index;
    if (anchor.start < start || anchor.end > start + whole.length) continue;
    const from = start + before.length;
    if (isSlot(request, anchor, inner, from)) return { start: from, end: from + inner.length, form: 'url' };
  }
  return undefined;
}

const urls = /(url\(\s*(?:&quot;|["'])?)((?:(?!&quot;)[^"'()])*)(?:&quot;|["'])?\s*\)/gi;

/** Where in a style the first address is that has nothing in it. */
function emptyUrl(style: string): number | undefined {
  const found = [...style.matchAll(urls)].find(([, , inner]) => inner === '');
  return found === undefined ? undefined : found.index + (found[1]?.length ?? 0);
}

function isBound(name: string): boolean {
  return /^(?::|v-bind:|\[)/.test(name);
}

/** Whether the value of an attribute is the address of such a file. */
function takesAddress(
  text: string,
  element: MarkupNode,
  { name }: Attribute,
  kind: ReferenceMedia['kind'],
): boolean {
  const own = name.replace(/^(?::|v-bind:|\[)|\]$/g, '').toLowerCase();
  const valueOf = (sought: string): string => {
    const found = element.attributes.find(each => each.name.toLowerCase() === sought);
    return found ? text.slice(found.start, found.end).toLowerCase() : '';
  };
  const tag = element.name.toLowerCase();
  if (
    /^(?:src|ngsrc)$/.test(own) ||
    /^data-(?:[\w-]+-)?(?:src|bg|background(?:-image)?|image|img|poster)$/.test(own)
  ) {
    const container = tag === 'source' ? (element.parent?.name ?? '').toLowerCase() : tag;
    if (own === 'src' && /^(?:video|audio)$/.test(container)) return container === kind;
    return !/^(?:script|iframe|embed|track)$/.test(tag) && (tag !== 'input' || valueOf('type') === 'image');
  }
  if (own === 'srcset' || own === 'imagesrcset') return kind === 'image';
  if (own === 'data') return tag === 'object' && kind === 'image';
  if (own === 'background') return kind === 'image' && /^(?:body|table|thead|tbody|tr|td|th)$/.test(tag);
  if (own === 'poster') return kind === 'image';
  if (own === 'content') {
    const property = `${valueOf('property')} ${valueOf('name')} ${valueOf('itemprop')}`;
    return (
      (tag === 'meta' &&
        new RegExp(`(?:^|[\\s:_-])${kind}(?::(?:secure_)?url|:src)?(?:\\s|$)`).test(property)) ||
      (tag === 'meta' && kind === 'image' && /tileimage|thumbnail/.test(property))
    );
  }
  if (own === 'href' || own === 'xlink:href') {
    if (tag === 'link')
      return kind === 'image' && /icon|apple-touch|mask|image_src|preload/.test(valueOf('rel'));
    return kind === 'image' && /^(?:image|feimage)$/.test(tag);
  }
  if (own === 'fileref') return true;
  // A property of a component.
  const isComponent = /[A-Z.:-]/.test(text.slice(element.start + 1, element.start + 1 + element.name.length));
  return isComponent && isSlotName(kind, name.replace(/^(?::|@|v-bind:|\[)|\]$/g, ''));
}

/** The empty place of the element of an anchor, of the one below its comment, or of the one in its figure. */
function emptyAround(
  { text }: ReferenceRequest,
  leaf: MarkupNode,
  { kind }: ReferenceMedia,
  anchor: number,
): AddressSlot | undefined {
  const slotOf = (element: MarkupNode): AddressSlot | undefined => {
    if (element.kind !== 'element') return undefined;
    const isEmpty = ({ name, start, end }: Attribute): boolean => {
      const value = text.slice(start, end).trim();
      return value === '' || (isBound(name) && /^(?:''|``)$/.test(value));
    };
    const found = element.attributes.find(each => isEmpty(each) && takesAddress(text, element, each, kind));
    if (found) return { ...found, form: isBound(found.name) ? 'string' : 'attribute' };
    for (const attribute of element.attributes) {
      const string = isImageAttribute(text, element, attribute, kind)
        ? helperString(text, attribute)
        : undefined;
      if (string && string.start === string.end) return { ...string, form: 'helper' };
    }
    const style = element.attributes.find(({ name }) => name.toLowerCase() === 'style');
    const empty = kind === 'image' && style ? emptyUrl(text.slice(style.start, style.end)) : undefined;
    const at = style && empty !== undefined ? style.start + empty : undefined;
    return at === undefined ? undefined : { start: at, end: at, form: 'url' };
  };
  const isShown = ({ name, parent }: MarkupNode): boolean =>
    kind === 'image'
      ? /^(?:img|image|figure|picture|imagedata|graphic)$/i.test(localName(name)) ||
        /Image|Picture|Img/.test(name) ||
        (name === 'source' && parent?.name === 'picture')
      : name === kind || (name === 'source' && parent?.name === kind);
  const head = [leaf, leaf.parent].find(each => each && /^(?:title|meta|Title|Meta)$/.test(each.name));
  const own = slotOf(leaf) ?? (head && kind === 'image' ? emptyMeta(text, head, slotOf) : undefined);
  if (own) return own;
  const siblings = leaf.parent?.children ?? [];
  if (leaf.kind === 'comment') {
    const next = siblings
      .slice(siblings.indexOf(leaf) + 1)
      .find(each => each.kind !== 'text' || text.slice(each.start, each.end).trim() !== '');
    const slot = next && isShown(next) ? slotOf(next) : undefined;
    if (slot) return slot;
  }
  // What stands in the opening tag of an element speaks of what is in it.
  const isInTag = leaf.kind === 'element' && anchor < leaf.innerStart;
  let parent = isInTag ? leaf : leaf.parent;
  for (let height = 0; parent && height < highest; height++, parent = parent.parent) {
    if (parent.kind !== 'element' || /^(?:html|template|head)$/i.test(parent.name)) break;
    const around = height < 2 && !/^(?:img|figure)$/i.test(parent.name) ? slotOf(parent) : undefined;
    if (around) return around;
    if (/^(?:body|main|section|article)$/.test(parent.name)) break;
    const slots = parent.children
      .flatMap(each => (isAroundMedia(each, kind) ? shownIn(each) : [each]))
      .filter(isShown)
      .map(slotOf)
      .filter(slot => slot !== undefined);
    if (slots.length > 0) return slots.length === 1 ? slots[0] : undefined;
  }
  return undefined;
}

function isAroundMedia({ name }: MarkupNode, kind: ReferenceMedia['kind']): boolean {
  return name === 'picture' || name === kind || /^(?:inline)?(?:media|image)object$/.test(localName(name));
}

/** An element and what is in it, for elements around the one that has the address. */
function shownIn(element: MarkupNode): MarkupNode[] {
  const inner = element.children.flatMap(each => (each.name.endsWith('object') ? shownIn(each) : [each]));
  return [element, ...inner];
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** The picture of a page that its head has no address for, beside the title or the description. */
function emptyMeta(
  text: string,
  inHead: MarkupNode,
  slotOf: (element: MarkupNode) => AddressSlot | undefined,
): AddressSlot | undefined {
  const metas = (inHead.parent?.children ?? []).filter(({ name }) => name === 'meta' || name === 'Meta');
  const isFirst = ({ start, end }: MarkupNode): boolean => /["']og:image["']/.test(text.slice(start, end));
  return [...metas.filter(isFirst), ...metas].map(slotOf).find(slot => slot !== undefined);
}

/** The element that holds a picture and the words about it is not farther up than this. */
const highest = 3;
