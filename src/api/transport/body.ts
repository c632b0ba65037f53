import { DeadlineExceeded, type Deadline } from './deadlines.ts';

/** Thrown by `readChunks` as soon as a body proves larger than allowed. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';

  constructor(maxBytes: number) {
    super(`The response is larger than ${maxBytes} bytes.`);
  }
}

/**
 * Reads a body piece by piece. The idle countdown runs only while the server is waited for, so that a slow
 * consumer is not taken for a slow server. However the loop ends, the connection is released.
 * @throws BodyTooLarge, the deadline's abort reason, or what the stream fails with
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array> | null,
  deadline: Deadline,
  limits: { readonly idleMs: number; readonly maxBytes: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  const { signal } = deadline;
  // Ends a read at once, also when the source underneath does not listen.
  const cancel = (): void => discard(reader);
  signal.addEventListener('abort', cancel, { once: true });
  let received = 0;
  let ended = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      deadline.start('idle', limits.idleMs);
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      deadline.stop();
      if (done) {
        ended = true;
        return;
      }
      received += value.byteLength;
      if (received > limits.maxBytes) throw new BodyTooLarge(limits.maxBytes);
      yield value;
    }
  } finally {
    deadline.stop();
    signal.removeEventListener('abort', cancel);
    if (!ended) discard(reader);
  }
}

/** Reads a whole body into memory. @throws as `readChunks` */
export async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  deadline: Deadline,
  limits: { readonly idleMs: number; readonly maxBytes: number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(body, deadline, limits)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const maxErrorBytes = 64 * 1024;

/**
 * Reads as much of an error's body as fits. That it is cut off, breaks off or stalls matters less than its
 * status.
 * @throws the deadline's abort reason when the caller gave up or the total time is over
 */
export async function readErrorText(
  body: ReadableStream<Uint8Array> | null,
  deadline: Deadline,
  idleMs: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of readChunks(body, deadline, { idleMs, maxBytes: maxErrorBytes })) {
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (cause) {
    const reason: unknown = deadline.signal.reason;
    const stalled = reason instanceof DeadlineExceeded && reason.phase === 'idle';
    if (deadline.signal.aborted && !stalled) throw cause;
  }
  return text;
}

/** Gives up a body that nobody wants; not awaited, because a peer that hangs must not hold up the caller. */
export function discard(source: { cancel(): Promise<void> } | null): void {
  // The call already has its outcome; how the unwanted rest ends changes nothing.
  source?.cancel().catch(() => undefined);
}
