import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Aborts when the connection of this answer is gone. */
export function closeSignal(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (outgoing.destroyed || outgoing.writableFinished) controller.abort();
  else outgoing.once('close', () => controller.abort());
  return controller.signal;
}

/** Settles when the connection is gone. */
export async function untilClosed(closed: AbortSignal): Promise<void> {
  if (!closed.aborted) await once(closed, 'abort');
}
