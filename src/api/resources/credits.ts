import * as v from 'valibot';
import { also, inEnvelope, requiredNumber } from '../schema/decode.ts';
import type { RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const creditsSchema = inEnvelope(
  v.looseObject({
    current_credits: also(
      requiredNumber,
      'credits',
      'balance',
      'available_credits',
      'remaining_credits',
      'credit_balance',
      'available',
      'remaining',
      'current',
    ),
  }),
  'data',
  'result',
  'credits',
  'balance',
  'wallet',
);

/** The wallet of the account (rivya-api.md 5). */
export type Credits = v.InferOutput<typeof creditsSchema>;

export interface CreditsResource {
  /** The cheapest request that needs a key, so also the way to verify one. @throws RivyaError */
  retrieve(options?: RequestOptions): Promise<Credits>;
}

export function createCredits(transport: Transport): CreditsResource {
  return {
    retrieve: options =>
      transport.json({ method: 'GET', path: '/credits' }, creditsSchema, 'credits', options),
  };
}
