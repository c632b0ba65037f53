/** Which addresses of an answer may be opened, and what a reader must be told about them. */

const schemes: readonly string[] = ['https:', 'http:', 'mailto:'];

/** The address in its normal form, or undefined when nothing may open it. */
export function safeLink(address: string): URL | undefined {
  const url = URL.parse(address.trim());
  return url !== null && schemes.includes(url.protocol) ? url : undefined;
}

/**
 * A path of the workspace, as an answer writes it in a link, with the line behind `#L` if there is one. It
 * has a folder or an extension: a word alone is none.
 * @returns undefined for what has a scheme, leads outside, or is only an anchor of the answer
 */
export function workspacePath(address: string): string | undefined {
  const [, path, line = ''] = /^(?:\.\/)?([^?#]+)(#L?\d+)?/.exec(address.trim()) ?? [];
  if (path === undefined || path.startsWith('//') || /[:\\&;<>"'|*\p{Cc}]/u.test(path)) return undefined;
  if (path.split('/').includes('..') || !/\/[^/]|\.\w{1,10}$/.test(path)) return undefined;
  return path + line;
}

/** The address of a file that code in a sentence names, such as `src/app.ts:12`; undefined for other code. */
export function pathInCode(code: string): string | undefined {
  const [, path, line] =
    /^((?:\.\/)?(?:[\w@.-]+\/)+[\w@.-]+\.\w{1,10}|[\w@-]+\.\w{1,10}(?=:\d))(?::(\d+))?(?::\d+)?$/.exec(
      code,
    ) ?? [];
  if (path === undefined) return undefined;
  return workspacePath(line === undefined ? path : `${path}#L${line}`);
}

/** The host of the address when the text of the link looks like an address of another one, else undefined. */
export function disguisedHost(text: string, url: URL): string | undefined {
  if (url.protocol === 'mailto:') return undefined;
  const claimed = /(?:^|\s|\/)((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=$|[\s/:?#@])/u.exec(text.trim())?.[1];
  if (claimed === undefined) return undefined;
  const isSame = url.hostname.replace(/^www\./, '') === claimed.toLowerCase().replace(/^www\./, '');
  return isSame ? undefined : url.host;
}
