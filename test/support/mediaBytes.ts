import { PNG } from 'pngjs';

/** A picture of one colour. */
export function png(width: number, height: number): Buffer {
  const picture = new PNG({ width, height });
  picture.data.fill(0x7f);
  return PNG.sync.write(picture);
}

/** The smallest files that are what they say, by the bytes that their formats begin with. */
export const smallFiles: Record<
  string,
  { readonly bytes: Buffer; readonly mediaType: string; readonly extension: string }
> = {
  png: { bytes: png(2, 3), mediaType: 'image/png', extension: 'png' },
  gif: {
    bytes: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
    mediaType: 'image/gif',
    extension: 'gif',
  },
  jpeg: {
    bytes: Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080005000701011100ffd9', 'hex'),
    mediaType: 'image/jpeg',
    extension: 'jpg',
  },
  webp: {
    bytes: Buffer.from('UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=', 'base64'),
    mediaType: 'image/webp',
    extension: 'webp',
  },
  mp4: {
    bytes: Buffer.from('00000018667479706d703432000000006d7034326d703431', 'hex'),
    mediaType: 'video/mp4',
    extension: 'mp4',
  },
  webm: {
    bytes: Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex'),
    mediaType: 'video/webm',
    extension: 'webm',
  },
  wav: {
    bytes: Buffer.concat([
      Buffer.from('RIFF$\0\0\0WAVEfmt ', 'latin1'),
      Buffer.from('100000000100010044ac000088580100020010006461746100000000', 'hex'),
    ]),
    mediaType: 'audio/wav',
    extension: 'wav',
  },
  mp3: {
    bytes: Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(600)]),
    mediaType: 'audio/mpeg',
    extension: 'mp3',
  },
  flac: {
    bytes: Buffer.concat([Buffer.from('fLaC'), Buffer.alloc(42)]),
    mediaType: 'audio/flac',
    extension: 'flac',
  },
};
