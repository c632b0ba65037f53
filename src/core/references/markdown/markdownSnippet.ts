import { encodeUrl, oneLine } from '../plan/escape.ts';
import { mediaTag } from '../markup/mediaTag.ts';
import type { Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia, ReferenceRequest } from '../plan/plan.ts';

export type MarkdownLanguage = 'markdown' | 'mdx';

/** A text escaped so that nothing in it is markup, on one line. */
export function escapeText(text: string): string {
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .replace(/[\\`*_[\]<>&$~|]/g, String.raw`\$&`)
      // Addresses that would become links by themselves, in which a backslash is no escape.
      .replace(/:(?=\/\/)|@|(?<=www)\./gi, String.raw`\$&`)
  );
}

/** A link's destination (CommonMark 6.3). */
export function encodeDestination(path: string): string {
  return encodeUrl(path, /[()'[\]*&$]/);
}

/** An image, an embedded file where notes have such, or the tag of a video or a sound. */
export function markdownSnippet(
  language: MarkdownLanguage,
  { manners }: Pick<ReferenceRequest, 'manners'>,
  media: ReferenceMedia,
): Snippet {
  const name = manners?.hasWikilinks === true && language === 'markdown' ? wikiName(media) : undefined;
  if (name !== undefined) return { before: `![[${name}]]`, after: '' };
  const destination = destinationOf(language, media);
  if (media.kind !== 'image' || destination === undefined)
    return mediaTag(language === 'mdx' ? 'jsx' : 'html', media);
  const alt = escapeText(oneLine(media.alt));
  return {
    before: '![',
    alt: language === 'mdx' ? alt.replace(/[{}]/g, String.raw`\$&`) : alt,
    after: `](${destination})`,
  };
}

/** What stands for a file in the brackets of an image; undefined for what only a tag can take. */
export function destinationOf(
  language: MarkdownLanguage,
  { path, expression }: ReferenceMedia,
): string | undefined {
  if (expression === undefined) return encodeDestination(path);
  return language === 'mdx' && expression.startsWith('{') ? undefined : expression;
}

/** A file as a note names it; undefined for a name that brackets cannot hold. */
export function wikiName({ path }: ReferenceMedia): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /[[\]|#^\p{Cc}]/u.test(name) || name === '' ? undefined : name;
}
