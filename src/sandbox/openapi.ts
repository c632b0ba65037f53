import { Hono } from 'hono';
import { errorStatuses } from './errors.ts';
import type { SandboxEnv } from './requestContext.ts';
import type { SandboxState, Scope } from './state.ts';

// Method, path, scope (null: public) and what it does, for every route of the API that the sandbox has.
const operations: readonly (readonly ['get' | 'post', string, Scope | null, string])[] = [
  ['get', '/models', null, 'List models'],
  ['get', '/openapi.json', null, 'Describe the API'],
  ['post', '/generations', 'generations:create', 'Create a generation'],
  ['get', '/generations/{taskId}', 'generations:read', 'Retrieve a generation'],
  ['post', '/files', 'files:create', 'Upload a reference file'],
  ['get', '/files/{fileId}', 'files:read', 'Retrieve a file'],
  ['get', '/credits', 'credits:read', 'Retrieve the balance'],
  ['post', '/chat/completions', 'chat:create', 'Complete a chat turn'],
  ['post', '/chat/completions/stream', 'chat:create', 'Stream a chat turn'],
  ['get', '/chat/sessions', 'chat:read', 'List chat sessions'],
  ['get', '/chat/sessions/{sessionId}', 'chat:read', 'Retrieve a chat session'],
];

/** `GET /openapi.json`, public: the routes, their scopes and the error body; schemas of answers are left out. */
export function openapiRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/', c => c.json(describeApi(state.url)));
  return routes;
}

function describeApi(url: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [method, path, scope, summary] of operations) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]);
    paths[path] = {
      ...paths[path],
      [method]: {
        summary,
        security: scope === null ? [] : [{ bearer: [scope] }],
        parameters: names.map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
        responses: { '2XX': { description: 'Done' }, default: { $ref: '#/components/responses/Error' } },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Rivya sandbox', version: '1' },
    servers: [{ url: `${url}/api/v1` }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      responses: {
        Error: {
          description: 'An error',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorBody' } } },
        },
      },
      schemas: { ErrorBody: errorSchema },
    },
  };
}

const text = { type: 'string' };
const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'requestId'],
      properties: { code: { ...text, examples: Object.keys(errorStatuses) }, message: text, requestId: text },
    },
  },
};
