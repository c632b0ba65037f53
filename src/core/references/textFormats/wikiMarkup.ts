import { encodeUrl, oneLine } from '../plan/escape.ts';
import { planAt, snippetText, type Snippet } from '../plan/snippet.ts';
import { pointAfterBlock, pointReplacingLines, type BlockSyntax } from './blockInsertion.ts';
import { findLine, type Line } from '../../../base/lines.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from '../plan/plan.ts';

/** Plans `!…!` in a Textile document, after the block that the anchor is in; sounds and videos are links. */
export function planTextile(request: ReferenceRequest): ReferencePlan | undefined {
  return planBlocks(request, textile, request.media.map(textileSnippet));
}

export function inlineTextile(_text: string, _offset: number, media: ReferenceMedia): string {
  return snippetText(textileSnippet(media));
}

/** Plans `[[File:…]]` in a text of MediaWiki, which knows files by their names. */
export function planWikitext(request: ReferenceRequest): ReferencePlan | undefined {
  const snippets = request.media.map(wikitextSnippet);
  if (snippets.includes(undefined)) return undefined;
  return planBlocks(
    request,
    wikitext,
    snippets.filter(each => each !== undefined),
  );
}

export function inlineWikitext(_text: string, _offset: number, media: ReferenceMedia): string {
  const snippet = wikitextSnippet(media);
  return snippet ? snippetText(snippet) : media.path;
}

function planBlocks(
  request: ReferenceRequest,
  syntax: BlockSyntax,
  snippets: readonly Snippet[],
): ReferencePlan | undefined {
  const { text, eol, mode } = request;
  const replacing = mode === 'replace' ? pointReplacingLines(text, request, syntax) : undefined;
  const point = replacing ?? pointAfterBlock(text, request, syntax);
  return (
    point && planAt({ ...point, indent: '', prefix: point.prefix.replace(/[ \t]+$/, '') }, snippets, eol)
  );
}

function textileSnippet({ kind, path, alt, expression }: ReferenceMedia): Snippet {
  const address = expression ?? encodeUrl(path, /[!()[\]]/);
  const words = oneLine(alt)
    .replace(/[()!"[\]]/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  if (kind !== 'image') return { before: '"', alt: words || kind, after: `":${address}` };
  return words === ''
    ? { before: `!${address}!`, after: '' }
    : { before: `!${address}(`, alt: words, after: ')!' };
}

/** Undefined for a name that brackets cannot hold. */
function wikitextSnippet({ path, alt }: ReferenceMedia): Snippet | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/[[\]|{}#<>\p{Cc}]/u.test(name)) return undefined;
  const words = oneLine(alt)
    .replace(/\[\[|\]\]|\{\{|\}\}|[|<>]/g, ' ')
    .trim();
  return words === ''
    ? { before: `[[File:${name}|thumb]]`, after: '' }
    : { before: `[[File:${name}|thumb|`, alt: words, after: ']]' };
}

const textile: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^###\.{1,2}[ \t]*/,
  // A list goes on to the next blank line: a picture in it would end it.
  item: /(?!)/,
  heading: /^h[1-6](?:\([^)]*\)|\{[^}]*\}|[<>=]+)*\.\s/,
  isBlockMetadata: () => false,
  delimitedBlocks: lines => enclosed(lines, /^(?:<pre\b|<notextile>)/i, /<\/(?:pre|notextile)>/i),
};

const wikitext: BlockSyntax = {
  separatedByBlankLines: true,
  comment: /^<!--[ \t]*/,
  item: /(?!)/,
  heading: /^={1,6}[^=].*=[ \t]*$/,
  isBlockMetadata: () => false,
  delimitedBlocks: lines =>
    [
      ...enclosed(lines, /^[ \t:]*\{\|/, /^[ \t]*\|\}/),
      ...enclosed(lines, /<!--(?!.*-->)/, /-->/),
      ...enclosed(
        lines,
        /<(?:pre|nowiki|syntaxhighlight|gallery|math)\b(?!.*<\/)/i,
        /<\/(?:pre|nowiki|syntaxhighlight|gallery|math)>/i,
      ),
      ...enclosed(lines, /^\{\{(?!.*\}\})/, /\}\}[ \t]*$/),
    ].toSorted((a, b) => a.first - b.first),
};

/** The lines from one that opens something to the one that closes it. */
function enclosed(lines: readonly Line[], open: RegExp, close: RegExp): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (let first = findLine(lines, 0, text => open.test(text)); first !== -1;) {
    const last = findLine(lines, first, text => close.test(text));
    if (last === -1) break;
    found.push({ first, last });
    first = findLine(lines, last + 1, text => open.test(text));
  }
  return found;
}
