import { Hono } from 'hono';
import { renderClip } from './clips.ts';
import { ApiError } from './errors.ts';
import { renderPicture } from './pictures.ts';
import type { SandboxEnv } from './requestContext.ts';
import { renderSound } from './sounds.ts';
import type { SandboxState, Task } from './state.ts';
import { resultExtensions } from './wireTask.ts';

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
    if (kind === undefined || !ready || extension !== resultExtensions[kind]) {
      throw new ApiError('not_found', 'There is no such file.');
    }
    return answerFile(await render(state, task, index));
  });
  return routes;
}

/** Makes the file anew for each request: the same task gives the same bytes, and nothing is held in memory. */
async function render(state: SandboxState, task: Task, index: number): Promise<MediaFile> {
  const request = { model: task.model, prompt: task.prompt, params: task.params, index };
  switch (task.outputs[index]) {
    case 'video':
      return { bytes: renderClip(request), mimeType: 'video/mp4' };
    case 'audio':
      return { bytes: renderSound(request), mimeType: 'audio/wav' };
    default:
      return { bytes: await renderPicture(request, state.settings.pictureLongEdge), mimeType: 'image/png' };
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
