import { Hono } from 'hono';
import { requireScope, type SandboxEnv } from '../http/requestContext.ts';
import type { SandboxState } from '../state/sandboxState.ts';

/** `GET /credits`. Source: rivya-api.md section 5. */
export function creditRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', requireScope(state, 'credits:read'), c =>
    c.json({ current_credits: c.get('key').account.credits }),
  );
  return routes;
}
