import { timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from './apiError.ts';
import { isLoopback } from './loopback.ts';
import type { SandboxEnv } from './requestContext.ts';

/** The header with which the sandbox's own page and the programs of its user prove themselves. */
const tokenHeader = 'x-rivya-sandbox';

/** Where the page opens. The token stands alone in the query, so that nothing of it needs an escape. */
export function pageUrl(url: string, token: string): string {
  return `${url}/?${token}`;
}

/** Whether a request has the token, in its header or as its whole query (addresses of pages and events). */
export function hasToken(c: Context<SandboxEnv>, token: string): boolean {
  const expected = Buffer.from(token);
  return [c.req.header(tokenHeader) ?? '', new URL(c.req.url).search.slice(1)].some(text => {
    const given = Buffer.from(text);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

/**
 * Keeps programs of other users of this machine away from what was recorded and from the controls: only this
 * user can read what the sandbox has printed and the file of its address.
 * @throws ApiError `not_found`
 */
export function requireToken(token: string): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    if (!hasToken(c, token)) {
      const message = `Send the token that the sandbox has printed in the header ${tokenHeader}.`;
      throw new ApiError('not_found', message);
    }
    await next();
  };
}

function refuse(): never {
  throw new ApiError('not_found', 'The sandbox answers programs and its own page on this machine only.');
}

/**
 * Refuses requests under a name that is not this machine's. Listening on loopback is not enough: a web page
 * whose name was pointed at 127.0.0.1 (DNS rebinding) could send requests and read the answers.
 * @throws ApiError `not_found`
 */
export const refuseForeignHosts: MiddlewareHandler<SandboxEnv> = async (c, next) => {
  const url = URL.parse(`http://${c.req.header('host') ?? ''}`);
  if (url === null || !isLoopback(url)) refuse();
  await next();
};

/**
 * Keeps web pages of others out, which can send requests here from any browser of this machine.
 * @param token no foreign page knows it; forwarding of ports may give the own page a foreign origin
 * @throws ApiError `not_found`
 */
export function refuseForeignPages(token: string): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    if (isFromForeignPage(c) && !hasToken(c, token)) refuse();
    await next();
  };
}

function isFromForeignPage(c: Context<SandboxEnv>): boolean {
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== `http://${c.req.header('host') ?? ''}`) return true;
  const site = c.req.header('sec-fetch-site');
  // Following a link to the page (navigation) is fine; a page that loads or embeds something from here is
  // not.
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return c.req.header('sec-fetch-mode') !== 'navigate' || c.req.header('sec-fetch-dest') !== 'document';
}
