import { dotted, freeName, wordsOf } from '../plan/escape.ts';
import { lineAround, nextLineStart } from '../../../base/lines.ts';
import { skipScript } from './skipScript.ts';
import type { ReferenceEdit, ReferenceMedia } from '../plan/plan.ts';
import { quoted } from './scriptString.ts';
import type { TagLanguage } from './tagLanguage.ts';

/** Imports of files, to be added to a document, and the expressions that stand for the files. */
export interface MediaImports {
  readonly edit: ReferenceEdit;
  readonly expressions: readonly string[];
}

const importStatement =
  /^([ \t]*)import[ \t]+([A-Za-z_$][\w$]*)[ \t]+from[ \t]*(["'])([^"'\n]*\.(?:avif|gif|jpe?g|png|svg|webp|mp3|m4a|mp4|ogg|wav|webm)(\?url)?)\3[ \t]*(;?)[ \t]*\r?$/gm;

const anyImport =
  /^([ \t]*)import\b[^'"`;]*(["'])[^"'\n]*\2(?:[ \t]*with[ \t]*\{[^{}\n]*\})?[ \t]*(;?)[ \t]*\r?$/gm;

/** How an import is written here. */
interface ImportManner {
  /** Where the next one goes. */
  readonly at: number;
  readonly indent: string;
  readonly quote: string;
  readonly semicolon: string;
  readonly query: string;
  /** The name that one of a file got; undefined when there is none. */
  readonly example: string | undefined;
  /** What stands around the imports when there was nothing to hold them. */
  readonly around: readonly [before: string, after: string];
}

/** More statements than these, counted from the last one, are not looked at, which bounds the time. */
const mostStatements = 20;

/**
 * Plans imports in the manner in which the document already imports images, videos or audio; undefined when
 * it does not and need not.
 * @param scripts where scripts are: imports elsewhere are text
 * @param isNeeded whether the project finds files only when they are imported
 * @param isObject whether what is imported for an image is known to be an object with its address in `src`
 */
export function importMedia(
  language: TagLanguage,
  text: string,
  scripts: readonly { readonly start: number; readonly end: number }[],
  media: readonly ReferenceMedia[],
  eol: string,
  isNeeded: boolean,
  isObject = false,
): MediaImports | undefined {
  if (media.some(({ isPublic, expression }) => isPublic || expression !== undefined)) return undefined;
  const lastOf = (pattern: RegExp): RegExpExecArray | undefined =>
    [...text.matchAll(pattern)]
      .slice(-mostStatements)
      .findLast(({ index }) =>
        scripts.some(
          script => script.start <= index && index < script.end && isStatement(text, script, index),
        ),
      );
  const manner =
    mannerOfMedia(text, lastOf(importStatement)) ??
    (isNeeded
      ? (mannerOfOthers(text, lastOf(anyImport)) ?? newManner(language, text, scripts, eol))
      : undefined);
  if (!manner) return undefined;
  const { indent, quote, query, semicolon, example, around } = manner;
  const taken = new Set<string>();
  const lines: string[] = [];
  const expressions: string[] = [];
  const suffix = isObject ? '.src' : memberOf(language, text, example);
  for (const each of media) {
    const name = freeName(identifierFrom(each), candidate => taken.has(candidate) || isUsed(text, candidate));
    taken.add(name);
    const path = quoted(dotted(each.path) + query, quote);
    lines.push(`${indent}import ${name} from ${path}${semicolon}${eol}`);
    expressions.push(name + (each.kind === 'image' ? suffix : ''));
  }
  const inserted = around[0] + lines.join('') + around[1];
  return { edit: { start: manner.at, end: manner.at, text: inserted }, expressions };
}

function mannerOfMedia(text: string, statement: RegExpExecArray | undefined): ImportManner | undefined {
  if (!statement) return undefined;
  const [, indent = '', example = '', quote = '"', , query = '', semicolon = ''] = statement;
  const at = nextLineStart(text, lineAround(text, statement.index));
  return at === undefined ? undefined : { at, indent, example, quote, query, semicolon, around: ['', ''] };
}

function mannerOfOthers(text: string, statement: RegExpExecArray | undefined): ImportManner | undefined {
  if (!statement) return undefined;
  const [whole, indent = '', quote = '"', semicolon = ''] = statement;
  const at = nextLineStart(text, lineAround(text, statement.index + whole.trimEnd().length));
  if (at === undefined) return undefined;
  return { at, indent, example: undefined, quote, query: '', semicolon, around: ['', ''] };
}

/** Where nothing is imported yet. Vue's compiler makes imports of the sources of tags by itself. */
function newManner(
  language: TagLanguage,
  text: string,
  scripts: readonly { readonly start: number; readonly end: number }[],
  eol: string,
): ImportManner | undefined {
  const manner = { indent: '', example: undefined, quote: '"', query: '', semicolon: ';' };
  const [script] = scripts;
  if (language === 'jsx') {
    const head =
      /^(?:#![^\n]*\n)?(?:[ \t]*(?:\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/|["']use [\w ]+["'];?)?[ \t]*\r?\n)*/;
    const at = head.exec(text)?.[0].length ?? 0;
    return { ...manner, at, around: ['', eol] };
  }
  if (script && (language === 'svelte' || language === 'astro')) {
    const first = nextLineStart(text, lineAround(text, script.start));
    if (first === undefined || first > script.end) return undefined;
    return { ...manner, at: first, indent: language === 'svelte' ? '  ' : '', around: ['', ''] };
  }
  if (language === 'svelte')
    return { ...manner, at: 0, indent: '  ', around: [`<script>${eol}`, `</script>${eol}${eol}`] };
  if (language === 'astro') return { ...manner, at: 0, around: [`---${eol}`, `---${eol}`] };
  return undefined;
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

/** With Astro's and Next's loaders an imported image is an object; otherwise it is its address. */
function memberOf(language: TagLanguage, text: string, example: string | undefined): string {
  const isObject =
    language === 'astro' ||
    /from\s+["']next\//.test(text) ||
    (example !== undefined &&
      new RegExp(`(?<![\\w$.])${example.replaceAll('$', '\\$')}\\.src\\b`).test(text));
  return isObject ? '.src' : '';
}

function identifierFrom({ path, kind }: ReferenceMedia): string {
  const [first = '', ...others] = wordsOf(path).map(word => word.toLowerCase());
  const name = first + others.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  if (name === '' || reserved.test(name)) return kind + name.charAt(0).toUpperCase() + name.slice(1);
  return name;
}

/** Words that cannot be identifiers, or would shadow a global. */
const reserved =
  /^(?:\d.*|arguments|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|document|else|enum|eval|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|of|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|window|with|yield)$/;

/** Whether a name stands somewhere as code; in comments and in prose it is only a word. */
function isUsed(text: string, name: string): boolean {
  const source = text.replace(/<!--[^]*?-->|\/\*[^]*?\*\/|(?<!:)\/\/[^\r\n]*/g, ' ');
  const before = String.raw`(?<=[-+*/%=<>!&|^~?:,;([{.]\s*|\b(?:as|await|case|class|const|enum|extends|function|import|in|interface|let|new|of|return|type|typeof|var|yield)\s+)`;
  const after = String.raw`(?=\s*(?!<\/)[-+*/%=<>!&|^~?:,;()[\]{}.])`;
  return new RegExp(`${before}${name}(?![\\w$])|(?<![\\w$])${name}(?![\\w$])${after}`).test(source);
}
