import * as v from 'valibot';
import type { RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const documentSchema = v.record(v.string(), v.unknown());

/** An OpenAPI document, unread. */
export type OpenapiDocument = v.InferOutput<typeof documentSchema>;

export interface Openapi {
  /** The contract of the server. Needs no key. @throws RivyaError */
  retrieve(options?: RequestOptions): Promise<OpenapiDocument>;
}

export function createOpenapi(transport: Transport): Openapi {
  return {
    async retrieve(options) {
      const request = { method: 'GET', path: '/openapi.json', public: true } as const;
      return transport.json(request, documentSchema, 'openapi', options);
    },
  };
}
