/** The formats that can be read and written here. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

/** What the beginning and the structure of a picture say, without decoding it. */
export interface PictureHead {
  readonly format: PictureFormat;
  /** Pixels, as they are stored: before a rotation that EXIF may ask for. */
  readonly width: number;
  readonly height: number;
  /** Whether it carries a C2PA manifest: its pixels may not be written anew without breaking it. */
  readonly isSigned: boolean;
  /** Whether it moves, of which only the first picture would be kept. */
  readonly isAnimated: boolean;
}

/**
 * Reads the head of a PNG, JPEG or WebP. The places of C2PA manifests are those of its specification: the
 * chunk `caBX` of PNG, JUMBF in APP11 of JPEG, the chunk `C2PA` of RIFF.
 * @returns undefined for anything else, and for what ends before it says how large it is
 */
export function pictureHead(bytes: Uint8Array): PictureHead | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head = headOf(view);
  return head && head.width > 0 && head.height > 0 ? head : undefined;
}

function headOf(bytes: Buffer): PictureHead | undefined {
  if (bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n') return pngHead(bytes);
  if (bytes.length > 3 && bytes.readUInt16BE(0) === 0xff_d8) return jpegHead(bytes);
  if (text(bytes, 0) === 'RIFF' && text(bytes, 8) === 'WEBP') return webpHead(bytes);
  return undefined;
}

/** Four letters. */
function text(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 4);
}

function pngHead(bytes: Buffer): PictureHead | undefined {
  if (bytes.length < 24 || text(bytes, 12) !== 'IHDR') return undefined;
  const names = new Set<string>();
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) names.add(text(bytes, at + 4));
  return {
    format: 'png',
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    isSigned: names.has('caBX'),
    isAnimated: names.has('acTL'),
  };
}

/** Start of frame, in all its kinds; between them lie DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function jpegHead(bytes: Buffer): PictureHead | undefined {
  let isSigned = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    // Fill bytes, and markers that stand alone.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2;
      continue;
    }
    // Behind the start of the scan or the end there is no frame; manifests stand before it.
    if (marker === 0xda || marker === 0xd9) return undefined;
    if (marker === 0xeb && isManifest(bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2))))
      isSigned = true;
    if (isFrame(marker)) {
      if (at + 9 > bytes.length) return undefined;
      return {
        format: 'jpeg',
        width: bytes.readUInt16BE(at + 7),
        height: bytes.readUInt16BE(at + 5),
        isSigned: isSigned || hasLaterManifest(bytes, at),
        isAnimated: false,
      };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Manifests may stand between the frame and the scan, too. */
function hasLaterManifest(bytes: Buffer, frame: number): boolean {
  for (let at = frame; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda;) {
    const length = bytes.readUInt16BE(at + 2);
    if (bytes[at + 1] === 0xeb && isManifest(bytes.subarray(at + 4, at + 2 + length))) return true;
    at += 2 + length;
  }
  return false;
}

/** A part of a JUMBF box: "JP", the number of the box and of the part, and the box. */
function isManifest(segment: Buffer): boolean {
  return segment.toString('latin1', 0, 2) === 'JP' && text(segment, 12) === 'jumb';
}

function webpHead(bytes: Buffer): PictureHead | undefined {
  let size: { readonly width: number; readonly height: number } | undefined;
  let isSigned = false;
  let isAnimated = false;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = text(bytes, at);
    const length = bytes.readUInt32LE(at + 4);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (name === 'C2PA') isSigned = true;
    if (name === 'ANIM' || name === 'ANMF') isAnimated = true;
    // The canvas stands first, and decides.
    size ??= webpSize(name, data);
    at += 8 + length + (length % 2);
  }
  return size && { format: 'webp', ...size, isSigned, isAnimated };
}

function webpSize(name: string, data: Buffer): { width: number; height: number } | undefined {
  if (name === 'VP8X' && data.length >= 10)
    return { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
  if (name === 'VP8 ' && data.length >= 10)
    return { width: data.readUInt16LE(6) & 0x3f_ff, height: data.readUInt16LE(8) & 0x3f_ff };
  if (name === 'VP8L' && data.length >= 5) {
    const bits = data.readUInt32LE(1);
    return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
  }
  return undefined;
}
