import { documentLanguage, type DocumentIdentity } from '../languages/documentLanguage.ts';
import { isToolSettings } from '../languages/toolSettings.ts';
import { condensed, largestYaml } from '../languages/largeDocument.ts';
import { inlineAsciidoc, planAsciidoc } from './textFormats/asciidoc.ts';
import { inlineStyle, planStyle } from './styles/css.ts';
import type { StyleLanguage } from './styles/cssTokens.ts';
import { fillJson, inlineJson, planJson } from './data/json.ts';
import { fillToml, inlineToml, planToml } from './data/toml.ts';
import { fillYaml, inlineYaml, planYaml } from './data/yaml.ts';
import { inlineLatex, planLatex } from './typesetting/latex.ts';
import { inlineTypst, planTypst } from './typesetting/typst.ts';
import { inlineMarkdown, planMarkdown } from './markdown/markdownReference.ts';
import type { MarkdownLanguage } from './markdown/markdownSnippet.ts';
import { planElixir } from './markup/embeddedMarkup.ts';
import { inlineMarkup, planMarkup } from './markup/markupReference.ts';
import { planJavaScript, planPhp, planTypeScript } from './markup/scriptReference.ts';
import { tagSyntax, templateSyntax, type TagSyntax } from './markup/tagLanguage.ts';
import { planXml } from './markup/xmlDocuments.ts';
import { inlineOrg, planOrg } from './textFormats/org.ts';
import { planPaths } from './textFormats/plainPaths.ts';
import { inlineRestructuredText, planRestructuredText } from './textFormats/restructuredText.ts';
import { inlineTextile, inlineWikitext, planTextile, planWikitext } from './textFormats/wikiMarkup.ts';
import type { ReferenceMedia, ReferencePlan, ReferenceRequest } from './plan/plan.ts';

/** How one language refers to files. */
interface Language {
  plan(request: ReferenceRequest): ReferencePlan | undefined;
  inline(text: string, offset: number, media: ReferenceMedia): string;
}

/**
 * Plans the edits by which a document refers to files.
 * @returns undefined when this language or this place has no reference, or the document is too large
 */
export function planReference(request: ReferenceRequest): ReferencePlan | undefined {
  if (request.media.length === 0) return undefined;
  const document = condensed(request.text);
  if (!document) return undefined;
  const { text } = document;
  const name = documentLanguage(request);
  const language = languages.get(name);
  const short = {
    ...request,
    text,
    start: document.within(request.start),
    end: document.within(request.end),
  };
  const settings = settingsPlanners.get(name);
  const plan =
    settings && isToolSettings(request.file, text)
      ? (settings(short) ?? planPaths(name, short))
      : language
        ? language.plan(short)
        : planPaths(name, short);
  return (
    plan && {
      ...plan,
      edits: plan.edits.map(edit => ({
        ...edit,
        start: document.original(edit.start),
        end: document.original(edit.end),
      })),
    }
  );
}

/** Whether a document is too large for a place to be found in it: then there is no plan. */
export function isTooLarge(text: string, identity: DocumentIdentity): boolean {
  const document = condensed(text);
  return !document || (documentLanguage(identity) === 'yaml' && document.text.length > largestYaml);
}

/**
 * One reference for drag and drop or paste at an offset, inline, without block treatment.
 * @param file the document's, as segments or its name alone
 */
export function inlineReference(
  languageId: string,
  text: string,
  offset: number,
  media: ReferenceMedia,
  file?: readonly string[],
): string {
  const document = condensed(text);
  const name = documentLanguage({ languageId, file });
  // What is around a place in a large document is not known, and its path is right nearly everywhere.
  const language = document || isMarkdown(name) ? languages.get(name) : undefined;
  return language?.inline(document?.text ?? '', document?.within(offset) ?? 0, media) ?? media.path;
}

/** Its images look the same everywhere. */
function isMarkdown(name: string): boolean {
  return name === 'markdown' || name === 'mdx';
}

const markup = (syntax: TagSyntax): Language => ({
  plan: request => planMarkup(syntax, request),
  inline: (text, offset, media) => inlineMarkup(syntax, text, offset, media),
});
const markdown = (language: MarkdownLanguage): Language => ({
  plan: request => planMarkdown(language, request),
  inline: (_text, _offset, media) => inlineMarkdown(language, media),
});
const style = (language: StyleLanguage): Language => ({
  plan: request => planStyle(language, request),
  inline: (text, offset, media) => inlineStyle(language, text, offset, media),
});
/** Where a place is found, while a drop may be anywhere in code. */
const pathOnly = (plan: Language['plan']): Language => ({
  plan,
  inline: (_text, _offset, media) => media.path,
});
const json: Language = { plan: planJson, inline: inlineJson };
const latex: Language = { plan: planLatex, inline: inlineLatex };
const templates =
  'html blade django-html ejs erb eex handlebars jinja-html liquid twig nunjucks razor go-template';

/** What may be filled where no key may be added. In settings of containers an `image` is no picture. */
const settingsPlanners: ReadonlyMap<string, Language['plan']> = new Map([
  ['json', fillJson],
  ['jsonc', fillJson],
  ['json5', fillJson],
  ['toml', fillToml],
  ['yaml', request => (request.mode === 'replace' ? fillYaml(request) : undefined)],
]);

/** By the names of `documentLanguage`. */
const languages: ReadonlyMap<string, Language> = new Map([
  ['markdown', markdown('markdown')],
  ['mdx', markdown('mdx')],
  ...templates.split(' ').map(name => [name, markup(templateSyntax(name))] as const),
  ['heex', markup(tagSyntax('heex'))],
  ['php', { ...markup(templateSyntax('php')), plan: planPhp }],
  ['elixir', pathOnly(planElixir)],
  ['javascript', pathOnly(planJavaScript)],
  ['typescript', pathOnly(planTypeScript)],
  ['javascriptreact', markup(tagSyntax('jsx'))],
  ['typescriptreact', markup(tagSyntax('jsx'))],
  ['vue', markup(tagSyntax('vue'))],
  ['svelte', markup(tagSyntax('svelte'))],
  ['astro', markup(tagSyntax('astro'))],
  ['docbook', pathOnly(planXml)],
  ['dita', pathOnly(planXml)],
  ['xml', pathOnly(planXml)],
  ['css', style('css')],
  ['scss', style('scss')],
  ['less', style('less')],
  ['asciidoc', { plan: planAsciidoc, inline: inlineAsciidoc }],
  ['restructuredtext', { plan: planRestructuredText, inline: inlineRestructuredText }],
  ['latex', latex],
  ['tex', latex],
  ['typst', { plan: planTypst, inline: inlineTypst }],
  ['org', { plan: planOrg, inline: inlineOrg }],
  ['textile', { plan: planTextile, inline: inlineTextile }],
  ['wikitext', { plan: planWikitext, inline: inlineWikitext }],
  ['json', json],
  ['jsonc', json],
  ['jsonl', json],
  ['json5', json],
  ['yaml', { plan: planYaml, inline: inlineYaml }],
  ['toml', { plan: planToml, inline: inlineToml }],
]);
