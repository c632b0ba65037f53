import { Hono } from 'hono';
import { contract, type Contract, type ContractParameter } from '../../shared/openapi.ts';
import { pageLimits } from '../http/paging.ts';
import type { SandboxEnv } from '../http/requestContext.ts';
import type { SandboxState } from '../state/sandboxState.ts';

/** `GET /openapi.json`, public: the contract that the extension relies on, with the sandbox as its server. */
export function openapiRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', c => c.json(description(state.url)));
  return routes;
}

/** @param url base URL of the sandbox */
export function description(url: string): unknown {
  return {
    ...contract,
    info: { ...contract.info, title: 'Rivya sandbox' },
    servers: [{ url: `${url}/api/v1` }],
    paths: withLimits(contract.paths),
  };
}

/** Beside what the extension sends, the lists of the sandbox take the usual limit. */
const limit: ContractParameter = {
  name: 'limit',
  in: 'query',
  required: false,
  description: 'The most entries of a page.',
  schema: { type: 'integer', minimum: 1, maximum: pageLimits.most, default: pageLimits.usual },
};

function withLimits(paths: Contract['paths']): Contract['paths'] {
  const entries = Object.entries(paths).map(([path, item]) => {
    const operations = Object.entries(item).map(([method, operation]) => {
      const isPaged = operation.parameters.some(({ name }) => name === 'after');
      return [method, isPaged ? { ...operation, parameters: [...operation.parameters, limit] } : operation];
    });
    return [path, Object.fromEntries(operations)] as const;
  });
  return Object.fromEntries(entries);
}
