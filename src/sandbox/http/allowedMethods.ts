import type { RouterRoute } from 'hono/types';

/** The methods that a path takes, as `Allow` names them; none for a path that does not exist. */
export function allowedMethods(routes: readonly RouterRoute[], path: string): string[] {
  const methods = new Set<string>();
  for (const { method, path: pattern } of routes) {
    // Middleware stands under every method.
    if (method === 'ALL' || !patternOf(pattern).test(path)) continue;
    methods.add(method);
    if (method === 'GET') methods.add('HEAD');
  }
  return [...methods].toSorted();
}

/** Parameters such as `:id` stand for one part of a path. */
function patternOf(route: string): RegExp {
  const parts = route
    .split('/')
    .map(part => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', String.raw`\.`)));
  return new RegExp(`^${parts.join('/')}$`);
}
