import { dotted, encodeUrl, escapeAttribute, oneLine } from '../plan/escape.ts';
import type { Snippet } from '../plan/snippet.ts';
import type { ReferenceMedia } from '../plan/plan.ts';
import type { TagLanguage } from './tagLanguage.ts';

/**
 * An `<img>`, `<video>` or `<audio>`.
 * @param imported the expression that stands for the file when it is imported
 */
export function mediaTag(language: TagLanguage, media: ReferenceMedia, imported?: string): Snippet {
  const { kind, width, height } = media;
  const isImage = kind === 'image';
  const sized = kind !== 'audio' && width !== undefined && height !== undefined;
  const size = (name: string, value: number): string =>
    language === 'jsx' ? ` ${name}={${value}}` : ` ${name}="${value}"`;
  const sizes = sized ? size('width', width) + size('height', height) : '';
  const source = sourceAttribute(language, media, imported);
  const isSelfClosing = language === 'jsx' || (isImage && language !== 'html');
  const end = isSelfClosing ? ' />' : isImage ? '>' : `></${kind}>`;
  return {
    before: isImage ? `<img ${source} alt="` : `<${kind} controls ${source} title="`,
    alt: escapeAttribute(oneLine(media.alt)),
    after: `"${sizes}${end}`,
  };
}

function sourceAttribute(language: TagLanguage, media: ReferenceMedia, imported?: string): string {
  if (imported === undefined) return `src=${attributeValue(language, media)}`;
  return language === 'vue' ? `:src="${imported}"` : `src={${imported}}`;
}

/** What stands behind `src=`: the address in quotes, or the expression of the project. */
export function attributeValue(language: TagLanguage, media: ReferenceMedia): string {
  const { expression } = media;
  // Braces are the value themselves; what a template language puts in its place stands in quotes.
  if (expression !== undefined && isBraced(expression)) return expression;
  return `"${expression ?? attributePath(language, media.path)}"`;
}

export function isBraced(expression: string): boolean {
  return /^\{(?![{%#!])/.test(expression);
}

/** A path as the value of a double-quoted attribute. */
export function attributePath(language: TagLanguage, path: string): string {
  // Vue's compiler takes only paths with a dot for files of the project.
  return escapeAttribute(encodeUrl(language === 'vue' ? dotted(path) : path, /'/));
}
