import { commentSyntax } from '../../languages/commentSyntax.ts';
import type { MarkupDialect } from './markupTree.ts';

/** The languages whose references are tags. */
export type TagLanguage = 'html' | 'vue' | 'svelte' | 'astro' | 'jsx' | 'heex';

/** How a language that is written in tags is read. */
export interface TagSyntax {
  readonly language: TagLanguage;
  readonly dialect: MarkupDialect;
}

const html: MarkupDialect = {
  isScript: false,
  braces: false,
  tagsInBraces: false,
  comments: [['<!--', '-->']],
  dottedNames: false,
  codeAfterAt: false,
  templateDelimiters: [
    ['<?', '?>'],
    ['<%', '%>'],
    ['{{', '}}'],
    ['{%', '%}'],
  ],
  frontMatter: false,
  isXml: false,
};

export const dialects: Readonly<Record<TagLanguage, MarkupDialect>> = {
  html,
  vue: { ...html, templateDelimiters: [['{{', '}}']], isXml: true },
  svelte: { ...html, templateDelimiters: [], isXml: true, braces: true },
  astro: {
    ...html,
    templateDelimiters: [],
    isXml: true,
    braces: true,
    tagsInBraces: true,
    frontMatter: true,
  },
  jsx: {
    ...html,
    comments: [],
    templateDelimiters: [],
    isXml: true,
    braces: true,
    tagsInBraces: true,
    isScript: true,
  },
  heex: {
    ...html,
    comments: commentSyntax('heex').block,
    templateDelimiters: [['<%', '%>']],
    isXml: true,
    braces: true,
    dottedNames: true,
  },
};

export function tagSyntax(language: TagLanguage): TagSyntax {
  return { language, dialect: dialects[language] };
}

/** HTML with what a template language writes into it. */
export function templateSyntax(name: string): TagSyntax {
  const comments = commentSyntax(name).block;
  return { language: 'html', dialect: { ...html, comments, codeAfterAt: name === 'razor' } };
}
