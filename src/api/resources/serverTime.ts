import { isRivyaError } from '../errors/errors.ts';
import type { RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';
import type { CreditsResource } from './credits.ts';

/** What time it is by the server's own clock, of which its answers tell; this machine's may be wrong. */
export interface ServerTime {
  /**
   * As the last answer said, in milliseconds since the epoch: so late it was at least. Undefined before the
   * first answer.
   */
  last(): number | undefined;
  /**
   * Asks, by a request that costs nothing and that no cache answers.
   * @returns undefined when the server does not say
   * @throws RivyaError when there was no answer, or one that asks for silence
   */
  ask(options?: RequestOptions): Promise<number | undefined>;
}

export function createServerTime(transport: Transport, credits: CreditsResource): ServerTime {
  return {
    last: () => transport.heard?.time,
    ask: async options => {
      const before = transport.heard;
      try {
        await credits.retrieve(options);
      } catch (error) {
        // Whatever the answer was, it had the time; but who is asked for silence does not go on.
        const isSilenced = isRivyaError(error) && error.kind === 'rateLimit';
        if (transport.heard === before || isSilenced) throw error;
      }
      return transport.heard === before ? undefined : transport.heard?.time;
    },
  };
}
