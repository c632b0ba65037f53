import * as v from 'valibot';
import { cleanTaskError } from '../errors/errorResponse.ts';
import { also, inEnvelope, number, openEnum, requiredText, text } from '../schema/decode.ts';
import { pathPart, type PostOptions, type RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

/**
 * An input file of a generation; `url` comes from the Files API (rivya-api.md 2). camelCase, as on the wire.
 */
export interface ReferenceMediaItem {
  readonly url: string;
  readonly kind: 'image' | 'video' | 'audio';
  readonly name?: string;
  readonly mimeType?: string;
  readonly durationSeconds?: number;
  readonly durationToken?: string;
}

export interface CreateGeneration {
  readonly model: string;
  readonly prompt?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** A trace id of the caller, at most 128 characters. */
  readonly client_request_id?: string;
}

const url = v.union([
  v.string(),
  v.pipe(
    v.looseObject({ url: v.string() }),
    v.transform(each => each.url),
  ),
]);

const generationSchema = inEnvelope(
  v.looseObject({
    id: also(requiredText, 'task_id', 'taskId'),
    status: openEnum(['queued', 'processing', 'succeeded', 'failed']),
    model: text,
    reserved_credits: number,
    final_credits: number,
    created_at: text,
    updated_at: text,
    result: v.nullish(
      v.looseObject({
        primary_url: also(v.nullish(url, null), 'url'),
        urls: also(
          v.nullish(v.array(url), () => []),
          'outputs',
        ),
      }),
      null,
    ),
    error: v.nullish(v.looseObject({ code: text, message: text }), null),
  }),
  'generation',
  'task',
  'data',
);

/**
 * A task (rivya-api.md 3). A `status` other than the four documented ones is not terminal. `result.urls`
 * holds all results, the primary one first.
 */
export type Generation = v.InferOutput<typeof generationSchema>;

export interface Generations {
  /**
   * Starts a paid task. Without an idempotency key it is sent at most once.
   * @throws RivyaError; `mayHaveBeenCharged` tells whether the task may run although no answer came
   */
  create(body: CreateGeneration, options?: PostOptions): Promise<Generation>;
  /** @throws RivyaError, `notFound` for a task that does not exist or belongs to another account */
  retrieve(id: string, options?: RequestOptions): Promise<Generation>;
}

export function createGenerations(transport: Transport): Generations {
  return {
    async create(body, options) {
      const request = { method: 'POST', path: '/generations', json: body, paid: true } as const;
      return fromAnswer(await transport.answer(request, generationSchema, 'generation', options));
    },
    async retrieve(id, options) {
      const request = { method: 'GET', path: `/generations/${pathPart(id)}` } as const;
      return fromAnswer(await transport.answer(request, generationSchema, 'generation', options));
    },
  };
}

function fromAnswer({ value, secrets }: { value: Generation; secrets: readonly string[] }): Generation {
  const generation = value.error ? { ...value, error: cleanTaskError(value.error, secrets) } : value;
  const { result } = generation;
  if (!result) return generation;
  const urls = [...new Set(result.primary_url === null ? result.urls : [result.primary_url, ...result.urls])];
  return { ...generation, result: { ...result, primary_url: urls[0] ?? null, urls } };
}
