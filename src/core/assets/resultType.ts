import { open } from 'node:fs/promises';
import { RivyaError } from '../../api/errors/errors.ts';
import type { MediaKind } from '../../shared/task.ts';
import { isCutOff } from './cutOff.ts';
import { recognise, type MediaType } from './mediaType.ts';
import type { RawSound } from './rawSound.ts';

/** The bytes that came are no result: nothing, or a page or an error in its place. */
export class NotMedia extends Error {
  override readonly name = 'NotMedia';
}

/** What is known of a result before its bytes are looked at. */
export interface ExpectedResult {
  /** What its job makes; undefined when that is not known. */
  readonly kind?: MediaKind | undefined;
  /** The server's own word for it, a `Content-Type`; it may lie. */
  readonly contentType?: string | undefined;
  /** False when the server did not say how long it is, so that nobody knows whether all of it has come. */
  readonly isLengthKnown?: boolean | undefined;
  /** The headerless sound that was asked for. */
  readonly raw?: RawSound | undefined;
}

/** `raw`: the bytes are this headerless sound, and become what the rest says by a header. */
export type ResultType = MediaType & { readonly raw?: RawSound };

/** Of a file that is kept though nobody knows what it is: no editor, browser or tool runs or opens it. */
export const neutralExtension = 'bin';
const neutralType = 'application/octet-stream';

/**
 * The extensions that results are stored under, by what they hold. Nothing that an editor or a tool would
 * run is among them: what is recognised as something else is kept under the neutral one.
 */
const extensions: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ['png', 'apng', 'jpg', 'webp', 'gif', 'avif', 'heic', 'bmp', 'tif', 'jxl'],
  video: ['mp4', 'm4v', 'webm', 'mov', 'mkv', 'avi', 'mpg', 'ogv', '3gp', 'm2ts'],
  audio: ['mp3', 'wav', 'flac', 'ogg', 'oga', 'opus', 'm4a', 'aac', 'aif', 'amr', 'mid', 'wma'],
};

/** What a job may give: a video may come with its last frame or its sound, a song with its cover. */
const companions: Readonly<Record<MediaKind, readonly MediaKind[]>> = {
  image: ['image'],
  video: ['video', 'image', 'audio'],
  audio: ['audio', 'video', 'image'],
};

/** Types that servers name, where the bytes say nothing. */
const namedTypes: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
  'image/avif': 'avif',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
  'audio/mpeg': 'mp3',
  'audio/wav': 'wav',
  'audio/ogg': 'ogg',
  'audio/flac': 'flac',
  'audio/aac': 'aac',
  'audio/mp4': 'm4a',
};

/** MPEG-TS: its usual extension is TypeScript's. */
const renamed: Readonly<Record<string, string>> = { mts: 'm2ts', ts: 'm2ts' };

/** The extension under which a file may be written. */
export function safeExtension(extension: string, kind?: MediaKind): string {
  const name = renamed[extension] ?? extension;
  const kinds = kind ? companions[kind] : (['image', 'video', 'audio'] as const);
  return kinds.some(each => extensions[each].includes(name)) ? name : neutralExtension;
}

/**
 * What the bytes of a result are. Whatever is no text is kept: it was paid.
 * @param path of the file, `bytes` long
 * @throws NotMedia, RivyaError for a file that was cut off, or an error of the file system
 */
export async function resultType(path: string, bytes: number, expected: ExpectedResult): Promise<ResultType> {
  if (bytes === 0) throw new NotMedia('The file is empty.');
  const named = namedType(expected.contentType);
  const head = await readHead(path);
  const recognised = await recognise(path);
  if (expected.raw && !isPage(head, named) && !isContainer(recognised, head, named)) {
    return { mediaType: 'audio/wav', extension: 'wav', raw: expected.raw };
  }
  if (recognised) {
    const { mediaType } = recognised;
    if (expected.isLengthKnown === false && (await isCutOff(path, bytes, mediaType))) {
      const details = { code: 'file_truncated' };
      throw new RivyaError('network', `The file ends after ${bytes} bytes, before its own end.`, details);
    }
    return { mediaType, extension: safeExtension(recognised.extension, expected.kind) };
  }
  if (isDrawing(head)) return { mediaType: 'image/svg+xml', extension: safeExtension('svg', expected.kind) };
  if (isPage(head, named)) throw new NotMedia('The server sent a page or a text in place of the file.');
  const extension = namedTypes[named ?? ''] ?? neutralExtension;
  return { mediaType: named ?? neutralType, extension: safeExtension(extension, expected.kind) };
}

/** What a stored file is, of which only its name is left. */
export async function storedType(path: string, extension: string): Promise<MediaType> {
  const recognised = await recognise(path);
  return { mediaType: recognised?.mediaType ?? neutralType, extension };
}

/** `type/subtype` in small letters; undefined for what is no such word. */
function namedType(contentType: string | undefined): string | undefined {
  const essence = contentType?.split(';')[0]?.trim().toLowerCase();
  return essence !== undefined && /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(essence) ? essence : undefined;
}

/** A web page, an error as JSON, or any other text: servers and proxies send them with status 200. */
function isPage(head: Uint8Array, named: string | undefined): boolean {
  return named === 'text/html' || named === 'application/json' || isText(head) || isForeignPage(head);
}

/** A page, or JSON, in UTF-16 with its mark, or a page in a character set of before UTF-8. */
function isForeignPage(head: Uint8Array): boolean {
  const mark = Buffer.from(head.subarray(0, 2)).toString('hex');
  const encoding = mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'latin1';
  const text = new TextDecoder(encoding).decode(head);
  // A drawing is no page.
  if (/<svg[\s>]/.test(text)) return false;
  return (
    /^\s*<(?:!doctype|html|head|body|\?xml)\b/i.test(text) || (encoding !== 'latin1' && /^\s*[{[]/.test(text))
  );
}

/** SVG: XML whose first element is its own, behind what may stand before one. */
function isDrawing(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head);
  const before =
    /^(?:\s|<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE\s[^<>[]*(?:\[[^\]]*\]\s*)?>)*/s.exec(text)?.[0] ?? '';
  return /^<(?:svg:)?svg[\s/>]/.test(text.slice(before.length));
}

/** Whether this is a file with a header of its own, in place of the headerless sound that was asked for. */
function isContainer(
  recognised: MediaType | undefined,
  head: Uint8Array,
  named: string | undefined,
): boolean {
  if (!recognised) return false;
  // The frames of MP3 and AAC begin with a few bits that samples may have, too.
  if (recognised.mediaType !== 'audio/mpeg' && recognised.mediaType !== 'audio/aac') return true;
  return named === recognised.mediaType || (head[0] === 0x49 && head[1] === 0x44 && head[2] === 0x33);
}

const headBytes = 4_096;

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** UTF-8 without control characters but those of texts, and not one letter alone, as silence may be. */
function isText(head: Uint8Array): boolean {
  if (head.length >= 64 && head.every(byte => byte === head[0])) return false;
  try {
    // `stream`: the head may end within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    // eslint-disable-next-line no-control-regex
    return !/[\u0000-\u0008\u000E-\u001F]/.test(text);
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
