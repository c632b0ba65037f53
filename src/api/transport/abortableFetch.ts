import { abortable } from '../../base/abort.ts';
import { discard } from './body.ts';

export type Fetch = typeof globalThis.fetch;

/**
 * Like `fetch`, but rejects at once when the signal aborts, also when the port underneath does not listen to
 * it.
 */
export function abortableFetch(
  fetch: Fetch,
  url: URL,
  init: RequestInit & { readonly signal: AbortSignal },
): Promise<Response> {
  return abortable(init.signal, () => {
    const answer = fetch(url.href, init);
    const discardLate = (late: Response): void => {
      if (init.signal.aborted) discard(late.body);
    };
    // Its rejection is the caller's to handle; this look at a late answer adds nothing to it.
    answer.then(discardLate, () => undefined);
    return answer;
  });
}
