import { writeFileSync } from 'node:fs';
import { imageSize } from 'image-size';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recogniseBytes } from '../../../../src/core/assets/mediaType.ts';
import { MediaProblem, Pictures, type Picture } from '../../../../src/core/media/pictures.ts';
import { pictureHead, type PictureFormat } from '../../../../src/core/media/pictureHead.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { smallFiles } from '../../../support/mediaBytes.ts';
import { photo, realPictures, withChunk } from '../../../support/pictures.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (problem: unknown) => problem,
  );
  return error instanceof MediaProblem ? error.code : error;
}

/** A PNG that says another size than it has. */
function sized(png: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(png);
  changed.writeUInt32BE(width, 16);
  changed.writeUInt32BE(height, 20);
  return changed;
}

describe('pictures of pictures', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let clock: ManualClock;
  let pictures: Pictures;

  beforeEach(async () => {
    folder = temporaryFolder();
    clock = new ManualClock();
    pictures = await realPictures(folder.file('codecs'), clock);
  });

  afterEach(() => {
    pictures.dispose();
    folder[Symbol.dispose]();
  });

  async function pixelsOf({ bytes }: Picture): Promise<PNG> {
    const { bytes: png } = await pictures.convert(bytes, 'png');
    return PNG.sync.read(Buffer.from(png));
  }

  it('are small JPEGs to look at, and never larger than the picture', async () => {
    for (const [width, height, shown] of [
      [1_000, 500, { width: 768, height: 384 }],
      [300, 1_200, { width: 192, height: 768 }],
      [40, 30, { width: 40, height: 30 }],
      [1, 2_000, { width: 1, height: 768 }],
    ] as const) {
      const picture = await pictures.preview(photo(width, height));
      expect(await recogniseBytes(picture.bytes)).toMatchObject({ mediaType: 'image/jpeg' });
      expect(picture.mediaType).toBe('image/jpeg');
      expect(imageSize(picture.bytes)).toMatchObject(shown);
      expect(picture.bytes.length).toBeLessThanOrEqual(200_000);
    }
    const seen = await pixelsOf(await pictures.preview(photo(1_000, 500)));
    // Red grows to the right, green to the bottom.
    const at = (x: number, y: number): number[] => [
      ...seen.data.subarray(4 * (y * seen.width + x)).subarray(0, 3),
    ];
    expect(at(10, 10)[0]).toBeLessThan(60);
    expect(at(750, 10)[0]).toBeGreaterThan(190);
    expect(at(10, 370)[1]).toBeGreaterThan(190);
  });

  it('fit 200 KB whatever they show: quality falls first', async () => {
    const noise = new PNG({ width: 600, height: 600 });
    let random = 7;
    for (let at = 0; at < noise.data.length; at++) {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
      noise.data[at] = at % 4 === 3 ? 255 : random >>> 22;
    }
    const picture = await pictures.preview(PNG.sync.write(noise));
    expect(picture.bytes.length).toBeLessThanOrEqual(200_000);
    expect(picture.bytes.length).toBeGreaterThan(40_000);
  });

  it('are the same picture in another format, from each to each', async () => {
    const original = PNG.sync.read(photo(64, 48));
    const formats = ['png', 'jpeg', 'webp'] as const;
    const first: Record<PictureFormat, Uint8Array> = {
      png: photo(64, 48),
      jpeg: (await pictures.convert(photo(64, 48), 'jpeg')).bytes,
      webp: (await pictures.convert(photo(64, 48), 'webp')).bytes,
    };
    for (const from of formats) {
      for (const to of formats) {
        const made = await pictures.convert(first[from], to);
        expect(await recogniseBytes(made.bytes), `${from} to ${to}`).toMatchObject({
          mediaType: `image/${to}`,
        });
        expect(imageSize(made.bytes)).toMatchObject({ width: 64, height: 48 });
        const { data } = await pixelsOf(made);
        const wrong = data.reduce((sum, value, at) => sum + Math.abs(value - (original.data[at] ?? 0)), 0);
        expect(wrong / data.length, `${from} to ${to}`).toBeLessThan(
          from === 'png' && to === 'png' ? 0.001 : 8,
        );
      }
    }
  });

  it('keep what is transparent, and lay it on white where a format knows none', async () => {
    const clear = photo(16, 16, 0);
    for (const to of ['png', 'webp'] as const)
      expect((await pixelsOf(await pictures.convert(clear, to))).data[3]).toBe(0);
    const flat = await pixelsOf(await pictures.convert(clear, 'jpeg'));
    expect([...flat.data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
  });

  it('are not made where too much would be decoded: nothing is started for that', async () => {
    const bomb = sized(photo(8, 8), 40_000, 40_000);
    expect(await codeOf(pictures.preview(bomb))).toBe('size');
    expect(await codeOf(pictures.preview(Buffer.from('words')))).toBe('format');
    expect(await codeOf(pictures.preview(smallFiles['gif']?.bytes ?? Buffer.alloc(0)))).toBe('format');
    expect(await codeOf(pictures.preview(Buffer.alloc(0)))).toBe('format');
    expect(pictures.isRunning).toBe(false);
  });

  it('are not made of what is damaged, and the next one is made all the same', async () => {
    const png = photo(200, 200);
    const { bytes: jpeg } = await pictures.convert(png, 'jpeg');
    const { bytes: webp } = await pictures.convert(png, 'webp');
    const spoilt = (bytes: Uint8Array): Buffer => {
      const copy = Buffer.from(bytes);
      copy.fill(0x55, copy.length >> 1, (copy.length >> 1) + 200);
      return copy;
    };
    for (const bytes of [
      png.subarray(0, 400),
      spoilt(png),
      // The head lies: it is larger, or smaller, than what comes.
      sized(png, 201, 200),
      Buffer.from(jpeg).subarray(0, 220),
      Buffer.from(webp).subarray(0, 60),
    ]) {
      expect(['damaged', 'format', undefined]).toContain(await codeOf(pictures.preview(bytes)));
      expect((await pictures.preview(png)).bytes.length).toBeGreaterThan(100);
    }
    expect(await codeOf(pictures.preview(png.subarray(0, 400)))).toBe('damaged');
    expect(await codeOf(pictures.preview(sized(png, 201, 200)))).toBe('damaged');
  });

  it('are not made anew of what is signed or moves, but may be looked at', async () => {
    const signed = withChunk(photo(20, 20), 'caBX');
    expect(await codeOf(pictures.convert(signed, 'jpeg'))).toBe('signed');
    expect(await codeOf(pictures.convert(withChunk(photo(20, 20), 'acTL'), 'webp'))).toBe('animated');
    expect(pictures.isRunning).toBe(false);
  });

  it('give their memory back when nobody asks', async () => {
    await pictures.preview(photo(10, 10));
    expect(pictures.isRunning).toBe(true);
    clock.advance(29_000);
    expect(pictures.isRunning).toBe(true);
    clock.advance(1_000);
    expect(pictures.isRunning).toBe(false);
    expect((await pictures.preview(photo(10, 10))).bytes.length).toBeGreaterThan(100);
  });
});

describe('a thread that does not do its work', () => {
  it('ends with a word for whoever waits, and the next one is asked of another', async () => {
    using folder = temporaryFolder();
    const file = folder.file('thread.mjs');
    writeFileSync(
      file,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id, question: { width } }) => {
         if (width === 1) process.exit(3);
         if (width === 2) for (;;);
         if (width === 3) throw new Error('No reason.');
         parentPort.postMessage({ id, answer: { bytes: new Uint8Array(width), width, height: 1 } });
       });`,
    );
    const clock = new ManualClock();
    const pictures = new Pictures({ threadFile: file, codecs: '', clock });
    const fine = async (): Promise<void> =>
      expect((await pictures.preview(photo(9, 1))).bytes).toHaveLength(9);
    await fine();
    expect(await codeOf(pictures.preview(photo(1, 1)))).toBe('ended');
    await fine();
    expect(await codeOf(pictures.preview(photo(3, 1)))).toBe('ended');
    await fine();
    const hanging = codeOf(pictures.preview(photo(2, 1)));
    const after = fine();
    await new Promise(resolve => setImmediate(resolve));
    clock.advance(60_000);
    expect(await hanging).toBe('ended');
    await after;
    const [now, queued] = [codeOf(pictures.preview(photo(2, 1))), codeOf(pictures.preview(photo(9, 1)))];
    await new Promise(resolve => setImmediate(resolve));
    pictures.dispose();
    expect([await now, await queued]).toEqual(['ended', 'ended']);
    expect(pictures.isRunning).toBe(false);
  });
});

describe('the head of a picture', () => {
  it('is read without decoding, and only where it is whole', () => {
    expect(pictureHead(photo(30, 20))).toEqual({
      format: 'png',
      width: 30,
      height: 20,
      isSigned: false,
      isAnimated: false,
    });
    expect(pictureHead(smallFiles['jpeg']?.bytes ?? Buffer.alloc(0))).toMatchObject({
      format: 'jpeg',
      width: 7,
      height: 5,
    });
    expect(pictureHead(smallFiles['webp']?.bytes ?? Buffer.alloc(0))).toMatchObject({
      format: 'webp',
      width: 1,
      height: 1,
    });
    for (const { bytes } of Object.values(smallFiles)) {
      for (let length = 0; length < Math.min(bytes.length, 400); length++)
        expect(() => pictureHead(bytes.subarray(0, length))).not.toThrow();
    }
  });

  it('tells a C2PA manifest by its place in each format, and by nothing else', () => {
    const png = photo(4, 4);
    expect(pictureHead(withChunk(png, 'caBX', Buffer.from('c2pa')))?.isSigned).toBe(true);
    expect(pictureHead(withChunk(png, 'tEXt', Buffer.from('caBX c2pa jumb')))?.isSigned).toBe(false);
    const jpeg = smallFiles['jpeg']?.bytes ?? Buffer.alloc(0);
    const segment = (marker: number, data: Buffer): Buffer =>
      Buffer.concat([Buffer.from([0xff, marker, 0, data.length + 2]), data]);
    const box = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01\0\0\0\x20jumb', 'latin1'), Buffer.alloc(16)]);
    const within = (extra: Buffer): Buffer => Buffer.concat([jpeg.subarray(0, 2), extra, jpeg.subarray(2)]);
    expect(pictureHead(within(segment(0xeb, box)))).toMatchObject({ isSigned: true, width: 7 });
    expect(pictureHead(within(segment(0xe1, box)))).toMatchObject({ isSigned: false, width: 7 });
    expect(pictureHead(within(segment(0xeb, Buffer.from('HDR_RI ver=11'))))?.isSigned).toBe(false);
    const behind = Buffer.concat([jpeg.subarray(0, -2), segment(0xeb, box), Buffer.from([0xff, 0xd9])]);
    expect(pictureHead(behind)?.isSigned).toBe(true);
    const webp = smallFiles['webp']?.bytes ?? Buffer.alloc(0);
    const chunk = Buffer.concat([Buffer.from('C2PA\x04\0\0\0', 'latin1'), Buffer.from('jumb')]);
    expect(pictureHead(Buffer.concat([webp, chunk]))).toMatchObject({ isSigned: true, width: 1 });
    expect(pictureHead(Buffer.concat([webp, Buffer.from('XMP \x04\0\0\0C2PA', 'latin1')]))?.isSigned).toBe(
      false,
    );
  });
});
