/** Source: rivya-api.md section 0. */
export const scopes = [
  'models:read',
  'generations:create',
  'generations:read',
  'files:create',
  'files:read',
  'credits:read',
  'webhooks:manage',
  'chat:create',
  'chat:read',
] as const;

export type Scope = (typeof scopes)[number];
