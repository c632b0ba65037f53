import { randomUUID } from 'node:crypto';
import { isLoopbackHost, parseBaseUrl } from '../../api/address/baseUrl.ts';
import type { ResolveHost } from '../../api/address/publicHost.ts';
import { isRivyaError, type RivyaError } from '../../api/errors/errors.ts';
import type { Fetch } from '../../api/transport/abortableFetch.ts';
import { openResult } from '../../api/transport/download.ts';
import type { Log } from '../../base/log.ts';
import type { MediaKind, StoredFile } from '../../shared/task.ts';
import type { Library } from '../assets/library.ts';
import { neutralExtension, NotMedia } from '../assets/resultType.ts';

/** Why a link has no file: a page or a text came, or something of an unknown type, or an error. */
export type LinkProblem = 'page' | 'unknownType' | RivyaError;

export interface FetchLinkPorts {
  readonly fetch: Fetch;
  readonly resolveHost: ResolveHost;
  readonly library: Library;
  readonly log: Log;
  /** Address of the server in force: on this machine only it may be asked. */
  readonly server: string;
}

/** Larger files are not fetched, in bytes. */
const mostBytes = { image: 100 * 1024 ** 2, video: 2 * 1024 ** 3, audio: 500 * 1024 ** 2 };

/** What a link may lead to is decided as for a server in the internet. */
const publicBase = 'https://rivya.ai';

/**
 * Fetches the file of a link that is not Rivya's into the library: without the key, by https from servers in
 * the internet, at every redirect, and only what is a picture, a video or a sound by its bytes.
 * @throws what keeps any file from being stored, such as a full disk
 */
export async function fetchLink(
  { fetch, resolveHost, library, log, server }: FetchLinkPorts,
  { url, kind }: { readonly url: string; readonly kind: MediaKind },
  signal: AbortSignal,
): Promise<{ readonly file: StoredFile } | { readonly problem: LinkProblem }> {
  const whole = url.startsWith('//') ? `https:${url}` : url;
  try {
    const download = await openResult(whole, {
      fetch,
      resolveHost,
      baseUrl: isOn(server, whole) ? server : publicBase,
      signal,
      maxBytes: mostBytes[kind],
      log,
    });
    const { contentType, contentLength } = download;
    const expected = { kind, contentType, isLengthKnown: contentLength !== undefined };
    const file = await library.store(`link-${randomUUID()}`, 'link', download.body, expected);
    if (file.extension !== neutralExtension) return { file };
    library.remove(file);
    return { problem: 'unknownType' };
  } catch (error) {
    if (error instanceof NotMedia) return { problem: 'page' };
    if (isRivyaError(error)) return { problem: error };
    throw error;
  }
}

/** Whether a link leads to the server in force, which runs on this machine. */
function isOn(server: string, link: string): boolean {
  const base = parseBaseUrl(server);
  const url = URL.parse(link);
  return !('problem' in base) && isLoopbackHost(url?.hostname ?? '') && url?.origin === base.origin;
}
