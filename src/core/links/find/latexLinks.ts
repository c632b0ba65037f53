import { latexSpans, verbatimNames, type LatexSpan } from '../../references/typesetting/latex.ts';
import { isAddress, mediaKindOf, type MediaReference } from './mediaReference.ts';
import { printedSize } from './printedSize.ts';

const command =
  /(?<verbatim>\\(?:verb\*?|lstinline(?:\[[^\]]{0,400}\])?)(?<mark>[^A-Za-z\s*{[])[^\n]{0,400}?\k<mark>)|(?<graphic>\\includegraphics\*?\s*(?<options>\[(?:[^\]{}]|\{[^{}]{0,400}\}){0,600}\])?\s*\{)(?<file>[^{}]*)\}|(?<link>\\(?:href|url)\s*\{)(?<url>[^{}]*)\}|\\graphicspath\s*\{(?<folders>(?:\s*\{[^{}]{0,400}\}){0,100})\s*\}/g;

/** `\includegraphics`, and the links of hyperref. */
export function latexReferences(text: string): MediaReference[] {
  const found: MediaReference[] = [];
  const code = latexSpans(text).filter(({ name }) => verbatimNames.test(name) || name === 'chunk');
  const isCode = inSpans(code);
  let folders: string[] = [];
  for (const { index, 0: whole, groups = {} } of text.matchAll(command)) {
    if (isCode(index) || isCommented(text, index)) continue;
    const { graphic, options, file = '', link, url = '', folders: named, verbatim } = groups;
    if (verbatim !== undefined) continue;
    if (named !== undefined) {
      folders = [...named.matchAll(/\{([^{}]*)\}/g)].map(([, folder = '']) =>
        folder.trim().replace(/\/$/, ''),
      );
      continue;
    }
    const opening = graphic ?? link ?? '';
    const source = graphic === undefined ? url : file;
    const target = source
      .trim()
      // What has blanks may be quoted.
      .replace(graphic === undefined ? '' : /"/g, '')
      .replace(/\\string\s?([%#~])/g, '$1')
      .replace(/\\([%#_&])/g, '$1');
    const kind = mediaKindOf(target) ?? (graphic === undefined ? undefined : 'image');
    if (kind === undefined || !isAddress(target) || target.includes('\\')) continue;
    if (graphic !== undefined && /\.(?:pdf|eps|ps|tikz)$/i.test(target)) continue;
    const start = index + opening.length + source.length - source.trimStart().length;
    const alt = options === undefined ? null : /\balt\s*=\s*(?:\{([^{}]*)\}|([^,\]{}]*))/.exec(options);
    const words = alt?.[1] ?? alt?.[2];
    const [width, height] = ['width', 'height'].map(
      name => new RegExp(`(?<![\\w-])${name}\\s*=\\s*([^,\\]{}]{1,40})`).exec(options ?? '')?.[1],
    );
    const size = printedSize(width, height);
    const altStart =
      alt && options !== undefined && words !== undefined
        ? index + whole.indexOf(options) + alt.index + alt[0].lastIndexOf(words)
        : undefined;
    found.push({
      kind,
      range: { start: index, end: index + whole.length },
      address: { start, end: start + source.trim().length },
      target,
      form: graphic === undefined ? 'url' : 'file',
      writing: graphic === undefined ? 'latexUrl' : 'latexFile',
      ...(altStart !== undefined &&
        words !== undefined && { alt: { start: altStart, end: altStart + words.length, value: words } }),
      ...(size && { size }),
      isShown: graphic !== undefined,
      ...(folders.length > 0 && graphic !== undefined && { bases: ['', ...folders] }),
    });
  }
  return found;
}

/** Whether a place lies in one of the spans, asked from the first to the last. */
function inSpans(spans: readonly LatexSpan[]): (offset: number) => boolean {
  let next = 0;
  return offset => {
    while ((spans[next]?.end ?? Infinity) <= offset) next++;
    return (spans[next]?.start ?? Infinity) <= offset;
  };
}

/** Farther behind the mark of a comment nothing is sought. */
const longestComment = 1_000;

/** Whether a comment has begun before on the line; a longer line has none. */
function isCommented(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - longestComment), offset);
  return /(?:^|[^\\])(?:\\\\)*%/.test(before.slice(before.lastIndexOf('\n') + 1));
}
