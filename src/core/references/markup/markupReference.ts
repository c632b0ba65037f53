import { indentationOf, lineAround, trimmed } from '../../../base/lines.ts';
import { planStyledTemplate, planStyleElement } from './embeddedStyles.ts';
import { importMedia } from './mediaImport.ts';
import { attributePath, mediaTag } from './mediaTag.ts';
import { ancestorsOf, attributeAround, holdsRawText, inContent, leafAt } from './markupNodes.ts';
import { fillMarkupTree } from './markupSlots.ts';
import { parseMarkup, type MarkupNode } from './markupTree.ts';
import { isReactNative, nativeImages } from './reactNative.ts';
import { fillJson } from '../data/json.ts';
import { planFromWithin, requestWithin } from '../plan/slot.ts';
import { inlineStyle } from '../styles/css.ts';
import { escapeAttribute, oneLine } from '../plan/escape.ts';
import {
  closedTag,
  frontMatterAround,
  hasWordPressBlocks,
  isXhtml,
  pointAfterWordPressBlock,
  pointInBlocks,
  wordPressSnippet,
} from './templateRules.ts';
import { atPoint, belowLine, planAt, snippetText, type InsertionPoint } from '../plan/snippet.ts';
import type { TagLanguage, TagSyntax } from './tagLanguage.ts';
import { fillScriptString, fillScriptUrl } from './scriptUrl.ts';
import { lastOfChain, takesOneChild } from './vueRules.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Elements in which no media tag may be inserted, at any depth. */
const noInsertionInside = new Set(
  'head Head svelte:head Helmet pagetitle headcontent PageTitle HeadContent svg math select datalist picture video audio object iframe pre'.split(
    ' ',
  ),
);
/** Elements whose children must be of certain kinds, none of which is a media tag. */
const structuralElements = new Set(
  'html Html table thead tbody tfoot tr colgroup optgroup ul ol menu dl frameset ruby'.split(' '),
);
/** Elements that hold a sentence or a part of one: what follows a sentence is inserted after them. */
const phrasingElements = new Set(
  'p h1 h2 h3 h4 h5 h6 a abbr address b bdi bdo button caption cite code data dfn dt em figcaption i ins del kbd label legend mark q s samp small span strong sub summary sup time u var'.split(
    ' ',
  ),
);

/** Plans tags in a document that is written in tags, or fills the place that is there for an address. */
export function planMarkup(syntax: TagSyntax, request: ReferenceRequest): ReferencePlan | undefined {
  const { language, dialect } = syntax;
  const { text, media, eol } = request;
  const front = language === 'html' ? frontMatterAround(request) : undefined;
  if (front?.filled) return front.filled;
  const root = parseMarkup(text, dialect);
  const anchor = trimmed(text, request.start, request.end);
  const last = leafAt(root, Math.max(anchor.end - 1, anchor.start));
  if (last.name === 'style' && last.innerStart <= anchor.start && anchor.start <= last.innerEnd)
    return planStyleElement(language, request, last);
  const filled = fillMarkupTree(language, request, root) ?? fillScriptData(request, last);
  if (filled) return importedInSlot(language, request, root, filled) ?? filled;
  if (language !== 'html') {
    const inScript =
      planStyledTemplate(request) ??
      fillScriptUrl(request) ??
      (last.kind === 'script' ? fillScriptString(request) : undefined);
    if (inScript) return inScript;
  }
  const isWordPress = language === 'html' && hasWordPressBlocks(text);
  const found =
    (request.mode === 'replace' && !front ? pointReplacing(language, root, text, anchor) : undefined) ??
    (isWordPress ? pointAfterWordPressBlock(text, Math.max(anchor.end - 1, anchor.start)) : undefined) ??
    pointAfter(language, last, text, anchor.end);
  const point = found && language === 'html' ? pointInBlocks(text, found) : found;
  if (!point) return undefined;
  if (isWordPress)
    return planAt(
      point,
      media.map(each => wordPressSnippet(each, escapeAttribute(oneLine(each.alt)))),
      eol,
    );
  const isFree = ({ start, end }: { start: number; end: number }): boolean =>
    start <= point.start || end >= point.end;
  if (language === 'jsx' && isReactNative(text)) {
    const native = nativeImages(text, media, eol);
    if (!native || (native.edit && !isFree(native.edit))) return undefined;
    return planAt(point, native.snippets, eol, native.edit ? [native.edit] : []);
  }
  const isNeeded = request.manners?.importsMedia === true;
  const imports = importMedia(
    language,
    text,
    scriptsOf(language, root, text),
    media,
    eol,
    isNeeded,
    request.manners?.importsObjects,
  );
  const own = imports && isFree(imports.edit) ? imports : undefined;
  const tags = media.map((each, index) => mediaTag(language, each, own?.expressions[index]));
  const snippets = language === 'html' && isXhtml(request) ? tags.map(closedTag) : tags;
  return planAt(point, snippets, eol, own ? [own.edit] : []);
}

/**
 * A filled attribute with the name of an import in the place of its quotes, where a build finds files by
 * imports alone.
 */
function importedInSlot(
  language: TagLanguage,
  { text, media, eol, manners }: ReferenceRequest,
  root: MarkupNode,
  { edits }: ReferencePlan,
): ReferencePlan | undefined {
  const [edit] = edits;
  if (!edit || manners?.importsMedia !== true || !/^(?:jsx|svelte|astro)$/.test(language)) return undefined;
  const quote = text.charAt(edit.start - 1);
  const before = text.slice(0, edit.start - 1);
  if (!/["']/.test(quote) || text[edit.end] !== quote || !before.endsWith('=')) return undefined;
  const imports = importMedia(
    language,
    text,
    scriptsOf(language, root, text),
    media,
    eol,
    true,
    manners.importsObjects,
  );
  const [expression] = imports?.expressions ?? [];
  if (!imports || expression === undefined) return undefined;
  // Components take what is imported as it is.
  const isComponent = /<[a-z]*[A-Z.:][\w.:-]*(?:[^<>]|=>)*$/.test(before.slice(-2_000));
  const value = isComponent ? expression.replace(/\.src$/, '') : expression;
  const own = { start: edit.start - 1, end: edit.end + 1, text: `{${value}}` };
  const all = [imports.edit, own].sort((a, b) => a.start - b.start);
  return { edits: all, main: all.indexOf(own), alt: undefined };
}

/** Fills a place in the data that a page has in a script (JSON-LD). */
function fillScriptData(request: ReferenceRequest, element: MarkupNode): ReferencePlan | undefined {
  const opening = request.text.slice(element.start, element.innerStart);
  if (element.name !== 'script' || !/\stype\s*=\s*["'][\w/+.-]*json["']/i.test(opening)) return undefined;
  const part = { start: element.innerStart, end: element.innerEnd };
  if (request.start < part.start || request.end > part.end) return undefined;
  const plan = fillJson(requestWithin(request, part));
  return plan?.edits.every(({ text }) => !text.includes('</')) === true
    ? planFromWithin(plan, part.start)
    : undefined;
}

/** A tag, or the path alone where a tag would be text: in an attribute, a script, a style. */
export function inlineMarkup(
  { language, dialect }: TagSyntax,
  text: string,
  offset: number,
  media: ReferenceMedia,
): string {
  const leaf = leafAt(parseMarkup(text, dialect), offset, true);
  const isInStyle = leaf.name === 'style' && leaf.innerStart <= offset && offset <= leaf.innerEnd;
  if (isInStyle)
    return inlineStyle('css', text.slice(leaf.innerStart, leaf.innerEnd), offset - leaf.innerStart, media);
  if (attributeAround(leaf, { start: offset, end: offset })) return attributePath(language, media.path);
  const isContent =
    leaf.kind === 'text' || (leaf.kind === 'element' && inContent(leaf, offset)) || leaf.kind === 'root';
  return isContent ? snippetText(mediaTag(language, media)) : media.path;
}

/** Whether tags may be children of a node. */
function takesTags(language: TagLanguage, parent: MarkupNode, text: string): boolean {
  if (parent.kind === 'script' || parent.kind === 'opaque' || parent.kind === 'comment') return false;
  if (parent.kind === 'root') {
    return language !== 'vue' && !parent.children.some(({ name }) => /^(?:html|head|body)$/i.test(name));
  }
  const path = [parent, ...ancestorsOf(parent)];
  if (
    holdsRawText(parent) ||
    structuralElements.has(parent.name) ||
    path.some(({ name }) => noInsertionInside.has(name)) ||
    takesOneChild(parent, text)
  )
    return false;
  if (language !== 'vue') return true;
  const block = path.at(-2);
  return block?.name === 'template' && !block.attributes.some(({ name }) => name === 'lang');
}

/**
 * After a node or above it in the tree: the nearest place that takes tags, outside the sentence that the
 * anchor is part of.
 */
function pointAfter(
  language: TagLanguage,
  leaf: MarkupNode,
  text: string,
  anchorEnd: number,
): InsertionPoint | undefined {
  let node: MarkupNode = leaf;
  // An anchor on nothing but blanks stands in the content of its node.
  if (
    leaf.kind === 'root' ||
    (leaf.kind === 'element' && inContent(leaf, anchorEnd) && leaf.innerStart <= anchorEnd)
  ) {
    if (takesTags(language, leaf, text) && leaf.children.length === 0) {
      return atPoint(anchorEnd);
    }
  }
  let fallback: MarkupNode | undefined;
  for (; node.parent; node = node.parent) {
    if (!takesTags(language, node.parent, text)) continue;
    const isWord = leaf.kind === 'text' || (leaf.kind === 'opaque' && language === 'html');
    if (isWord && isPhrasing(text, node.parent)) {
      fallback ??= node;
      continue;
    }
    const end = lastOfChain(text, node);
    if (end === node || !fallback) return pointAfterNode(end, end === node ? leaf : end, text, anchorEnd);
    // Between the branches of a condition nothing may stand, so that it stays in its own.
    return pointAfterNode(fallback, leaf, text, anchorEnd);
  }
  return fallback && pointAfterNode(fallback, leaf, text, anchorEnd);
}

function isPhrasing(text: string, element: MarkupNode): boolean {
  if (phrasingElements.has(element.name) || element.name === 'Text') return true;
  // A component holds a sentence when it is written on one line.
  const isComponent = /[A-Z.:-]/.test(element.name);
  return isComponent && !text.slice(element.start, element.end).includes('\n');
}

function pointAfterNode(node: MarkupNode, leaf: MarkupNode, text: string, anchorEnd: number): InsertionPoint {
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

/** Where a sentence ends that begins in a text node and goes on through phrasing elements and expressions. */
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
      (phrasingElements.has(sibling.name) || /^(?:br|img|wbr)$/.test(sibling.name)) &&
      !/^(?:p|h\d|address|d[td]|figcaption|caption|legend|summary)$/.test(sibling.name)
    ) {
      end = sibling.end;
    } else if (
      sibling.kind === 'opaque' &&
      /^\{(?!\s*[#/:@])/.test(text.slice(sibling.start, sibling.start + 3))
    ) {
      end = sibling.end;
    } else break;
  }
  return end;
}

/** The anchor itself, widened to the comment of which it is all; undefined where it cannot be taken out. */
function pointReplacing(
  language: TagLanguage,
  root: MarkupNode,
  text: string,
  anchor: { start: number; end: number },
): InsertionPoint | undefined {
  if (anchor.end <= anchor.start) return undefined;
  const first = leafAt(root, anchor.start);
  const last = leafAt(root, anchor.end - 1);
  if (language === 'html' && first.kind === 'text' && cutsDirective(text, anchor)) return undefined;
  const { start, end } =
    first === last && first.kind === 'comment' ? wholeComment(first, text, anchor) : anchor;
  const isWhole = (node: MarkupNode): boolean => start <= node.start && node.end <= end;
  // An opaque part may be one end of a block of its template language.
  const isSafe = (node: MarkupNode): boolean =>
    node.kind === 'text' || (isWhole(node) && node.kind !== 'opaque');
  const parent = commonParent(first, last, isWhole);
  if (!parent || !takesTags(language, parent, text)) return undefined;
  const children = parent.children.filter(child => child.start < end && start < child.end);
  if (!children.every(isSafe)) return undefined;
  const final = children.at(-1);
  if (final && lastOfChain(text, final) !== final) return undefined;
  const indent = indentationOf(lineAround(text, start).text);
  const isAlone = lineAround(text, start)
    .text.trimStart()
    .startsWith(text.slice(start, end).split(/\r?\n/)[0] ?? '');
  return { start, end, prefix: '', indent, separator: isAlone ? '\n' : '', suffix: '' };
}

const directive = /@[A-Za-z]+(?:[ \t]*\((?:[^()\n]|\([^()\n]*\))*\))?|[{}]/g;

/** Whether a part of a text is code of a template language that writes it without tags (Blade, Razor). */
function cutsDirective(text: string, { start, end }: { start: number; end: number }): boolean {
  const from = lineAround(text, start).start;
  const lines = text.slice(from, lineAround(text, end).end);
  return [...lines.matchAll(directive)].some(
    ({ index, 0: code }) => from + index < end && start < from + index + code.length,
  );
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

/** The parent of both ends of a range, outside of the nodes that are wholly in it. */
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
    return front?.kind === 'opaque' ? [{ start: front.start + 3, end: front.end - 3 }] : [];
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
