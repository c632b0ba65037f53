import { commentSyntax } from '../languages/commentSyntax.ts';
import { documentLanguage, type DocumentIdentity } from '../languages/documentLanguage.ts';
import { oneLine, wordsOf } from '../references/plan/escape.ts';
import { filePathOf, type MediaReference, type TextSpan } from './find/mediaReference.ts';

/** What a person wants to see where a file is missing. */
export interface Wish {
  readonly prompt: string;
  /** The mark of the wish in the alternative text, which goes when the file is there. */
  readonly mark?: TextSpan;
}

/** Farther above nothing is sought. */
const longestLine = 2_000;

/**
 * The wish that a document writes where a file is missing: `todo: …` as the alternative text, or a comment
 * `rivya: …` on the line above.
 */
export function wishOf(
  text: string,
  reference: MediaReference,
  identity: DocumentIdentity,
): Wish | undefined {
  const { alt } = reference;
  const mark = alt && /^\s*todo:\s*/i.exec(text.slice(alt.start, alt.end));
  if (alt && mark) {
    const prompt = oneLine(alt.value.replace(/^\s*todo:\s*/i, ''));
    return prompt === ''
      ? undefined
      : { prompt, mark: { start: alt.start, end: alt.start + mark[0].length } };
  }
  // Front matter is data within a document of another language.
  const isData = reference.writing.startsWith('data');
  const prompt = commentAbove(text, reference.range.start, isData ? 'yaml' : documentLanguage(identity));
  return prompt === undefined ? undefined : { prompt };
}

/** What a prompt begins with where there is no wish: the alternative text, else the words of the name. */
export function suggestedPrompt(reference: MediaReference): string {
  const alt = oneLine(reference.alt?.value ?? '').replace(/^todo:\s*/i, '');
  return alt === '' ? wordsOf(filePathOf(reference) ?? '').join(' ') : alt;
}

function commentAbove(text: string, offset: number, language: string): string | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  if (lineStart === 0) return undefined;
  const above = text.slice(Math.max(0, lineStart - longestLine), lineStart - 1);
  const line = above.slice(above.lastIndexOf('\n') + 1).trim();
  const { line: marks, block } = commentSyntax(language);
  const all = [...marks.map(open => [open, ''] as const), ...block, ['/*', '*/'], ['<!--', '-->']] as const;
  const found = all.find(([open, close]) => line.startsWith(open) && line.endsWith(close));
  if (!found) return undefined;
  const inner = line.slice(found[0].length, line.length - found[1].length);
  return /^[\s%/#;*-]*rivya:\s*(\S.*?)\s*$/i.exec(inner)?.[1];
}
