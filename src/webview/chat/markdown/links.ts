/** Which addresses of an answer may be opened, and what a reader must be told about them. */

const schemes: readonly string[] = ['https:', 'http:', 'mailto:'];

/** The address in its normal form, or undefined when nothing may open it. */
export function safeLink(address: string): URL | undefined {
  const url = URL.parse(address.trim());
  return url !== null && schemes.includes(url.protocol) ? url : undefined;
}

/** The host of the address when the text of the link looks like an address of another one, else undefined. */
export function disguisedHost(text: string, url: URL): string | undefined {
  if (url.protocol === 'mailto:') return undefined;
  const claimed = /(?:^|\s|\/)((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=$|[\s/:?#@])/u.exec(text.trim())?.[1];
  if (claimed === undefined) return undefined;
  const isSame = url.hostname.replace(/^www\./, '') === claimed.toLowerCase().replace(/^www\./, '');
  return isSame ? undefined : url.host;
}
