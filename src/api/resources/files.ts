import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { isRecord } from '../../base/json.ts';
import { also, inEnvelope, number, openEnum, requiredText, text } from '../schema/decode.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import { multipartBody, type MultipartFile } from '../transport/multipart.ts';
import { pathPart, type PostOptions, type RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const address = v.union([
  v.string(),
  v.pipe(
    v.looseObject({ url: v.string() }),
    v.transform(each => each.url),
  ),
]);

const fileSchema = inEnvelope(
  v.looseObject({
    id: also(requiredText, 'file_id', 'uuid', 'public_id'),
    url: also(
      v.nullish(address, null),
      'file_url',
      'public_url',
      'download_url',
      'signed_url',
      'uri',
      'href',
      'src',
    ),
    kind: v.nullish(openEnum(['image', 'video', 'audio']), null),
    name: also(text, 'filename', 'file_name', 'original_name'),
    mime_type: also(text, 'content_type', 'mime'),
    size_bytes: also(number, 'size', 'bytes'),
    duration_seconds: also(number, 'duration'),
    /** Goes into `durationToken` of a video or audio input. */
    duration_token: text,
    created_at: text,
    expires_at: text,
  }),
  'file',
  'public_file',
  'upload',
  'data',
  'result',
  'response',
);

/** An uploaded input file (rivya-api.md 4; only `url` and `duration_token` are documented by name). */
export type ApiFile = v.InferOutput<typeof fileSchema>;

export interface UploadFile extends MultipartFile {
  readonly kind: 'image' | 'video' | 'audio';
  /** When set, the server checks kind, type and size against this model. */
  readonly model?: string | undefined;
  readonly client_request_id?: string | undefined;
}

export interface UploadOptions extends PostOptions {
  /** Gets bytes handed to the network so far and all bytes; starts over when the upload is repeated. */
  readonly onProgress?: ((sent: number, total: number) => void) | undefined;
}

export interface Files {
  /**
   * Stores an input file; costs nothing and starts nothing, so it is tried again like a GET.
   * @throws RivyaError
   */
  upload(file: UploadFile, options?: UploadOptions): Promise<ApiFile>;
  /** @throws RivyaError */
  retrieve(id: string, options?: RequestOptions): Promise<ApiFile>;
}

// The headers come only when the whole file is there, over a line of whatever speed.
const uploadDeadlines: Partial<Deadlines> = { headers: 900_000, total: 1_200_000 };

export function createFiles(transport: Transport): Files {
  return {
    async upload(file, options = {}) {
      const { kind, model, client_request_id } = file;
      const body = multipartBody({ kind, model, client_request_id }, file, options.onProgress);
      const request = { method: 'POST', path: '/files', body, deadlines: uploadDeadlines } as const;
      const idempotencyKey = options.idempotencyKey ?? randomUUID();
      return timed(await transport.json(request, fileSchema, 'file', { ...options, idempotencyKey }));
    },
    async retrieve(id, options) {
      const request = { method: 'GET', path: `/files/${pathPart(id)}` } as const;
      return timed(await transport.json(request, fileSchema, 'file', options));
    },
  };
}

/** With its duration and the token of it, should they stand in an object of their own. */
function timed(file: ApiFile): ApiFile {
  const unread = isRecord(file['unread']) ? file['unread'] : {};
  const { duration_seconds: duration, duration_token: token } = unread;
  const place = [duration, token, file['metadata']].find(isRecord) ?? {};
  const milliseconds = place['duration_ms'] ?? file['duration_ms'];
  const seconds = place['duration_seconds'] ?? place['seconds'];
  const given = typeof milliseconds === 'number' ? milliseconds / 1000 : seconds;
  const word = place['duration_token'] ?? place['durationToken'] ?? place['token'];
  return {
    ...file,
    duration_seconds: file.duration_seconds ?? (typeof given === 'number' ? given : null),
    duration_token: file.duration_token ?? (typeof word === 'string' ? word : null),
  };
}
