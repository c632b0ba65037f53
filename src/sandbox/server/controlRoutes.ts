import { Hono, type Context } from 'hono';
import type { ApiStatus } from '../catalogue/catalogue.ts';
import type { SandboxEnv } from '../http/requestContext.ts';
import { faultTypes, type Fault } from '../state/fault.ts';
import type { ApiKey, TaskFailure } from '../state/records.ts';
import type { Scope } from '../state/scopes.ts';
import type { NewKey, SandboxControl, SettingsChange } from './control.ts';

/**
 * `SandboxControl` over HTTP, for tests in another process. Bodies and answers are JSON.
 *
 * ```
 * GET    charges, requests, settings, faults     POST   settings      a SettingsChange
 * POST   faults    a Fault                       DELETE faults
 * POST   switches/{name} { on }                  GET    keys/{id}     the key itself
 * POST   keys      a NewKey                      PATCH  keys/{id}     { status?, scopes? }
 * POST   models/{id} { api_status }              DELETE models/{id}
 * POST   failures  { code?, message? }           POST   finish, reset, forget
 * ```
 */
export function controlRoutes(control: SandboxControl): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.onError((error, c) => c.json({ error: { message: error.message } }, 400));

  routes.get('/charges', c => c.json(control.charges()));
  routes.get('/requests', c => c.json(control.requests()));
  routes.get('/settings', c => c.json({ credits: control.credits(), ...control.settings() }));
  routes.post('/settings', async c => {
    control.update(await readBody<SettingsChange>(c));
    return c.json({ credits: control.credits(), ...control.settings() });
  });

  routes.get('/faults', c => c.json(control.faults()));
  routes.post('/faults', async c => {
    const fault = await readBody<Partial<Fault>>(c);
    if (!fault.action || !faultTypes.includes(fault.action.type)) {
      throw new Error(`A fault needs an action whose type is one of ${faultTypes.join(', ')}.`);
    }
    control.addFault({ ...fault, action: fault.action });
    return c.json(control.faults());
  });
  routes.delete('/faults', c => {
    control.clearFaults();
    return c.json([]);
  });

  routes.post('/switches/:name', async c => {
    const { on } = await readBody<{ on: boolean }>(c);
    control.setSwitch(c.req.param('name'), on);
    return c.json({ name: c.req.param('name'), on });
  });

  routes.get('/keys/:id', c => c.json({ key: control.revealKey(c.req.param('id')) }));
  routes.post('/keys', async c => c.json(control.addKey(await readBody<NewKey>(c))));
  routes.patch('/keys/:id', async c => {
    const change = await readBody<{ status?: ApiKey['status']; scopes?: Scope[] }>(c);
    const id = c.req.param('id');
    if (change.status !== undefined) control.setKeyStatus(id, change.status);
    if (change.scopes !== undefined) control.setKeyScopes(id, change.scopes);
    return c.json({ id });
  });

  routes.post('/models/:id', async c => {
    const { api_status: status } = await readBody<{ api_status: ApiStatus }>(c);
    control.setModelStatus(c.req.param('id'), status);
    return c.json({ id: c.req.param('id'), api_status: status });
  });
  routes.delete('/models/:id', c => {
    control.removeModel(c.req.param('id'));
    return c.json({ id: c.req.param('id') });
  });

  routes.post('/failures', async c => {
    control.failNextGeneration(await readBody<Partial<TaskFailure>>(c));
    return c.json({});
  });
  routes.post('/finish', c => {
    control.finishTasks();
    return c.json({});
  });
  routes.post('/forget', c => {
    control.forgetKeys();
    return c.json({});
  });
  routes.post('/reset', c => {
    control.reset();
    return c.json({});
  });
  return routes;
}

/**
 * The JSON body, an empty one standing for `{}`. Whoever steers the sandbox is trusted to keep the shapes.
 */
async function readBody<T>(c: Context<SandboxEnv>): Promise<T> {
  const text = await c.req.text();
  return (text === '' ? {} : JSON.parse(text)) as T;
}
