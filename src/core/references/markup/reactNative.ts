import { escapeAttribute, oneLine } from '../plan/escape.ts';
import { quoted } from './scriptString.ts';
import { lineAround } from '../../../base/lines.ts';
import type { Snippet } from '../plan/snippet.ts';
import type { ReferenceEdit, ReferenceMedia } from '../plan/plan.ts';

/** What a component of React Native needs to show images. */
export interface NativeImages {
  readonly snippets: readonly Snippet[];
  /** Brings the component in; undefined when it is there. */
  readonly edit: ReferenceEdit | undefined;
}

const nativeImport = /^[ \t]*import\s+(?:[\w$]+\s*,\s*)?\{([^{}]*)\}\s*from\s*(["'])react-native\2/m;

/** Whether a script is one of React Native. */
export function isReactNative(text: string): boolean {
  return /\bfrom\s*["']react-native["']|\brequire\(\s*["']react-native["']\s*\)/.test(text);
}

/**
 * `<Image>` with the file that the bundler finds by `require`; undefined for what it has no component for.
 */
export function nativeImages(
  text: string,
  media: readonly ReferenceMedia[],
  eol: string,
): NativeImages | undefined {
  if (media.some(({ kind, path }) => kind !== 'image' || path.startsWith('/'))) return undefined;
  const isThere = /^[ \t]*import\s[^'"]*\bImage\b(?!\s+as\b)[^'"]*from\s*["'][^"']*["']/m.test(text);
  const snippets = media.map(({ path, alt, expression }) => ({
    before: `<Image source=${expression ?? `{require(${quoted(path.startsWith('.') ? path : `./${path}`, '"')})}`} alt="`,
    alt: escapeAttribute(oneLine(alt)),
    after: '" />',
  }));
  return { snippets, edit: isThere ? undefined : importEdit(text, eol) };
}

function importEdit(text: string, eol: string): ReferenceEdit | undefined {
  const found = nativeImport.exec(text);
  if (found) {
    const names = found[1] ?? '';
    const start = found.index + found[0].indexOf('{') + 1;
    const end = start + names.trimEnd().length;
    const indent = /\n([ \t]*)\S[^\n]*$/.exec(names.trimEnd())?.[1];
    const separator = names.trimEnd().endsWith(',') || names.trim() === '' ? '' : ',';
    const added = indent === undefined ? ' Image' : `${eol}${indent}Image${separator === '' ? ',' : ''}`;
    return { start: end, end, text: separator + added };
  }
  const statement = /^[ \t]*(?:import\b[^'"]*|(?:const|let|var)\b[^'"]*)(["'])react-native\1[^\r\n]*/m.exec(
    text,
  );
  if (!statement) return undefined;
  const line = lineAround(text, statement.index + statement[0].length);
  const quote = statement[1] ?? '"';
  return {
    start: line.end,
    end: line.end,
    text: `${eol}import { Image } from ${quote}react-native${quote};`,
  };
}
