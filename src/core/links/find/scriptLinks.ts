import { sourceTokens } from '../../languages/sourceTokens.ts';
import { isAddress, isRemote, mediaKindOf, type MediaReference } from './mediaReference.ts';

/** What stands before a string that is the address of a file: an import, `require`, `new URL`. */
const before = /(?:\bfrom|\bimport|\b(?:require|import|URL)\s*\()\s*$/;

/** Strings that a bundler takes for files, and addresses of other machines in whatever string. */
export function scriptReferences(text: string, language: string, at = 0): MediaReference[] {
  const found: MediaReference[] = [];
  if (!/\.\w/.test(text)) return found;
  for (const { kind: token, start, end, open } of sourceTokens(text, language)) {
    if (token !== 'string' || end - start > 4_000) continue;
    const source = text.slice(start + open.length, end - open.length);
    if (source.includes('\n') || /\\[^\\'"`]/.test(source)) continue;
    const isFile = before.test(text.slice(Math.max(0, start - 40), start));
    const written = isFile && !isRemote(source) ? source.replace(/\?[\w&=;,]*$/, '') : source;
    const target = written.replace(/\\(.)/g, '$1');
    const kind = mediaKindOf(target) ?? (isRemote(target) ? 'image' : undefined);
    if (kind === undefined || !isAddress(target) || (!isFile && !isRemote(target))) continue;
    const address = { start: at + start + open.length, end: at + start + open.length + written.length };
    found.push({
      kind,
      range: { start: at + start, end: at + end },
      address,
      target,
      form: 'file',
      writing: 'script',
      isShown: isFile,
      isModule: true,
    });
  }
  return found;
}
