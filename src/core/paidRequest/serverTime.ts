import type { RequestOptions } from '../../api/transport/request.ts';
import type { ServerTime } from '../../api/resources/serverTime.ts';
import { mayBeAccepted, unheard, type PaidRequest } from './paidRequest.ts';

/**
 * What the server's clock says before a paid request leaves; `unheard` when it says nothing. For one that
 * nobody has sent yet, any earlier answer will do: it can only look older by that. What goes out again is
 * judged by what the server says at that moment, since a machine that slept does not know for how long.
 * @throws RivyaError when the server has to be asked and gives no answer; the reason of the signal
 */
export async function serverTimeBefore(
  request: Pick<PaidRequest, 'firstSentAt'>,
  serverTime: ServerTime,
  options: RequestOptions & { readonly signal: AbortSignal },
): Promise<number> {
  const last = mayBeAccepted(request) ? undefined : serverTime.last();
  const heard = last ?? (await serverTime.ask(options));
  options.signal.throwIfAborted();
  return heard ?? unheard;
}
