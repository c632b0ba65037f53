import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { Background } from './background.ts';
import { limitBody } from './bodyLimit.ts';
import { chatRoutes } from './chat.ts';
import type { SandboxControl } from './control.ts';
import { controlRoutes } from './controlRoutes.ts';
import { creditRoutes } from './credits.ts';
import { ApiError, errorResponse } from './errors.ts';
import { applyFaults } from './faults.ts';
import { fileRoutes } from './files.ts';
import { finishDueTasks, generationRoutes } from './generations.ts';
import { refuseForeignHosts, refuseForeignPages } from './guard.ts';
import { mediaRoutes } from './media.ts';
import { modelRoutes } from './models.ts';
import { pageRoutes } from './page/pageRoutes.ts';
import { limitRate } from './rateLimit.ts';
import { openapiRoutes } from './openapi.ts';
import { recordRequests, type SandboxEnv } from './requestContext.ts';
import type { SandboxState } from './state.ts';
import { webhookEventRoutes, webhookRoutes } from './webhooks.ts';

/** The whole HTTP surface; each resource of the API is one module that returns its routes. */
export function createApp(
  state: SandboxState,
  control: SandboxControl,
  background: Background,
): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>();
  app.onError(error => {
    if (error instanceof ApiError) return errorResponse(error.status, error.code, error.message);
    return errorResponse(500, 'internal_error', `The sandbox failed: ${error.message}`);
  });
  app.notFound(c => errorResponse(404, 'not_found', `There is nothing at ${c.req.method} ${c.req.path}.`));

  // The control interface comes first: no fault and no record may touch it.
  const pageToken = randomBytes(24).toString('base64url');
  app.use(refuseForeignHosts);
  for (const path of ['/', '/__sandbox/*', '/api/*']) app.use(path, refuseForeignPages(pageToken));
  app.route('/', pageRoutes(state, pageToken));
  app.route('/__sandbox', controlRoutes(control));

  app.use(recordRequests(state));
  app.use(applyFaults(state));
  app.use(async (_c, next) => {
    finishDueTasks(state);
    await next();
    // On disk before it is answered: what was charged must be found again after a crash.
    state.journal.commit();
    background.wake();
  });
  app.route('/media', mediaRoutes(state));
  app.use('/api/v1/*', limitRate(state));
  app.use('/api/v1/*', async (_c, next) => {
    if (!state.settings.publicApiEnabled) {
      throw new ApiError('public_api_disabled', 'The public API is switched off for now. Try again later.');
    }
    await next();
  });
  app.use('/api/v1/files', limitBody(120));
  app.use('/api/v1/generations', limitBody(1));
  app.use('/api/v1/chat/*', limitBody(1));
  app.use('/api/v1/webhooks/*', limitBody(1));

  app.route('/api/v1/models', modelRoutes(state));
  app.route('/api/v1/openapi.json', openapiRoutes(state));
  app.route('/api/v1/generations', generationRoutes(state));
  app.route('/api/v1/credits', creditRoutes(state));
  app.route('/api/v1/files', fileRoutes(state));
  app.route('/api/v1/chat', chatRoutes(state));
  app.route('/api/v1/webhooks', webhookRoutes(state, background));
  app.route('/api/v1/webhook-events', webhookEventRoutes(state));
  return app;
}
