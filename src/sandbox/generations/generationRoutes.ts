import { Hono } from 'hono';
import type { MediaKind, Model } from '../catalogue/catalogue.ts';
import { priceFactor, priceOf } from '../credits/price.ts';
import { reserve } from '../credits/wallet.ts';
import { ApiError } from '../http/apiError.ts';
import {
  oncePerKey,
  readClientRequestId,
  readJsonObject,
  refuseUnknownFields,
  requireScope,
  type SandboxEnv,
} from '../http/requestContext.ts';
import { requireModel, requirePrompt } from '../http/requireModel.ts';
import { resultFormat } from '../media/resultFormat.ts';
import type { Account, Task } from '../state/records.ts';
import { newId, type SandboxState } from '../state/sandboxState.ts';
import { checkInputs, requireParams } from './generationParams.ts';
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
  checkInputs(state, model, account.id, body['params']);
  const outputs = outputsOf(model, params);
  // Refuses what cannot be made before it is paid for.
  for (const kind of outputs) resultFormat(kind, params);
  const clientRequestId = readClientRequestId(body);
  const text = prompt || describeDialogue(params);
  const price = priceOf(model, text, priceFactor(params, state.settings.priceFactors));
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
    outputs,
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
