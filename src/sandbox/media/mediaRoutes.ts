import { Hono } from 'hono';
import type { MediaKind } from '../catalogue/catalogue.ts';
import { ApiError } from '../http/apiError.ts';
import type { SandboxEnv } from '../http/requestContext.ts';
import type { Task } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';
import { renderVideo } from './clips.ts';
import { resultFormat } from './resultFormat.ts';
import { renderPicture } from './pictures.ts';
import { renderSound } from './sounds.ts';

interface MediaFile {
  bytes: Uint8Array<ArrayBuffer>;
  mimeType: string;
}

/** Result files and uploads, public as rivya-api.md section 10 has them. */
export function mediaRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/uploads/:name', c => {
    const [id = '', extension] = c.req.param('name').split('.');
    const file = state.files.get(id);
    if (!file || file.extension !== extension) throw noSuchFile();
    return answerFile(file);
  });
  routes.get('/:taskId/:name', async c => {
    const [number = '', extension] = c.req.param('name').split('.');
    const { file, kind, task } = await resultFile(state, c.req.param('taskId'), number);
    if (extension !== resultFormat(kind, task.params).extension) throw noSuchFile();
    return answerFile(file);
  });
  return routes;
}

/**
 * The same files for the page of the sandbox, pictures small; neither recorded nor spoilt by faults.
 */
export function previewRoutes(state: SandboxState): Hono<SandboxEnv> {
  const routes = new Hono<SandboxEnv>();
  routes.get('/__sandbox/previews/:taskId/:number', async c => {
    const { file } = await resultFile(state, c.req.param('taskId'), c.req.param('number'), previewEdge);
    return answerFile(file);
  });
  return routes;
}

/** The long edge of a picture on the page, in pixels: enough for a screen with two for each. */
const previewEdge = 320;

function noSuchFile(): ApiError {
  return new ApiError('not_found', 'There is no such file.');
}

/** @throws ApiError `not_found` */
async function resultFile(
  state: SandboxState,
  taskId: string,
  number: string,
  longEdge = state.settings.pictureLongEdge,
): Promise<{ readonly file: MediaFile; readonly kind: MediaKind; readonly task: Task }> {
  const task = state.tasks.get(taskId);
  const index = /^\d+$/.test(number) ? Number(number) : -1;
  const kind = task?.outputs[index];
  const ready = task?.finishedAt !== null && task?.failure === null;
  if (kind === undefined || !ready) throw noSuchFile();
  const { mimeType } = resultFormat(kind, task.params);
  return { file: { bytes: await render(task, kind, index, longEdge), mimeType }, kind, task };
}

/**
 * Makes the file anew for each request: the same task gives the same bytes, and nothing is held in memory.
 */
async function render(
  task: Task,
  kind: MediaKind,
  index: number,
  longEdge: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const request = { model: task.model, prompt: task.prompt, params: task.params, index };
  switch (kind) {
    case 'video':
      return renderVideo(request);
    case 'audio':
      return renderSound(request);
    case 'image':
      return renderPicture(request, longEdge);
  }
}

function answerFile({ bytes, mimeType }: MediaFile): Response {
  return new Response(bytes, {
    headers: {
      'content-type': mimeType,
      'content-length': String(bytes.length),
      'cache-control': 'public, max-age=3600',
      'x-content-type-options': 'nosniff',
    },
  });
}
