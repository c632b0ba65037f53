import { indentationOf, lineAround, trimmed } from './lines.ts';
import { importMedia } from './mediaImport.ts';
import { attributePath, mediaTag, type TagLanguage } from './markupTag.ts';
import { parseMarkup, type MarkupDialect, type MarkupNode } from './markupTree.ts';
import { atPoint, belowLine, pieceText, planAt, type Place } from './piece.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './reference.ts';

const html: MarkupDialect = {
  isScript: false,
  braces: false,
  tagsInBraces: false,
  islands: [
    ['<?', '?>'],
    ['<%', '%>'],
    ['{{', '}}'],
    ['{%', '%}'],
  ],
  frontMatter: false,
  isXml: false,
};
const dialects: Readonly<Record<TagLanguage, MarkupDialect>> = {
  html,
  vue: { ...html, islands: [['{{', '}}']], isXml: true },
  svelte: { ...html, islands: [], isXml: true, braces: true },
  astro: { ...html, islands: [], isXml: true, braces: true, tagsInBraces: true, frontMatter: true },
  jsx: { ...html, islands: [], isXml: true, braces: true, tagsInBraces: true, isScript: true },
};

/** Elements in which nothing of ours may stand, however deep. */
const closed = new Set('head svg math select datalist picture video audio object iframe pre'.split(' '));
/** Elements whose children are of certain kinds, none of them ours. */
const structural = new Set(
  'html table thead tbody tfoot tr colgroup optgroup ul ol menu dl frameset ruby'.split(' '),
);
/** Elements that hold a phrase: what comes after a phrase comes after them. */
const phrases = new Set(
  'p h1 h2 h3 h4 h5 h6 a abbr address b bdi bdo button caption cite code data dfn dt em figcaption i ins del kbd label legend mark q s samp small span strong sub summary sup time u var'.split(
    ' ',
  ),
);

/** Plans tags in a document that is written in tags. */
export function planMarkup(language: TagLanguage, request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol } = request;
  const root = parseMarkup(text, dialects[language]);
  const anchor = trimmed(text, request.start, request.end);
  const last = leafAt(root, Math.max(anchor.end - 1, anchor.start));
  if (request.mode === 'replace') {
    const value = attributeAround(last, anchor);
    const [only] = media;
    const isWhole =
      value &&
      anchor.end > anchor.start &&
      text.slice(anchor.start, anchor.end) === text.slice(value.start, value.end).trim();
    if (isWhole && only && media.length === 1 && isSource(value.name)) {
      const edit = { start: value.start, end: value.end, text: attributePath(language, only.path) };
      return { edits: [edit], main: 0, alt: undefined };
    }
  }
  const place =
    (request.mode === 'replace' ? placeInstead(language, root, text, anchor) : undefined) ??
    placeBehind(language, last, text, anchor.end);
  if (!place) return undefined;
  const imports = importMedia(language, text, scriptsOf(language, root, text), media, eol);
  const pieces = media.map((each, index) => mediaTag(language, each, imports?.expressions[index]));
  const isFree = imports && (imports.edit.start <= place.start || imports.edit.start >= place.end);
  if (!isFree)
    return planAt(
      place,
      media.map(each => mediaTag(language, each)),
      eol,
    );
  return planAt(place, pieces, eol, [imports.edit]);
}

/** A tag, or the path alone where a tag would be text: in an attribute, a script, a style. */
export function inlineMarkup(
  language: TagLanguage,
  text: string,
  offset: number,
  media: ReferenceMedia,
): string {
  const leaf = leafAt(parseMarkup(text, dialects[language]), offset, true);
  if (attributeAround(leaf, { start: offset, end: offset })) return attributePath(language, media.path);
  const isContent =
    leaf.kind === 'text' || (leaf.kind === 'element' && inContent(leaf, offset)) || leaf.kind === 'root';
  return isContent ? pieceText(mediaTag(language, media)) : media.path;
}

/** The innermost node that a character belongs to; a point between two nodes belongs to what is around them. */
function leafAt(root: MarkupNode, offset: number, isPoint = false): MarkupNode {
  let found = root;
  for (;;) {
    const inner = found.children.find(({ start, end, kind }) =>
      isPoint && kind !== 'text' ? start < offset && offset < end : start <= offset && offset < end,
    );
    if (!inner) return found;
    found = inner;
  }
}

function inContent(element: MarkupNode, offset: number): boolean {
  return element.innerStart <= offset && offset <= element.innerEnd && !isOpaque(element);
}

function isOpaque({ name }: MarkupNode): boolean {
  return /^(?:script|style|textarea|title|xmp|iframe|noembed|noframes|plaintext)$/.test(name);
}

function attributeAround(
  { attributes }: MarkupNode,
  { start, end }: { start: number; end: number },
): MarkupNode['attributes'][number] | undefined {
  return attributes.find(value => value.start <= start && end <= value.end);
}

function isSource(attribute: string): boolean {
  return /^(?:src|poster)$/i.test(attribute);
}

function ancestorsOf(node: MarkupNode): MarkupNode[] {
  const found: MarkupNode[] = [];
  for (let parent = node.parent; parent; parent = parent.parent) found.push(parent);
  return found;
}

/** Whether tags may be children of a node. */
function takesTags(language: TagLanguage, parent: MarkupNode): boolean {
  if (parent.kind === 'script' || parent.kind === 'island' || parent.kind === 'comment') return false;
  if (parent.kind === 'root') {
    return language !== 'vue' && !parent.children.some(({ name }) => /^(?:html|head|body)$/i.test(name));
  }
  const path = [parent, ...ancestorsOf(parent)];
  if (isOpaque(parent) || structural.has(parent.name) || path.some(({ name }) => closed.has(name)))
    return false;
  if (language !== 'vue') return true;
  const block = path.at(-2);
  return block?.name === 'template' && !block.attributes.some(({ name }) => name === 'lang');
}

/** Behind a node or above it in the tree: the nearest place that takes tags, outside the phrase that the anchor is part of. */
function placeBehind(
  language: TagLanguage,
  leaf: MarkupNode,
  text: string,
  anchorEnd: number,
): Place | undefined {
  let node: MarkupNode = leaf;
  // An anchor on nothing but blanks stands in the content of its node.
  if (
    leaf.kind === 'root' ||
    (leaf.kind === 'element' && inContent(leaf, anchorEnd) && leaf.innerStart <= anchorEnd)
  ) {
    if (takesTags(language, leaf) && leaf.children.length === 0) {
      return atPoint(anchorEnd);
    }
  }
  let fallback: MarkupNode | undefined;
  for (; node.parent; node = node.parent) {
    if (!takesTags(language, node.parent)) continue;
    if (leaf.kind !== 'text' || !isPhrase(text, node.parent)) return behind(node, leaf, text, anchorEnd);
    fallback ??= node;
  }
  return fallback && behind(fallback, leaf, text, anchorEnd);
}

function isPhrase(text: string, element: MarkupNode): boolean {
  if (phrases.has(element.name)) return true;
  // A component is a phrase when it is written like one.
  const isComponent = /[A-Z.:-]/.test(element.name);
  return isComponent && !text.slice(element.start, element.end).includes('\n');
}

function behind(node: MarkupNode, leaf: MarkupNode, text: string, anchorEnd: number): Place {
  const isText = node === leaf && leaf.kind === 'text';
  const end = isText ? runEnd(node, text, anchorEnd) : node.end;
  const line = lineAround(text, end);
  const start = isText ? trimmed(text, node.start, node.end).start : node.start;
  const isBelow = text.slice(end, line.end).trim() === '' && isOwnLine(text, start, line.start);
  if (isBelow) {
    const first = isText ? line : lineAround(text, start);
    return belowLine(text, end, indentationOf(first.text));
  }
  const space = isText ? ' ' : '';
  return atPoint(end, space, space);
}

/** Whether nothing but the node, or a part of it, stands on its last line. */
function isOwnLine(text: string, nodeStart: number, lineStart: number): boolean {
  return nodeStart < lineStart || text.slice(lineStart, nodeStart).trim() === '';
}

/** Where the phrase ends that goes on from a text through what stands in the same line of thought. */
function runEnd(node: MarkupNode, text: string, from: number): number {
  const siblings = node.parent?.children ?? [];
  let end = from;
  for (const sibling of siblings.slice(siblings.indexOf(node))) {
    if (sibling.kind === 'text') {
      const rest = text.slice(Math.max(sibling.start, from), sibling.end);
      const gap = /\r?\n[ \t]*\r?\n/.exec(rest);
      const until = Math.max(sibling.start, from) + (gap?.index ?? rest.length);
      const inner = trimmed(text, Math.max(sibling.start, from), until);
      if (inner.end > inner.start) end = inner.end;
      if (gap) break;
    } else if (
      sibling.kind === 'element' &&
      (phrases.has(sibling.name) || /^(?:br|img|wbr)$/.test(sibling.name)) &&
      !/^(?:p|h\d|address|d[td]|figcaption|caption|legend|summary)$/.test(sibling.name)
    ) {
      end = sibling.end;
    } else if (
      sibling.kind === 'island' &&
      /^\{(?!\s*[#/:@])/.test(text.slice(sibling.start, sibling.start + 3))
    ) {
      end = sibling.end;
    } else break;
  }
  return end;
}

/** The anchor itself, widened to the comment of which it is all; undefined where it cannot be taken out. */
function placeInstead(
  language: TagLanguage,
  root: MarkupNode,
  text: string,
  anchor: { start: number; end: number },
): Place | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const first = leafAt(root, anchor.start);
  const last = leafAt(root, anchor.end - 1);
  const { start, end } =
    first === last && first.kind === 'comment' ? wholeComment(first, text, anchor) : anchor;
  const isWhole = (node: MarkupNode): boolean => start <= node.start && node.end <= end;
  // An island may be one end of a block.
  const isSafe = (node: MarkupNode): boolean =>
    node.kind === 'text' || (isWhole(node) && node.kind !== 'island');
  const parent = commonParent(first, last, isWhole);
  if (!parent || !takesTags(language, parent)) return undefined;
  const children = parent.children.filter(child => child.start < end && start < child.end);
  if (!children.every(isSafe)) return undefined;
  const indent = indentationOf(lineAround(text, start).text);
  const isAlone = lineAround(text, start)
    .text.trimStart()
    .startsWith(text.slice(start, end).split(/\r?\n/)[0] ?? '');
  return { start, end, lead: '', indent, separator: isAlone ? '\n' : '', trail: '' };
}

function wholeComment(
  comment: MarkupNode,
  text: string,
  anchor: { start: number; end: number },
): { start: number; end: number } {
  const inner = trimmed(text, comment.innerStart, comment.innerEnd);
  const isAll = anchor.start <= inner.start && inner.end <= anchor.end;
  return isAll ? { start: comment.start, end: comment.end } : anchor;
}

/** What both ends of a range are children of, once the nodes that are wholly in it are left behind. */
function commonParent(
  first: MarkupNode,
  last: MarkupNode,
  isWhole: (node: MarkupNode) => boolean,
): MarkupNode | undefined {
  const climb = (node: MarkupNode): MarkupNode | undefined => {
    let top = node;
    while (top.parent && isWhole(top.parent)) top = top.parent;
    return top.kind === 'text' || isWhole(top) ? top.parent : undefined;
  };
  const parent = climb(first);
  return parent && parent === climb(last) ? parent : undefined;
}

/** Where a document keeps the script whose names its tags can use. */
function scriptsOf(language: TagLanguage, root: MarkupNode, text: string): { start: number; end: number }[] {
  if (language === 'jsx') return [{ start: root.start, end: root.end }];
  if (language === 'astro') {
    const [front] = root.children;
    return front?.kind === 'island' ? [{ start: front.start + 3, end: front.end - 3 }] : [];
  }
  if (language === 'html') return [];
  return (
    root.children
      .filter(({ name }) => name === 'script')
      // In Vue only what is declared there is known to the template.
      .filter(
        ({ start, innerStart }) => language !== 'vue' || /\ssetup\b/.test(text.slice(start, innerStart)),
      )
      .map(({ innerStart, innerEnd }) => ({ start: innerStart, end: innerEnd }))
  );
}
