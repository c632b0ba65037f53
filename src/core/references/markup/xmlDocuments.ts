import { encodeUrl, escapeAttribute, oneLine } from '../plan/escape.ts';
import { indentationOf, lineAround, trimmed } from '../../../base/lines.ts';
import { atPoint, belowLine, planAt, type Snippet } from '../plan/snippet.ts';
import { fillMarkupTree } from './markupSlots.ts';
import { leafAt } from './markupNodes.ts';
import { parseMarkup, type MarkupDialect, type MarkupNode } from './markupTree.ts';
import { dialects } from './tagLanguage.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** A vocabulary of XML in which documents are written. */
interface Vocabulary {
  /** Whether a document is of it. */
  isUsed(text: string): boolean;
  /** Elements in which a picture may stand as a block. */
  readonly parents: RegExp;
  snippet(media: ReferenceMedia): Snippet;
}

const xml: MarkupDialect = { ...dialects.html, templateDelimiters: [['<?', '?>']], isXml: true };

const docbook: Vocabulary = {
  isUsed: text => /docbook\.org\/ns\/docbook|\/\/DTD (?:Simplified )?DocBook/i.test(text),
  parents:
    /^(?:article|book|chapter|appendix|preface|section|sect[1-5]|simplesect|partintro|listitem|blockquote|note|tip|warning|caution|important|example|informalexample|sidebar|step|answer|question|abstract|dedication|callout|topic)$/,
  snippet({ kind, path, alt }) {
    const element = { image: 'image', video: 'video', audio: 'audio' }[kind];
    return {
      before: `<mediaobject>\n  <${element}object>\n    <${element}data fileref="${address(path)}"/>\n  </${element}object>\n  <textobject>\n    <phrase>`,
      alt: escapeAttribute(oneLine(alt)),
      after: `</phrase>\n  </textobject>\n</mediaobject>`,
    };
  },
};

const dita: Vocabulary = {
  isUsed: text =>
    /\/\/DTD DITA |urn:oasis:names:tc:dita/.test(text) ||
    /<(?:topic|concept|task|reference)\b[^<>]*>\s*<title\b/.test(text),
  parents:
    /^(?:body|conbody|refbody|section|example|context|prereq|result|info|stepresult|stepxmp|li|dd|note|fig|bodydiv|sectiondiv|postreq|lq|entry|itemgroup)$/,
  snippet({ kind, path, alt }) {
    const words = escapeAttribute(oneLine(alt));
    if (kind !== 'image')
      return {
        before: `<p><xref href="${address(path)}" format="${kind}">`,
        alt: words || kind,
        after: '</xref></p>',
      };
    return {
      before: `<image href="${address(path)}" placement="break"><alt>`,
      alt: words,
      after: '</alt></image>',
    };
  },
};

function address(path: string): string {
  return escapeAttribute(encodeUrl(path, /'/));
}

/**
 * Plans media objects in DocBook and images in DITA, after the block that the anchor is in.
 * @returns undefined in other XML, of which nobody knows what it means
 */
export function planXml(request: ReferenceRequest): ReferencePlan | undefined {
  const { text, media, eol } = request;
  const vocabulary = [docbook, dita].find(each => each.isUsed(text));
  if (!vocabulary) return undefined;
  const root = parseMarkup(text, xml);
  const filled = fillMarkupTree('html', request, root);
  if (filled) return filled;
  const anchor = trimmed(text, request.start, request.end);
  const takes = ({ name }: MarkupNode): boolean => vocabulary.parents.test(localName(name));
  let node = leafAt(root, Math.max(anchor.end - 1, anchor.start));
  // Where there is nothing else in its parent, an anchor stands in it.
  while (node.parent && !takes(node.parent)) node = node.parent;
  if (!node.parent || isBeforeBody(node)) return undefined;
  const isMixed =
    vocabulary === dita && /^(?:li|dd|entry|note|section|example|info|lq)$/.test(localName(node.parent.name));
  const snippets = media.map(each => vocabulary.snippet(each));
  const line = lineAround(text, node.end);
  const isBelow = text.slice(node.end, line.end).trim() === '';
  if (node.kind === 'text') {
    if (!isMixed) return undefined;
    const end = node.start + text.slice(node.start, node.end).trimEnd().length;
    const own = lineAround(text, end);
    const isLast = text.slice(end, own.end).trim() === '';
    return planAt(isLast ? belowLine(text, end, indentationOf(own.text)) : atPoint(end), snippets, eol);
  }
  const point = isBelow
    ? belowLine(text, node.end, indentationOf(lineAround(text, node.start).text))
    : atPoint(node.end);
  return planAt(point, snippets, eol);
}

/** Titles and what is told about a document stand before its first block. */
function isBeforeBody({ name }: MarkupNode): boolean {
  return /^(?:info|articleinfo|bookinfo|chapterinfo|sectioninfo|prolog|titlealts|shortdesc)$/.test(
    localName(name),
  );
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
