import type { MiddlewareHandler } from 'hono';
import { ApiError } from './apiError.ts';
import type { SandboxEnv } from './requestContext.ts';

const megabyte = 1_000_000;

/**
 * Refuses larger bodies, declared or chunked. Hono's own limit builds a new `Request` from the adapter's,
 * which only the adapter's replacement of the global class can do; the sandbox leaves the globals of its
 * process alone.
 * @throws ApiError `validation_failed`
 */
export function limitBody(megabytes: number): MiddlewareHandler<SandboxEnv> {
  const most = megabytes * megabyte;
  return async (c, next) => {
    if (Number(c.req.header('content-length') ?? 0) > most) refuse(megabytes);
    // Without a declared length only a chunked body can be there (RFC 9112, section 6.3).
    if (c.req.header('transfer-encoding') !== undefined && c.req.raw.body !== null) {
      const { url, method, headers, body } = c.req.raw;
      c.req.raw = new Request(url, { method, headers, body: await readUpTo(body, most, megabytes) });
    }
    await next();
  };
}

async function readUpTo(
  body: ReadableStream<Uint8Array>,
  most: number,
  megabytes: number,
): Promise<Buffer<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > most) refuse(megabytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function refuse(megabytes: number): never {
  throw new ApiError('validation_failed', `The request is larger than ${megabytes} MB.`);
}
