import { inlineAsciidoc, planAsciidoc } from './asciidoc.ts';
import { inlineStyle, planStyle, type StyleLanguage } from './css.ts';
import { inlineJson, planJson } from './json.ts';
import { inlineLatex, planLatex } from './latex.ts';
import { inlineMarkdown, planMarkdown, type MarkdownLanguage } from './markdownReference.ts';
import { inlineMarkup, planMarkup } from './markup.ts';
import type { TagLanguage } from './markupTag.ts';
import { inlineOrg, planOrg } from './org.ts';
import { planPaths } from './plainText.ts';
import { inlineRestructuredText, planRestructuredText } from './restructuredText.ts';
import { inlineTypst, planTypst } from './typst.ts';
import { inlineYaml, planYaml } from './yaml.ts';

/** A file that a document is to refer to. */
export interface ReferenceMedia {
  readonly kind: 'image' | 'video' | 'audio';
  /** Relative to the document, or root-absolute (`/img/a.png`) when a public root applies; with `/`, not encoded. */
  readonly path: string;
  /** Whether `path` is below a public root, so that it is never imported. */
  readonly isPublic: boolean;
  readonly mediaType: string;
  /** Plain text; line breaks become spaces. */
  readonly alt: string;
  /** In pixels. */
  readonly width?: number;
  readonly height?: number;
}

/** What is to be referred to, and where. */
export interface ReferenceRequest {
  /** VS Code's. */
  readonly languageId: string;
  /** The whole document; of a notebook, the cell. */
  readonly text: string;
  /** The anchor, which is the prompt, in UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  readonly mode: 'after' | 'replace';
  readonly media: readonly ReferenceMedia[];
  readonly eol: '\n' | '\r\n';
}

/** One replacement, in UTF-16 offsets of the text as it was. */
export interface ReferenceEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface ReferencePlan {
  /** In the order of the document, not overlapping. The one that is the reference itself is `edits[main]`. */
  readonly edits: readonly ReferenceEdit[];
  readonly main: number;
  /** The alternative text inside `edits[main].text`, for an editable placeholder; undefined where there is none. */
  readonly alt: { readonly start: number; readonly end: number } | undefined;
}

/** How one language refers to files. */
interface Language {
  plan(request: ReferenceRequest): ReferencePlan | undefined;
  inline(text: string, offset: number, media: ReferenceMedia): string;
}

/**
 * Plans the edits by which a document refers to files.
 * @returns undefined when this language or this place has no reference; the path then goes to the clipboard
 */
export function planReference(request: ReferenceRequest): ReferencePlan | undefined {
  const { languageId, media } = request;
  if (media.length === 0) return undefined;
  const language = languages.get(languageId);
  return language ? language.plan(request) : planPaths(request);
}

/** One reference for drag and drop or paste at an offset, inline, without block treatment. */
export function inlineReference(
  languageId: string,
  text: string,
  offset: number,
  media: ReferenceMedia,
): string {
  return languages.get(languageId)?.inline(text, offset, media) ?? media.path;
}

const markup = (language: TagLanguage): Language => ({
  plan: request => planMarkup(language, request),
  inline: (text, offset, media) => inlineMarkup(language, text, offset, media),
});
const markdown = (language: MarkdownLanguage): Language => ({
  plan: request => planMarkdown(language, request),
  inline: (_text, _offset, media) => inlineMarkdown(language, media),
});
const style = (language: StyleLanguage): Language => ({
  plan: request => planStyle(language, request),
  inline: (text, offset, media) => inlineStyle(language, text, offset, media),
});
const json: Language = { plan: planJson, inline: inlineJson };
const html = markup('html');
const latex: Language = { plan: planLatex, inline: inlineLatex };

/** By VS Code's language ids, or those of the extensions that bring the language. */
const languages: ReadonlyMap<string, Language> = new Map([
  ['markdown', markdown('markdown')],
  ['mdx', markdown('mdx')],
  ['html', html],
  ['blade', html],
  ['django-html', html],
  ['ejs', html],
  ['erb', html],
  ['handlebars', html],
  ['jinja-html', html],
  ['liquid', html],
  ['twig', html],
  ['javascriptreact', markup('jsx')],
  ['typescriptreact', markup('jsx')],
  ['vue', markup('vue')],
  ['svelte', markup('svelte')],
  ['astro', markup('astro')],
  ['css', style('css')],
  ['scss', style('scss')],
  ['less', style('less')],
  ['asciidoc', { plan: planAsciidoc, inline: inlineAsciidoc }],
  ['restructuredtext', { plan: planRestructuredText, inline: inlineRestructuredText }],
  ['latex', latex],
  ['tex', latex],
  ['typst', { plan: planTypst, inline: inlineTypst }],
  ['org', { plan: planOrg, inline: inlineOrg }],
  ['json', json],
  ['jsonc', json],
  ['jsonl', json],
  ['json5', json],
  ['yaml', { plan: planYaml, inline: inlineYaml }],
]);
