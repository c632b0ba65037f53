/** A block of a template language that begins on a line, and the line that ends it. */
export interface TemplateBlock {
  /** Equal for all that end alike. */
  readonly name: string;
  readonly until: RegExp;
}

/** Tags of Liquid and shortcodes of Hugo whose content is no Markdown. */
const verbatimTags =
  'highlight|raw|comment|capture|codeblock|code|verbatim|mermaid|math|katex|chart|plantuml|schema|javascript|' +
  'stylesheet|style|svg|prism|rawhtml';
const liquidTag = new RegExp(String.raw`^ {0,3}\{%-?\s*(${verbatimTags})\b(?!.*\{%-?\s*end\1\b)`);
const shortcode = new RegExp(
  String.raw`^ {0,3}\{\{[<%]\s*(${verbatimTags})\b(?!.*(?:\/\s*[>%]\}\}|\{\{[<%]\s*\/\s*\1\b))`,
);

/** Directives of MyST that hold something else than text, such as a picture and the words below it. */
const directive =
  /^ {0,3}:{3,}\{(?:figure|image|code|code-block|code-cell|math|csv-table|list-table|mermaid|raw|literalinclude|eval-rst|toctree)\}/;

/** Divisions that draw what is in them, or take nothing but code. */
const division = /^ {0,3}:{3,} *(?:mermaid|code-group|video|query-table|math)\b/;

const soleTag =
  /^ {0,3}(?:\{%-?\s*([/\w-]+)(?:(?!%\}).)*%\}|\{\{[<%]\s*(\/?\s*[\w/.-]+)(?:(?![%>]\}\}).)*[%>]\}\})\s*$/;

/**
 * The name of the tag that is all of a line, with a slash before that of one that ends a block; undefined
 * where there is none, or one that stands for itself.
 */
export function soleTagOf(line: string): string | undefined {
  if (!/^ {0,3}\{/.test(line)) return undefined;
  const [, liquid, shortcode = ''] = soleTag.exec(line) ?? [];
  const name = (liquid ?? shortcode).replace(/^\/\s*|^end(?=[a-z])/, '/');
  return name === '' || /\/\s*[>%]\}\}\s*$/.test(line) ? undefined : name;
}

/** The block whose content is not text of the document that begins on a line, if one does. */
export function templateBlockAt(line: string): TemplateBlock | undefined {
  if (!/^ {0,3}[{$:]/.test(line)) return undefined;
  if (directive.test(line) || division.test(line)) return { name: ':::', until: /^ {0,3}:{3,}\s*$/ };
  const tag = liquidTag.exec(line)?.[1];
  if (tag !== undefined) return { name: `end${tag}`, until: new RegExp(String.raw`\{%-?\s*end${tag}\b`) };
  const code = shortcode.exec(line)?.[1];
  if (code !== undefined)
    return { name: `/${code}`, until: new RegExp(String.raw`\{\{[<%]\s*\/\s*${code}\b`) };
  // A tag that goes over lines.
  const open = /^ {0,3}(\{\{[<%]|\{%|\{\{)/.exec(line)?.[1];
  if (open !== undefined) {
    const close = open === '{%' ? '%}' : '}}';
    return line.includes(close) ? undefined : { name: close, until: open === '{%' ? /%\}/ : /\}\}/ };
  }
  if (/^ {0,3}\$\$(?!.*\$\$)/.test(line)) return { name: '$$', until: /\$\$/ };
  return undefined;
}
