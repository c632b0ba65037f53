import { open } from 'node:fs/promises';
import { boxesIn, type ReadPart } from './boxes.ts';

/**
 * Whether a file certainly ends before its own end: some servers close the connection to say that all has
 * come, and so does a connection that breaks. Of what says nothing about its length, nothing is known.
 */
export async function isCutOff(path: string, bytes: number, mediaType: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const read: ReadPart = async (offset, length) => {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    switch (mediaType) {
      case 'image/png':
      case 'image/apng':
        return await isPngCutOff(read, bytes);
      case 'image/jpeg':
        return !Buffer.from(await read(Math.max(0, bytes - jpegTail), jpegTail)).includes(endOfJpeg);
      case 'image/gif':
        return !Buffer.from(await read(Math.max(0, bytes - jpegTail), jpegTail)).includes(endOfGif);
      case 'image/webp':
      case 'audio/wav':
      case 'video/vnd.avi':
        return await isRiffCutOff(read, bytes);
      case 'audio/aiff':
        return Buffer.from(await read(4, 4)).readUInt32BE(0) + 8 > bytes;
      case 'video/webm':
      case 'video/matroska':
        return await isMatroskaCutOff(read, bytes);
    }
    if (!isoMedia.test(mediaType)) return false;
    for await (const box of boxesIn(read, 0, bytes)) if (box.end > bytes) return true;
    return false;
  } finally {
    await file.close();
  }
}

/** The formats that are made of boxes. */
const isoMedia =
  /^(?:(?:video|audio)\/(?:mp4|x-m4[av]|quicktime|3gpp2?)|image\/(?:avif|hei[cf])(?:-sequence)?)$/;

const endOfJpeg = Buffer.from([0xff, 0xd9]);
/** The end of a block, and that of the file. */
const endOfGif = Buffer.from([0x00, 0x3b]);
/** Cameras and editors write more behind the end of a picture. */
const jpegTail = 65_536;

/** More are not looked at: a file of nothing but empty ones would be read for minutes. */
const mostChunks = 100_000;

/** Each chunk: length, type, content, checksum. */
async function isPngCutOff(read: ReadPart, bytes: number): Promise<boolean> {
  let count = 0;
  for (let at = 8; at < bytes; count++) {
    if (count === mostChunks) return false;
    const head = Buffer.from(await read(at, 8));
    if (head.length < 8) return true;
    at += 12 + head.readUInt32BE(0);
    if (head.toString('latin1', 4) === 'IEND') return at > bytes;
  }
  return true;
}

async function isRiffCutOff(read: ReadPart, bytes: number): Promise<boolean> {
  const head = Buffer.from(await read(0, 8));
  if (head.length < 8) return true;
  const magic = head.toString('latin1', 0, 4);
  if (magic === 'RIFF') {
    const size = head.readUInt32LE(4);
    // Whoever writes without knowing the length leaves nothing or the largest number there.
    return size < 0xffff_ffff && size + 8 > bytes;
  }
  // RF64 and BW64 have the length in their first chunk, when they are longer than 4 GB or may become so.
  const chunk = Buffer.from(await read(12, 16));
  if (chunk.length < 16) return true;
  return chunk.toString('latin1', 0, 4) === 'ds64' && Number(chunk.readBigUInt64LE(8)) + 8 > bytes;
}

/** A header and one segment, each with its length; of a live recording the segment has none. */
async function isMatroskaCutOff(read: ReadPart, bytes: number): Promise<boolean> {
  const header = elementAt(Buffer.from(await read(0, 12)), 0);
  if (header?.end === undefined) return header === undefined;
  const segment = elementAt(Buffer.from(await read(header.end, 12)), header.end);
  return segment === undefined || (segment.end ?? 0) > bytes;
}

/**
 * An EBML element of four letters, whose length is a number of one to eight bytes.
 * @returns undefined when it is cut off; `end` is undefined when the element does not tell it
 */
function elementAt(head: Buffer, offset: number): { readonly end: number | undefined } | undefined {
  const first = head[4] ?? 0;
  const width = Math.clz32(first) - 23;
  if (first === 0 || head.length < 4 + width) return undefined;
  let length = first & (0xff >> width);
  let isUnknown = length === 0xff >> width;
  for (const byte of head.subarray(5, 4 + width)) {
    length = length * 256 + byte;
    isUnknown &&= byte === 0xff;
  }
  return { end: isUnknown ? undefined : offset + 4 + width + length };
}
