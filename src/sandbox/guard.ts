import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from './errors.ts';
import type { SandboxEnv } from './requestContext.ts';
import { isLoopback } from './webhookUrl.ts';

/** The header with which the sandbox's own page proves itself. */
const pageTokenHeader = 'x-rivya-sandbox';

function refuse(): never {
  throw new ApiError('not_found', 'The sandbox answers programs and its own page on this machine only.');
}

/**
 * Refuses requests under a name that is not this machine's. Listening on loopback is not enough: a web page whose name
 * was pointed at 127.0.0.1 (DNS rebinding) could send requests and read the answers.
 * @throws ApiError `not_found`
 */
export const refuseForeignHosts: MiddlewareHandler<SandboxEnv> = async (c, next) => {
  const url = URL.parse(`http://${c.req.header('host') ?? ''}`);
  if (url === null || !isLoopback(url)) refuse();
  await next();
};

/**
 * Keeps web pages of others out, which can send requests here from any browser of this machine.
 * @param pageToken known to the sandbox's own page alone; forwarding of ports may give that page a foreign origin
 * @throws ApiError `not_found`
 */
export function refuseForeignPages(pageToken: string): MiddlewareHandler<SandboxEnv> {
  return async (c, next) => {
    if (c.req.header(pageTokenHeader) !== pageToken && isFromForeignPage(c)) refuse();
    await next();
  };
}

function isFromForeignPage(c: Context<SandboxEnv>): boolean {
  const origin = c.req.header('origin');
  if (origin !== undefined && origin !== `http://${c.req.header('host') ?? ''}`) return true;
  const site = c.req.header('sec-fetch-site');
  // Following a link to the page (navigation) is fine; a page that loads or embeds something from here is not.
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return c.req.header('sec-fetch-mode') !== 'navigate' || c.req.header('sec-fetch-dest') !== 'document';
}
