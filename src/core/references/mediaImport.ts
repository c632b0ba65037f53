import { dotted, freeName, wordsOf } from './escape.ts';
import { lineAround, nextLineStart } from './lines.ts';
import { skipScript } from './script.ts';
import type { ReferenceEdit, ReferenceMedia } from './reference.ts';
import type { TagLanguage } from './markupTag.ts';

/** Imports of files, to be added to a document, and the expressions that stand for the files. */
export interface MediaImports {
  readonly edit: ReferenceEdit;
  readonly expressions: readonly string[];
}

const importStatement =
  /^([ \t]*)import[ \t]+([A-Za-z_$][\w$]*)[ \t]+from[ \t]*(["'])([^"'\n]*\.(?:avif|gif|jpe?g|png|svg|webp|mp3|m4a|mp4|ogg|wav|webm)(\?url)?)\3[ \t]*(;?)[ \t]*\r?$/gm;

/**
 * Plans imports in the manner in which the document already imports pictures, sounds or videos; undefined when it does not.
 * @param scripts where scripts are: imports elsewhere are text
 */
export function importMedia(
  language: TagLanguage,
  text: string,
  scripts: readonly { readonly start: number; readonly end: number }[],
  media: readonly ReferenceMedia[],
  eol: string,
): MediaImports | undefined {
  if (media.some(({ isPublic }) => isPublic)) return undefined;
  const statement = [...text.matchAll(importStatement)].findLast(({ index }) =>
    scripts.some(script => script.start <= index && index < script.end && isStatement(text, script, index)),
  );
  if (!statement) return undefined;
  const [, indent = '', example = '', quote = '"', , query = '', semicolon = ''] = statement;
  const taken = new Set<string>();
  const lines: string[] = [];
  const expressions: string[] = [];
  const suffix = memberOf(language, text, example);
  for (const each of media) {
    const name = freeName(identifierFrom(each), candidate => taken.has(candidate) || isUsed(text, candidate));
    taken.add(name);
    const path = quoted(dotted(each.path) + query, quote);
    lines.push(`${indent}import ${name} from ${path}${semicolon}${eol}`);
    expressions.push(name + (each.kind === 'image' ? suffix : ''));
  }
  const line = lineAround(text, statement.index);
  const at = nextLineStart(text, line);
  if (at === undefined) return undefined;
  return { edit: { start: at, end: at, text: lines.join('') }, expressions };
}

/** Whether an offset is at the outermost level of a script, in no comment, string or block. */
function isStatement(
  text: string,
  script: { readonly start: number; readonly end: number },
  at: number,
): boolean {
  // A brace put there closes the script only when nothing else is open.
  const before = `${text.slice(script.start, at)}}`;
  return (
    skipScript(before, 0, '}', () => undefined) === before.length &&
    !/\/\/[^\n]*$|\/\*(?:(?!\*\/)[^])*$/.test(before)
  );
}

/** With Astro's and Next's loaders an imported picture is an object; otherwise it is its address. */
function memberOf(language: TagLanguage, text: string, example: string): string {
  const isObject =
    language === 'astro' ||
    /from\s+["']next\//.test(text) ||
    new RegExp(`(?<![\\w$.])${example.replaceAll('$', '\\$')}\\.src\\b`).test(text);
  return isObject ? '.src' : '';
}

function identifierFrom({ path, kind }: ReferenceMedia): string {
  const [first = '', ...others] = wordsOf(path).map(word => word.toLowerCase());
  const name = first + others.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (name === '' || reserved.test(name)) return kind + name.charAt(0).toUpperCase() + name.slice(1);
  return name;
}

/** Words that are no identifiers, or that would hide something. */
const reserved =
  /^(?:\d.*|arguments|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|document|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|of|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|window|with|yield)$/;

/** Whether a name stands somewhere as code; in comments and in prose it is only a word. */
function isUsed(text: string, name: string): boolean {
  const source = text.replace(/<!--[^]*?-->|\/\*[^]*?\*\/|(?<!:)\/\/[^\r\n]*/g, ' ');
  const before = String.raw`(?<=[-+*/%=<>!&|^~?:,;([{.]\s*|\b(?:as|await|case|class|const|enum|extends|function|import|in|interface|let|new|of|return|type|typeof|var|yield)\s+)`;
  const after = String.raw`(?=\s*[-+*/%=<>!&|^~?:,;()[\]{}.])`;
  return new RegExp(`${before}${name}(?![\\w$])|(?<![\\w$])${name}(?![\\w$])${after}`).test(source);
}

/** A string of a script. Import paths are no URLs. */
function quoted(path: string, quote: string): string {
  const inner = path.replace(/[\\"'\p{Cc}\u2028\u2029]/gu, character => {
    if (character === '\\' || character === quote) return `\\${character}`;
    if (character === '"' || character === "'") return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return quote + inner + quote;
}
