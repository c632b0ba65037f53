import { typstSpans } from '../../references/typesetting/typst.ts';
import { isAddress, mediaKindOf, type MediaReference } from './mediaReference.ts';
import { printedSize } from './printedSize.ts';

const string = String.raw`"((?:\\.|[^"\\\r\n])*)"`;
/** Arguments with a name may stand before the address. */
const named = String.raw`(?:[\w-]+\s*:\s*[\w.%+-]+\s*,\s*){0,10}`;
const call = new RegExp(String.raw`\b(image|link)\s*\(\s*${named}${string}`, 'g');
const altArgument = new RegExp(String.raw`\balt\s*:\s*${string}`);

/** `image(…)` and `link(…)` in the code of a Typst document. */
export function typstReferences(text: string): MediaReference[] {
  const found: MediaReference[] = [];
  const spans = typstSpans(text);
  const isOpaque = spans.filter(({ kind }) => kind === 'comment' || kind === 'raw');
  let end = 0;
  let next = 0;
  for (const code of spans) {
    // The outermost only: what is within is read with it.
    if (code.kind !== 'code' || code.start < end) continue;
    end = code.end;
    for (const match of text.slice(code.start, code.end).matchAll(call)) {
      const at = code.start + match.index;
      while ((isOpaque[next]?.end ?? Infinity) <= at) next++;
      if ((isOpaque[next]?.start ?? Infinity) <= at) continue;
      const [whole, name, source = ''] = match;
      const target = unescaped(source);
      const kind = mediaKindOf(target);
      if (kind === undefined || !isAddress(target) || target.startsWith('@')) continue;
      const last = at + whole.length;
      const start = last - 1 - source.length;
      // Arguments follow in the same call; a bracket that closes it ends the search.
      const rest =
        /^(?:[^()"]|"(?:\\.|[^"\\\r\n])*")*/.exec(text.slice(last, Math.min(last + 2_000, code.end)))?.[0] ??
        '';
      const [width, height] = ['width', 'height'].map(
        argument => new RegExp(`\\b${argument}\\s*:\\s*([\\w.%]{1,20})`).exec(whole + rest)?.[1],
      );
      const size = printedSize(width, height);
      const alt = altArgument.exec(rest);
      const words = alt?.[1] ?? '';
      const altStart = alt ? last + alt.index + alt[0].length - 1 - words.length : 0;
      found.push({
        kind,
        range: { start: at, end: last + rest.length },
        address: { start, end: last - 1 },
        target,
        form: name === 'image' ? 'file' : 'url',
        writing: 'typst',
        ...(alt && { alt: { start: altStart, end: altStart + words.length, value: unescaped(words) } }),
        ...(size && { size }),
        isShown: name === 'image',
      });
    }
  }
  return found;
}

function unescaped(source: string): string {
  return source
    .replace(/\\u\{([\da-fA-F]{1,6})\}/g, (_, code: string) =>
      String.fromCodePoint(Math.min(parseInt(code, 16), 0x10_ffff)),
    )
    .replace(/\\(.)/g, '$1');
}
