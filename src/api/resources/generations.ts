import * as v from 'valibot';
import { isRecord } from '../../base/json.ts';
import { cleanTaskError, taskErrorIn } from '../errors/errorResponse.ts';
import { also, inEnvelope, number, openEnum, requiredText, text } from '../schema/decode.ts';
import { pathPart, type PostOptions, type RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';
import { otherLinks } from './resultLinks.ts';

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
    id: also(requiredText, 'task_id', 'generation_id', 'job_id', 'public_id', 'task_public_id'),
    status: also(openEnum(['queued', 'processing', 'succeeded', 'failed']), 'state'),
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
  'job',
  'data',
  'result',
  'response',
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
  const { result } = value;
  const error = value.error?.message ? value.error : (taskErrorIn(value) ?? value.error);
  const known = [result?.primary_url, ...(result?.urls ?? [])].filter(url => typeof url === 'string');
  const named = [...new Set(known)].filter(url => url !== '');
  const urls = named.length > 0 ? named : otherLinks(value);
  const credits: Readonly<Record<string, unknown>> = isRecord(value['credits']) ? value['credits'] : {};
  return {
    ...value,
    status: statusOf(value.status, urls),
    reserved_credits: value.reserved_credits ?? numberOf(credits['reserved']),
    final_credits: value.final_credits ?? numberOf(credits['final']),
    error: error && cleanTaskError(error, secrets),
    result: result || urls.length > 0 ? { ...result, primary_url: urls[0] ?? null, urls } : null,
  };
}

/** What means success elsewhere is believed of an answer that holds a file; the rest stays as it came. */
function statusOf(status: Generation['status'], urls: readonly string[]): Generation['status'] {
  const word = status.toLowerCase();
  if (/^(?:queued|processing|succeeded|failed)$/.test(word)) return word;
  if (/^(?:error|errored|failure)$/.test(word)) return 'failed';
  const isSuccess = /^(?:success|successful|completed?|done|finished|ready)$/.test(word);
  return isSuccess && urls.length > 0 ? 'succeeded' : status;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
