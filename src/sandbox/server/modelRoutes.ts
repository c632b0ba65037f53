import { Hono } from 'hono';
import type { SandboxEnv } from '../http/requestContext.ts';
import type { SandboxState } from '../state/sandboxState.ts';

/** `GET /models`, public. Source: rivya-api.md section 1. */
export function modelRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', c => c.json({ object: 'list', data: [...state.models.values()].map(model => model.wire) }));
  return routes;
}
