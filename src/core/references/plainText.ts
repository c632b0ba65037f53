import { indentationOf, lineAround, trimmed } from './lines.ts';
import { belowLine, planAt, type Place } from './piece.ts';
import type { ReferencePlan, ReferenceRequest } from './reference.ts';

/** Languages in which a bare path would be an error: there it can only stand in a comment. */
const code = new Set(
  (
    'bat bibtex c clojure coffeescript cpp csharp cuda-cpp dart diff dockercompose dockerfile dotenv elixir erlang fsharp git-rebase go graphql groovy ' +
    'haskell hlsl ignore ini java javascript julia kotlin lua makefile nix objective-c objective-cpp ocaml pascal perl ' +
    'perl6 php powershell prisma properties proto pug python r razor ruby rust sass shaderlab shellscript sql stylus swift terraform toml ' +
    'typescript vb vbnet xml xsl zig'
  ).split(' '),
);
const lineComment = /^[ \t]*(?:\/\/+!?|#+|--+|;+|%+|'|REM\b)[ \t]*(?=\S)/i;

/**
 * Plans the paths alone, on lines of their own: what a language without references can take. In a program they stand in the comment that
 * the anchor is in.
 * @returns undefined in a program outside a line comment
 */
export function planPaths({
  languageId,
  text,
  media,
  mode,
  eol,
  ...request
}: ReferenceRequest): ReferencePlan | undefined {
  const anchor = trimmed(text, request.start, request.end);
  const line = lineAround(text, Math.max(anchor.end - 1, anchor.start));
  const mark = code.has(languageId) ? lineComment.exec(line.text)?.[0] : indentationOf(line.text);
  // A line break in a path would be the end of it.
  if (mark === undefined || media.some(({ path }) => /\p{Cc}/u.test(path))) return undefined;
  const pieces = media.map(({ path }) => ({ before: path, after: '' }));
  // The mark of a comment stays.
  const start = code.has(languageId) ? Math.max(anchor.start, line.start + mark.length) : anchor.start;
  const instead: Place = { start, end: anchor.end, lead: '', indent: mark, separator: '\n', trail: '' };
  const isLine = text.slice(anchor.start, anchor.end).split(/\r?\n/).length === 1;
  const isReplaced = mode === 'replace' && anchor.end > start && (isLine || !code.has(languageId));
  return planAt(isReplaced ? instead : belowLine(text, line.start, mark), pieces, eol);
}
