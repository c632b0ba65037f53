import { Hono } from 'hono';
import type { MediaKind, Model } from './catalogue.ts';
import { ApiError } from './errors.ts';
import { priceOf } from './price.ts';
import {
  oncePerKey,
  readClientRequestId,
  readJsonObject,
  refuseUnknownFields,
  requireScope,
  type SandboxEnv,
} from './requestContext.ts';
import { newId, type Account, type SandboxState, type Task } from './state.ts';
import { checkReferences, requireModel, requireParams, requirePrompt } from './validation.ts';
import { reserve, settle } from './wallet.ts';
import { recordGenerationEvent } from './webhookEvents.ts';
import { wireTask } from './wireTask.ts';

/** `POST /generations` and `GET /generations/{taskId}`. Source: rivya-api.md sections 2 and 3. */
export function generationRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.post('/', requireScope(state, 'generations:create'), async c => {
    const body = await readJsonObject(c);
    const answer = await oncePerKey(state, c, body, () => {
      const idempotencyKey = c.req.header('idempotency-key') ?? null;
      const task = createTask(state, c.get('key').account, body, idempotencyKey);
      return { status: 202, body: wireTask(state, task, task.createdAt) };
    });
    return Response.json(answer.body, { status: answer.status });
  });
  routes.get('/:taskId', requireScope(state, 'generations:read'), c => {
    const task = state.tasks.get(c.req.param('taskId'));
    if (task?.account !== c.get('key').account.id) {
      throw new ApiError('not_found', 'There is no such generation in this account.');
    }
    return c.json(wireTask(state, task, state.now()));
  });
  return routes;
}

function createTask(
  state: SandboxState,
  account: Account,
  body: Record<string, unknown>,
  idempotencyKey: string | null,
): Task {
  if ('files' in body) {
    throw new ApiError(
      'validation_failed',
      'files is not accepted here. Upload with POST /api/v1/files and put the url into params.referenceMediaItems.',
    );
  }
  refuseUnknownFields(body, ['model', 'prompt', 'params', 'client_request_id']);
  const model = requireModel(state, body['model']);
  if (model.wire.category === 'chat') {
    throw new ApiError(
      'validation_failed',
      `${model.wire.id} is a chat model. Use POST /api/v1/chat/completions.`,
    );
  }
  const prompt = requirePrompt(model, body['prompt']);
  const params = requireParams(model, body['params']);
  checkReferences(state, model, account.id, body['params']);
  const clientRequestId = readClientRequestId(body);
  const text = prompt || describeDialogue(params);
  const price = priceOf(model, text);
  const id = newId(`task_${model.wire.id.replaceAll(/[^a-z0-9]/g, '_')}`);
  const charge = reserve(state, account, {
    taskId: id,
    model: model.wire.id,
    credits: price.reserved,
    idempotencyKey,
    clientRequestId,
  });
  const task: Task = {
    id,
    account: account.id,
    model: model.wire.id,
    prompt: text,
    params,
    charge,
    price: price.final,
    createdAt: charge.at,
    durationMs: state.settings.taskDurationMs,
    outputs: outputsOf(model, params),
    failure: state.plannedFailures.shift() ?? null,
    finishedAt: null,
  };
  state.tasks.set(id, task);
  state.pendingTasks.add(task);
  state.journal.put('task', id, task);
  return task;
}

function describeDialogue(params: Record<string, unknown>): string {
  const lines = params['dialogue'];
  return Array.isArray(lines) ? lines.map(line => (line as { text: string }).text).join(' ') : '';
}

// Names by which models of the catalogue, or ones like them, ask for several results.
const countParams = ['max_images', 'num_images', 'n'];
const mostOutputs = 6;

function outputsOf(model: Model, params: Record<string, unknown>): MediaKind[] {
  const kind = model.wire.category as MediaKind;
  const counts = countParams
    .map(key => Number(params[key]))
    .filter(count => Number.isInteger(count) && count > 0);
  const outputs = Array.from({ length: Math.min(counts[0] ?? 1, mostOutputs) }, () => kind);
  return params['return_last_frame'] === 'true' ? [...outputs, 'image'] : outputs;
}

/**
 * Finishes every task whose time has come: settles its credits, or gives them back when it failed.
 * Runs before each request, so that balances are right however late the timer is, and by the timer, so that webhooks
 * come when nobody polls.
 */
export function finishDueTasks(state: SandboxState): void {
  const now = state.now();
  for (const task of state.pendingTasks) {
    const due = task.createdAt + task.durationMs;
    if (now >= due) finishTask(state, task, due);
  }
}

/** @param at milliseconds since the Unix epoch */
export function finishTask(state: SandboxState, task: Task, at: number): void {
  state.pendingTasks.delete(task);
  task.finishedAt = at;
  state.journal.put('task', task.id, task);
  settle(state, task.charge, task.failure ? 0 : task.price);
  recordGenerationEvent(state, task, at);
}
