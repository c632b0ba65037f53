import { dotted, encodeUrl, escapeAttribute, oneLine } from './escape.ts';
import type { Piece } from './piece.ts';
import type { ReferenceMedia } from './reference.ts';

/** The languages whose references are tags. */
export type TagLanguage = 'html' | 'vue' | 'svelte' | 'astro' | 'jsx';

/**
 * An `<img>`, `<video>` or `<audio>`.
 * @param imported the expression that stands for the file when it is imported
 */
export function mediaTag(language: TagLanguage, media: ReferenceMedia, imported?: string): Piece {
  const { kind, width, height } = media;
  const isImage = kind === 'image';
  const sized = kind !== 'audio' && width !== undefined && height !== undefined;
  const size = (name: string, value: number): string =>
    language === 'jsx' ? ` ${name}={${value}}` : ` ${name}="${value}"`;
  const sizes = sized ? size('width', width) + size('height', height) : '';
  const source = sourceAttribute(language, media, imported);
  const isClosed = language === 'jsx' || (isImage && language !== 'html');
  const end = isClosed ? ' />' : isImage ? '>' : `></${kind}>`;
  return {
    before: isImage ? `<img ${source} alt="` : `<${kind} controls ${source} title="`,
    alt: escapeAttribute(oneLine(media.alt)),
    after: `"${sizes}${end}`,
  };
}

function sourceAttribute(language: TagLanguage, media: ReferenceMedia, imported?: string): string {
  if (imported === undefined) return `src="${attributePath(language, media.path)}"`;
  return language === 'vue' ? `:src="${imported}"` : `src={${imported}}`;
}

/** A path as the value of a double-quoted attribute. */
export function attributePath(language: TagLanguage, path: string): string {
  // Vue's compiler takes only paths with a dot for files of the project.
  return escapeAttribute(encodeUrl(language === 'vue' ? dotted(path) : path, /'/));
}
