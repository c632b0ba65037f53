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
    if (!file || file.extension !== extension) throw new ApiError('not_found', 'There is no such file.');
    return answerFile(file);
  });
  routes.get('/:taskId/:name', async c => {
    const task = state.tasks.get(c.req.param('taskId'));
    const [number = '', extension] = c.req.param('name').split('.');
    const index = /^\d+$/.test(number) ? Number(number) : -1;
    const kind = task?.outputs[index];
    const ready = task?.finishedAt !== null && task?.failure === null;
    if (kind === undefined || !ready || extension !== resultFormat(kind, task.params).extension) {
      throw new ApiError('not_found', 'There is no such file.');
    }
    const { mimeType } = resultFormat(kind, task.params);
    return answerFile({ bytes: await render(state, task, kind, index), mimeType });
  });
  return routes;
}

/**
 * Makes the file anew for each request: the same task gives the same bytes, and nothing is held in memory.
 */
async function render(
  state: SandboxState,
  task: Task,
  kind: MediaKind,
  index: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const request = { model: task.model, prompt: task.prompt, params: task.params, index };
  switch (kind) {
    case 'video':
      return renderVideo(request);
    case 'audio':
      return renderSound(request);
    case 'image':
      return renderPicture(request, state.settings.pictureLongEdge);
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
