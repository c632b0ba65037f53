import { tokensOf, type StyleLanguage } from '../../references/styles/cssTokens.ts';
import { isAddress, isRemote, mediaKindOf, type MediaReference } from './mediaReference.ts';

/**
 * The addresses in `url()`, `src()` and `image-set()` of a style sheet.
 * @param at where the text begins in its document
 */
export function styleReferences(text: string, language: StyleLanguage, at = 0): MediaReference[] {
  const found: MediaReference[] = [];
  const tokens = tokensOf(text, language);
  /** How many brackets of a set of images are open. */
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'comment') continue;
    const source = text.slice(token.start, token.end);
    if (token.kind === 'string') {
      const opening = /(?<![\w-])(?:url|src)\(\s*$/i.exec(
        text.slice(Math.max(0, token.start - 40), token.start),
      );
      if ((opening || depth > 0) && source.length > 1 && source.endsWith(source.charAt(0)))
        add(source.slice(1, -1), token.start + 1, token.start - (opening?.[0].length ?? 0));
    } else if (token.kind === 'text') {
      const bare = /^(url\(\s*)([^\s"')][^)\n]*?)(\s*\)?)$/i.exec(source);
      if (bare) add(bare[2] ?? '', token.start + (bare[1] ?? '').length, token.start);
      else if (depth > 0) depth += count(source, '(') - count(source, ')');
      else if (/image-set\(/i.test(source)) depth = Math.max(count(source, '(') - count(source, ')'), 0);
    } else depth = 0;
  }
  return found;

  function add(source: string, start: number, whole: number): void {
    const target = source.replace(/\\([^\da-f\r\n])/gi, '$1');
    const kind = mediaKindOf(target) ?? (isRemote(target) ? 'image' : undefined);
    if (kind === undefined || !isAddress(target) || target.startsWith('~')) return;
    const end = start + source.length;
    const close = /^["']?\s*\)?/.exec(text.slice(end, end + 20))?.[0].length ?? 0;
    found.push({
      kind,
      range: { start: at + whole, end: at + end + close },
      address: { start: at + start, end: at + end },
      target,
      form: 'url',
      writing: 'style',
      isShown: true,
    });
  }
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
