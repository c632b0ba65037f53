import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { also, inEnvelope, number, openEnum, requiredText, text } from '../schema/decode.ts';
import type { Deadlines } from '../transport/deadlines.ts';
import { multipartBody, type MultipartFile } from '../transport/multipart.ts';
import { pathPart, type PostOptions, type RequestOptions } from '../transport/request.ts';
import type { Transport } from '../transport/transport.ts';

const fileSchema = inEnvelope(
  v.looseObject({
    id: also(requiredText, 'file_id', 'fileId'),
    url: text,
    kind: v.nullish(openEnum(['image', 'video', 'audio']), null),
    name: also(text, 'filename', 'file_name', 'fileName'),
    mime_type: also(text, 'content_type', 'contentType'),
    size_bytes: also(number, 'size', 'bytes'),
    duration_seconds: also(number, 'duration'),
    /** Goes into `durationToken` of a video or audio input. */
    duration_token: text,
    created_at: text,
    expires_at: text,
  }),
  'file',
  'data',
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
    upload(file, options = {}) {
      const { kind, model, client_request_id } = file;
      const body = multipartBody({ kind, model, client_request_id }, file, options.onProgress);
      const request = { method: 'POST', path: '/files', body, deadlines: uploadDeadlines } as const;
      return transport.json(request, fileSchema, 'file', {
        ...options,
        idempotencyKey: options.idempotencyKey ?? randomUUID(),
      });
    },
    async retrieve(id, options) {
      return transport.json({ method: 'GET', path: `/files/${pathPart(id)}` }, fileSchema, 'file', options);
    },
  };
}
