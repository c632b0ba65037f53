import type { Variables } from './projectKind.ts';

/**
 * The value of a key in the text of a settings file, be it YAML, TOML, JSON or JavaScript: what stands behind
 * it on its line, or the first of a list there. Enough for names of folders, which nobody computes.
 */
export function valueOf(text: string, key: string): string | undefined {
  const name = `(?:^|[{,])[ \\t]*["']?${key}["']?[ \\t]*[:=][ \\t]*`;
  const value = new RegExp(`${name}(?:\\[[ \\t]*)?(["']?)([^"'\\n,\\]#}]+)\\1`, 'm');
  const found = value.exec(text)?.[2]?.trim();
  return found === '' ? undefined : found;
}

/**
 * A folder that a settings file names, in normal form; `''` is the folder that it is relative to.
 * @returns undefined when there is none, or it is not one below: it is computed, leads out or is hidden
 */
export function folderFrom(value: string | undefined): string | undefined {
  if (value === undefined || !/^[\p{L}\p{N}\p{M}._ @/+-]+$/u.test(value) || value.startsWith('/'))
    return undefined;
  const segments = value.split('/').filter(segment => segment !== '' && segment !== '.');
  const isHidden = (segment: string): boolean => segment.startsWith('.') || segment === 'node_modules';
  return segments.some(isHidden) ? undefined : segments.join('/');
}

/** The folder behind a key, see `valueOf`, or the one that counts without it. */
export function folderIn(text: string, key: string, preset: string): string {
  return folderFrom(valueOf(text, key)) ?? preset;
}

/**
 * The address under which a site is served, with a slash at both ends; `/` unless a key says another, or when
 * it is computed so that nobody can tell (`isBaseComputed`).
 */
export function baseIn(text: string, key: string): string {
  const computed = computedIn(text, key);
  return baseFrom(computed ? computed.literal : valueOf(text, key));
}

/** Whether the address under which a site is served is decided only when it is built. */
export function isBaseComputed(text: string, key: string): boolean {
  const computed = computedIn(text, key);
  return computed !== undefined && computed.literal === undefined;
}

const isName = /^[A-Za-z_$][\w$]*$/;

/** Longer expressions are not looked at. */
const longestExpression = 400;

/**
 * The expression of a script behind a key, unless it is a mere string.
 * @returns with the one string that it can be, such as that behind `??`; of several nobody knows which
 */
function computedIn(text: string, key: string): { literal: string | undefined } | undefined {
  const plain = text.replace(/\/\*[^]*?(?:\*\/|$)|(?<![:"'\w])\/\/[^\n]*/g, '');
  const named = new RegExp(`(?:^|[{,(])\\s{0,100}["']?${key}["']?\\s{0,100}:\\s{0,100}`, 'm').exec(plain);
  if (!named) {
    const isShort = new RegExp(`[{,]\\s{0,100}${key}\\s{0,100}[,}]`).test(plain);
    return isShort ? literalOf(plain, key) : undefined;
  }
  const rest = plain.slice(named.index + named[0].length, named.index + named[0].length + longestExpression);
  const source = /^(?:[^,\n}]|\n(?=\s*[?:|&]))*/.exec(rest)?.[0].trim() ?? '';
  // Relative to each page.
  if (/^["']\.{1,2}\/?["']$/.test(source)) return { literal: undefined };
  const isString = /^(?:["'][^"']*["']|\/[\w./ -]*|[\d./-]*|undefined|null|true|false)$/.test(source);
  if (isString) return undefined;
  return literalOf(plain, source);
}

/** What an expression is when it is read: a name stands for what it was set to. */
function literalOf(text: string, source: string): { literal: string | undefined } {
  const own = isName.test(source)
    ? new RegExp(
        `\\b(?:const|let|var)\\s+${source.replaceAll('$', '\\$')}\\s{0,100}(?::[^=;]{1,200})?=\\s{0,100}([^;\\n]{1,400})`,
      )
        .exec(text)?.[1]
        ?.trim()
    : source;
  if (own === undefined || own.includes('`') || /[^?]\?(?![?.])/.test(own)) return { literal: undefined };
  const strings = [...own.matchAll(/(["'])(\/[\w./~-]*)\1/g)].map(([, , value]) => value);
  const distinct = [...new Set(strings)];
  return { literal: distinct.length === 1 ? distinct[0] : undefined };
}

/** As `baseIn`, from the value itself. */
export function baseFrom(value: string | undefined): string {
  if (value === undefined || !/^\/[\w./~-]*$/.test(value) || value.startsWith('//')) return '/';
  return value.endsWith('/') ? value : `${value}/`;
}

/** As `baseIn`, of the whole address at which a site says that it is. */
export function basePathIn(text: string, key: string): string {
  const value = valueOf(text, key) ?? '';
  return URL.canParse(value) ? baseFrom(new URL(value).pathname) : '/';
}

/**
 * Reads JSON with comments and commas too many, as tools do; undefined when it is not. What begins and does
 * not end is taken as well, or each beginning would be sought to the end again.
 */
export function parseLoosely(text: string): unknown {
  const plain = text
    .replace(/("(?:[^"\\]|\\.)*"?)|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/g, (_all, string?: string) => string ?? '')
    .replace(/("(?:[^"\\]|\\.)*"?)|,(?=\s*[}\]])/g, (_all, string?: string) => string ?? '');
  try {
    return JSON.parse(plain) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What is at a key of something that was read; undefined when it is no object or has none. */
export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** A template with its `{name}`s filled; undefined when one of them is unknown. */
export function filled(template: string, variables: Variables): string | undefined {
  const parts = template.split(/\{(\w+)\}/);
  const values = parts.map((part, index) => (index % 2 === 0 ? part : variables[part]));
  return values.every(value => value !== undefined) ? values.join('') : undefined;
}
