import { Hono } from 'hono';
import { contract } from '../shared/openapi.ts';
import type { SandboxEnv } from './requestContext.ts';
import type { SandboxState } from './state.ts';

/** `GET /openapi.json`, public: the contract that the extension relies on, with the sandbox as its server. */
export function openapiRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', c =>
    c.json({
      ...contract,
      info: { ...contract.info, title: 'Rivya sandbox' },
      servers: [{ url: `${state.url}/api/v1` }],
    }),
  );
  return routes;
}
