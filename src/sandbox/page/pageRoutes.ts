import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { delay } from '../../base/abort.ts';
import { closeSignal, untilClosed } from '../http/connection.ts';
import { hasToken } from '../http/guard.ts';
import type { SandboxEnv } from '../http/requestContext.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { overview } from './overview.ts';
import { closedPageHtml, pageHtml } from './pageHtml.ts';
import { pageScript } from './pageScript.ts';
import { pageStyle } from './pageStyle.ts';

/** Names the run of the server in the answer of `/__sandbox/alive`. */
export const instanceHeader = 'x-rivya-sandbox-instance';

const betweenSnapshotsMs = 100;

const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

const security = {
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/**
 * The page for people at `/`, and what it loads; of what was recorded nothing stands in it.
 * @param token opens the page, which proves itself with it
 */
export function publicPageRoutes(state: SandboxState, token: string): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', c => {
    const nonce = randomBytes(16).toString('base64');
    const headers = { ...security, 'content-security-policy': contentSecurityPolicy(nonce) };
    if (!hasToken(c, token)) return c.html(closedPageHtml(nonce), 403, headers);
    return c.html(pageHtml(state.url, token, nonce), 200, headers);
  });
  routes.get('/__sandbox/page.js', c =>
    c.body(pageScript, 200, { ...security, 'content-type': 'text/javascript; charset=utf-8' }),
  );
  routes.get('/__sandbox/page.css', c =>
    c.body(pageStyle, 200, { ...security, 'content-type': 'text/css; charset=utf-8' }),
  );
  routes.get('/__sandbox/alive', c => {
    const response = stream(untilTheEnd(closeSignal(c.env.outgoing)));
    response.headers.set(instanceHeader, state.instance);
    return response;
  });
  return routes;
}

/** What happens, as the page follows it. */
export function pageRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/__sandbox/events', c => {
    const closed = closeSignal(c.env.outgoing);
    return stream(snapshots(state, closed));
  });
  return routes;
}

function stream(texts: AsyncGenerator<string>): Response {
  const body = ReadableStream.from(texts).pipeThrough(new TextEncoderStream());
  return new Response(body, { headers: { ...security, 'content-type': 'text/event-stream; charset=utf-8' } });
}

/** The overview now and after each change, a few times a second at most. */
async function* snapshots(state: SandboxState, closed: AbortSignal): AsyncGenerator<string> {
  let changed = Promise.withResolvers<undefined>();
  const wake = (): void => changed.resolve(undefined);
  const subscription = state.journal.onDidCommit(wake);
  closed.addEventListener('abort', wake, { once: true });
  try {
    for (;;) {
      changed = Promise.withResolvers<undefined>();
      yield `data: ${JSON.stringify(overview(state))}\n\n`;
      await changed.promise;
      await delay(betweenSnapshotsMs);
      if (closed.aborted) return;
    }
  } finally {
    subscription.dispose();
  }
}

/** Says one word, then nothing: whoever listens learns when the sandbox is gone. */
async function* untilTheEnd(closed: AbortSignal): AsyncGenerator<string> {
  yield ': alive\n\n';
  await untilClosed(closed);
}
