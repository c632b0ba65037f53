import { encodeDestination } from '../../references/markdown/markdownSnippet.ts';
import { encodeUrl, escapeAttribute } from '../../references/plan/escape.ts';
import { directivePath } from '../../references/textFormats/restructuredText.ts';
import { texPath } from '../../references/typesetting/latex.ts';
import { escapeTypstString } from '../../references/typesetting/typst.ts';

/** How an address is written at a place; plain data, because references come from another thread. */
export type AddressWriting = keyof typeof writers;

/**
 * An address as it is written at its place in a document.
 * @param target a path or URL, not encoded by the language
 */
export function writeAddress(writing: AddressWriting, target: string): string {
  return writers[writing](target);
}

const writers = {
  markdown: path => (isWeb(path) ? path.replace(/[()<>\s]/g, encodeURIComponent) : encodeDestination(path)),
  // Tags of JSX decode character references as HTML does.
  attribute: path => escapeAttribute(attributeUrl(path)),
  bareAttribute: path => `"${escapeAttribute(attributeUrl(path))}"`,
  attributeString: path => escapeString(attributeUrl(path)),
  script: path => escapeString(isWeb(path) || isDotted(path) ? path : `./${path}`),
  style: path => (isWeb(path) ? path : encodeUrl(path, /[\s'"()]/)),
  data: path => (/^[\w./][\w./@%+~-]*$|^https?:\/\/[^\s#,[\]{}]+$/.test(path) ? path : JSON.stringify(path)),
  dataDouble: path => JSON.stringify(path).slice(1, -1),
  dataSingle: path => path.replaceAll("'", "''"),
  latexFile: path => (isWeb(path) ? latexUrl(path) : texPath(path)),
  latexUrl,
  typst: path => (isWeb(path) ? path : escapeTypstString(path)),
  asciidoc: path => (isWeb(path) ? path : encodeUrl(path, /[[\]_*'+&~^$()]/).replaceAll('%20', ' ')),
  restructuredText: path => (isWeb(path) ? path : directivePath({ path })),
  org: path => path,
  orgBare: path => (isWeb(path) || isDotted(path) ? path : `./${path}`),
  textile: path => (isWeb(path) ? path : encodeUrl(path, /[!()[\]]/)),
} satisfies Record<string, (path: string) => string>;

/** As `isRemote`, which stands above this file. */
function isWeb(target: string): boolean {
  return /^(?:https?:)?\/\//i.test(target);
}

function isDotted(path: string): boolean {
  return /^\.{0,2}\//.test(path);
}

function attributeUrl(path: string): string {
  return isWeb(path) ? path : encodeUrl(path, /['\s]/);
}

function escapeString(text: string): string {
  return text.replace(/[\\'"`]/g, String.raw`\$&`);
}

function latexUrl(path: string): string {
  return path.replace(/(?<!\\)[%#]/g, String.raw`\$&`);
}
