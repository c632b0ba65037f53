import { randomUUID } from 'node:crypto';
import type { OutgoingBody } from './request.ts';

/** A file to send, from memory or, with `fs.openAsBlob`, streamed from disk. */
export interface MultipartFile {
  readonly data: Blob;
  readonly name: string;
  /** Media type. */
  readonly type: string;
}

/**
 * Encodes a form with one file (RFC 7578), streaming it with a known length: `FormData` would tell no
 * progress.
 * @param onProgress gets the bytes handed to the network so far and all bytes; starts over when the request
 * is repeated
 */
export function multipartBody(
  fields: Readonly<Record<string, string | undefined>>,
  file: MultipartFile,
  onProgress: ((sent: number, total: number) => void) | undefined,
): OutgoingBody {
  const boundary = `rivya-${randomUUID()}`;
  const encoder = new TextEncoder();
  const texts = Object.entries(fields)
    .filter((field): field is [string, string] => field[1] !== undefined)
    .map(
      ([name, value]) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
    );
  const fileHead =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(file.name) || 'file'}"\r\n` +
    `Content-Type: ${file.type.replace(/[^\x20-\x7e]/g, '')}\r\n\r\n`;
  const head = encoder.encode(texts.join('') + fileHead);
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const length = head.byteLength + file.data.size + tail.byteLength;

  async function* parts(): AsyncGenerator<Uint8Array, void, undefined> {
    let sent = 0;
    const pass = (part: Uint8Array): Uint8Array => {
      sent += part.byteLength;
      onProgress?.(sent, length);
      return part;
    };
    yield pass(head);
    for await (const part of file.data.stream() as ReadableStream<Uint8Array>) yield pass(part);
    yield pass(tail);
  }

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length,
    open: () => ReadableStream.from<Uint8Array>(parts()),
  };
}

/**
 * Names inside quotes, escaped as browsers do it, so that a file name cannot add a header. Browsers leave a
 * backslash and other control characters as they are, but some readers take the one for an escape and refuse
 * the others.
 */
function quoted(name: string): string {
  return (
    name
      .replace(/\r\n|\r|\n/g, '%0D%0A')
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u001F\u007F"\\]/g, character => {
        return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
      })
  );
}
