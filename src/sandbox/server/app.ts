import { Hono } from 'hono';
import { chatRoutes } from '../chat/chatRoutes.ts';
import { creditRoutes } from '../credits/creditRoutes.ts';
import { applyFaults } from '../faults/applyFaults.ts';
import { generationRoutes } from '../generations/generationRoutes.ts';
import { ApiError, errorResponse } from '../http/apiError.ts';
import { allowedMethods } from '../http/allowedMethods.ts';
import { limitBody } from '../http/bodyLimit.ts';
import { refuseForeignHosts, refuseForeignPages, requireToken } from '../http/guard.ts';
import { limitRate } from '../http/rateLimit.ts';
import { recordRequests, type SandboxEnv } from '../http/requestContext.ts';
import { mediaRoutes, previewRoutes } from '../media/mediaRoutes.ts';
import { uploadRoutes } from '../media/uploadRoutes.ts';
import { pageRoutes, publicPageRoutes } from '../page/pageRoutes.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { webhookEventRoutes, webhookRoutes } from '../webhooks/webhookRoutes.ts';
import type { Background } from './background.ts';
import type { SandboxControl } from './control.ts';
import { controlRoutes } from './controlRoutes.ts';
import { finishDueTasks } from './finishTasks.ts';
import { modelRoutes } from './modelRoutes.ts';
import { openapiRoutes } from './openapiRoutes.ts';

/**
 * The whole HTTP surface; each resource of the API is one module that returns its routes.
 * @param token what the programs of this user, and the own page, prove themselves with
 */
export function createApp(
  state: SandboxState,
  control: SandboxControl,
  background: Background,
  token: string,
): Hono<SandboxEnv> {
  const app = new Hono<SandboxEnv>();
  app.onError(error => {
    if (error instanceof ApiError) return errorResponse(error.status, error.code, error.message);
    return errorResponse(500, 'internal_error', `The sandbox failed: ${error.message}`);
  });
  app.notFound(c => {
    const { method, path } = c.req;
    const allowed = allowedMethods(app.routes, path);
    if (allowed.length === 0)
      return errorResponse(404, 'not_found', `There is nothing at ${method} ${path}.`);
    const message = `${path} takes ${allowed.join(', ')}, not ${method}.`;
    const response = errorResponse(405, 'method_not_allowed', message);
    response.headers.set('allow', allowed.join(', '));
    return response;
  });

  // The control interface comes first: no fault and no record may touch it.
  app.use(refuseForeignHosts);
  for (const path of ['/', '/__sandbox/*', '/api/*']) app.use(path, refuseForeignPages(token));
  app.route('/', publicPageRoutes(state, token));
  app.use('/__sandbox/*', requireToken(token));
  app.route('/', pageRoutes(state));
  app.route('/', previewRoutes(state));
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
  app.route('/api/v1/files', uploadRoutes(state));
  app.route('/api/v1/chat', chatRoutes(state));
  app.route(
    '/api/v1/webhooks',
    webhookRoutes(state, delivery => background.deliver(delivery)),
  );
  app.route('/api/v1/webhook-events', webhookEventRoutes(state));
  return app;
}
