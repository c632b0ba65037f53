import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/sandbox/catalogue/catalogue.ts';
import { renderVideo } from '../../../src/sandbox/media/clips.ts';
import { aspectRatio } from '../../../src/sandbox/media/mediaRequest.ts';
import { renderPicture } from '../../../src/sandbox/media/pictures.ts';
import { soundFormatOf } from '../../../src/sandbox/media/resultFormat.ts';
import { renderSound } from '../../../src/sandbox/media/sounds.ts';
import { download, generate, generateToEnd, resultUrls, sandboxForTest } from './client.ts';

function request(prompt: string, params: Record<string, unknown> = {}, index = 0) {
  return { model: 'z-image', prompt, params, index };
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the asked shape', () => {
  it.each<[Record<string, unknown>, number]>([
    [{ aspect_ratio: '16:9' }, 16 / 9],
    [{ aspectRatio: '9:16' }, 9 / 16],
    [{ imageSize: '3:2' }, 1.5],
    [{ image_size: 'square_hd' }, 1],
    [{ image_size: 'landscape_21_9' }, 21 / 9],
    [{ image_size: 'portrait_4_3' }, 3 / 4],
    [{ aspect_ratio: 'portrait' }, 9 / 16],
    [{ size: '1024x768' }, 4 / 3],
    [{ size: 'standard', aspect_ratio: 'landscape' }, 16 / 9],
    [{ aspect_ratio: 'auto' }, 5],
    [{ aspect_ratio: 'Auto' }, 5],
    [{ aspect_ratio: 'adaptive' }, 5],
    [{ aspect_ratio: '1:0' }, 5],
    [{ aspect_ratio: '1000:1' }, 5],
    [{ aspect_ratio: 7 }, 5],
    [{}, 5],
  ])('of %j is %d', (params, expected) => {
    expect(aspectRatio(params, 5)).toBeCloseTo(expected);
  });

  it('is understood for every option of the catalogue that names one', () => {
    const open = /^(auto|adaptive|standard|high)$/i;
    for (const { wire } of loadCatalogue().values()) {
      for (const param of wire.params) {
        if (!/^(aspect_?ratio|image_?size|size)$/i.test(param.key)) continue;
        for (const option of param.options ?? []) {
          const understood = aspectRatio({ [param.key]: option }, -1) > 0;
          expect(understood, `${wire.id} ${option}`).toBe(!open.test(option));
        }
      }
    }
  });
});

describe('pictures', () => {
  it.each([
    ['1:1', 1024, 1024],
    ['16:9', 1024, 576],
    ['9:16', 576, 1024],
    ['8:1', 1024, 128],
    ['1:8', 128, 1024],
  ])('in %s are %i by %i pixels and well under 1.5 MB', async (ratio, width, height) => {
    const bytes = await renderPicture(request('A lighthouse at dusk', { aspect_ratio: ratio }), 1024);
    const decoded = PNG.sync.read(Buffer.from(bytes));
    expect([decoded.width, decoded.height]).toEqual([width, height]);
    expect(bytes.length).toBeLessThan(700_000);
  });

  it('are the same for the same request, and differ by prompt, seed and number', async () => {
    const digestOf = async (...args: Parameters<typeof request>): Promise<string> =>
      digest(await renderPicture(request(...args), 128));
    const first = await digestOf('A fox', { seed: 1 });
    expect(await digestOf('A fox', { seed: 1 })).toBe(first);
    const others = [
      await digestOf('A fox', { seed: 2 }),
      await digestOf('A wolf', { seed: 1 }),
      await digestOf('A fox', { seed: 1 }, 1),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });

  it.each(['', 'हिमालय की सुबह', '🚢🌊', 'x'.repeat(5000), 'a\n\tb', '“Café” – naïve'])(
    'can be drawn for the prompt %j',
    async prompt => {
      for (const size of [16, 300]) {
        const decoded = PNG.sync.read(Buffer.from(await renderPicture(request(prompt), size)));
        expect(decoded.width).toBe(size);
      }
    },
  );

  it('carry the mark: the band where it stands has its colour', async () => {
    const { data } = PNG.sync.read(Buffer.from(await renderPicture(request('Night', {}), 512)));
    let marked = 0;
    for (let offset = 0; offset < data.length; offset += 4) {
      if (data[offset] === 255 && data[offset + 1] === 214 && data[offset + 2] === 140) marked += 1;
    }
    // "RIVYA SANDBOX" sets 188 pixels of the font, each drawn two by two at this size.
    expect(marked).toBeGreaterThanOrEqual(4 * 188);
  });
});

describe('sounds', () => {
  it('are a WAV of a few seconds that is not silent', async () => {
    const bytes = await renderSound(request('Rain on a tent'));
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(40, true)).toBe(bytes.length - 44);
    const samples = new Int16Array(bytes.buffer, 44);
    expect(samples.length / view.getUint32(24, true)).toBeCloseTo(3.6);
    expect(Math.max(...samples.slice(0, 5000))).toBeGreaterThan(3000);
    expect(digest(await renderSound(request('Rain on a tent')))).toBe(digest(bytes));
    expect(digest(await renderSound(request('Wind')))).not.toBe(digest(bytes));
  });

  const offered = loadCatalogue()
    .values()
    .filter(({ wire }) => wire.category === 'audio')
    .flatMap(({ wire }) => {
      const options = wire.params.find(({ key }) => key === 'output_format')?.options ?? [];
      return options.map(option => [wire.id, option] as const);
    })
    .toArray();

  it('have formats to choose from', () => {
    expect(offered.length).toBeGreaterThanOrEqual(19);
  });

  it.each(offered)('of %s come as %s when that is asked for', async (model, option) => {
    const sandbox = await sandboxForTest();
    const [url = ''] = resultUrls(await generateToEnd(sandbox, { model, params: { output_format: option } }));
    const { bytes, headers } = await download(url);
    const file = Buffer.from(bytes);
    const [codec = '', sampleRate = '', bitRate = ''] = option.split('_');
    expect(url.endsWith(`/0.${codec}`)).toBe(true);
    expect(headers.get('content-type')).toBe(soundTypes[codec]);
    if (codec === 'pcm') expect(bytes.length).toBe(2 * 3.6 * Number(sampleRate));
    else if (codec.endsWith('law')) expect(bytes.length).toBe(3.6 * Number(sampleRate));
    else expect((await fileTypeFromBuffer(bytes))?.ext).toBe(codec);
    if (codec === 'mp3') expect(mp3Frames(file)).toEqual([`${sampleRate} Hz ${bitRate} kbit/s`]);
    if (codec === 'opus') expect(file.toString('latin1', 28, 36)).toBe('OpusHead');
  });

  it.each([
    ['ulaw', decodeUlaw],
    ['alaw', decodeAlaw],
  ])('as %s are what they are as PCM, but for the rounding', async (codec, decode) => {
    const wind = (format: string): Promise<Uint8Array<ArrayBuffer>> =>
      renderSound(request('Wind', { output_format: format }));
    const samples = new Int16Array((await wind('pcm_8000')).buffer);
    const decoded = Array.from(await wind(`${codec}_8000`), decode);
    const worst = samples.reduce(
      (most, sample, at) => Math.max(most, Math.abs(sample - (decoded[at] ?? 0)) - Math.abs(sample) / 28),
      0,
    );
    expect(decoded.length).toBe(samples.length);
    expect(Math.max(...decoded)).toBeGreaterThan(3000);
    expect(Math.min(...decoded)).toBeLessThan(-3000);
    expect(worst).toBeLessThanOrEqual(16);
  });

  it('as MP3 differ by request and are the same for the same', async () => {
    const digestOf = async (prompt: string): Promise<string> =>
      digest(await renderSound(request(prompt, { output_format: 'mp3_44100_128' })));
    expect(await digestOf('Wind')).toBe(await digestOf('Wind'));
    expect(await digestOf('Rain')).not.toBe(await digestOf('Wind'));
  });

  it.each(['flac_44100', 'mp3_48000_128', 'mp3_44100_17', 'pcm', 'opus_16000_32', 7])(
    'are refused as %s, which the sandbox cannot make',
    option => {
      expect(() => soundFormatOf({ output_format: option })).toThrow(
        `cannot make sounds as ${JSON.stringify(option)}.`,
      );
    },
  );
});

const soundTypes: Record<string, string> = {
  mp3: 'audio/mpeg',
  pcm: 'audio/pcm',
  ulaw: 'audio/basic',
  alaw: 'audio/x-alaw-basic',
  opus: 'audio/ogg',
};

/** The different rates of all frames, which follow each other from the tag to the end. */
function mp3Frames(bytes: Buffer): string[] {
  const rates = new Set<string>();
  // The size of a tag is told in four times seven bits.
  const tagged = 10 + bytes.subarray(6, 10).reduce((size, byte) => size * 128 + byte, 0);
  for (let start = tagged; start < bytes.length;) {
    const [sync = 0, version = 0, code = 0] = bytes.subarray(start);
    if (sync !== 0xff || (version & 0xe6) !== 0xe2) throw new Error(`There is no frame at ${start}.`);
    const isMpeg1 = (version & 0x18) === 0x18;
    const bitRate = (isMpeg1 ? mpeg1BitRates : mpeg2BitRates)[code >> 4] ?? 0;
    const sampleRate = ((code >> 2) & 3) === 0 ? (isMpeg1 ? 44_100 : 22_050) : 0;
    rates.add(`${sampleRate} Hz ${bitRate} kbit/s`);
    start += Math.floor(((isMpeg1 ? 144_000 : 72_000) * bitRate) / sampleRate) + ((code >> 1) & 1);
    if (start > bytes.length) throw new Error('The last frame is cut.');
  }
  return [...rates];
}

const mpeg1BitRates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const mpeg2BitRates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

function decodeUlaw(code: number): number {
  const bits = ~code & 255;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return bits & 128 ? -magnitude : magnitude;
}

function decodeAlaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return bits & 128 ? magnitude : -magnitude;
}

describe('clips', () => {
  it('are an MP4 whose index points at its data', async () => {
    const bytes = Buffer.from(await renderVideo(request('A paper boat')));
    const boxes: [type: string, end: number][] = [];
    for (let end = 0; end < bytes.length;) {
      const type = bytes.toString('latin1', end + 4, end + 8);
      end += bytes.readUInt32BE(end);
      boxes.push([type, end]);
    }
    expect(boxes.map(([type]) => type)).toEqual(['ftyp', 'moov', 'free', 'mdat', 'free']);
    expect(boxes.at(-1)?.[1]).toBe(bytes.length);
    const index = bytes.indexOf('stco');
    expect(bytes.readUInt32BE(index + 8)).toBe(1);
    const offset = bytes.readUInt32BE(index + 12);
    expect(offset).toBe(bytes.indexOf('mdat') + 4);
    const entry = bytes.indexOf('avc1', bytes.indexOf('stsd'));
    expect([bytes.readUInt16BE(entry + 28), bytes.readUInt16BE(entry + 30)]).toEqual([640, 352]);
    const sizes = bytes.indexOf('stsz');
    const frames = bytes.readUInt32BE(sizes + 12);
    const total = Array.from({ length: frames }, (_, at) => bytes.readUInt32BE(sizes + 16 + at * 4));
    expect(frames).toBe(75);
    expect(total.reduce((sum, size) => sum + size)).toBe((boxes[3]?.[1] ?? 0) - offset);
  });

  it('are the same for the same request, and differ by prompt, seed and number', async () => {
    const digestOf = async (...args: Parameters<typeof request>): Promise<string> =>
      digest(await renderVideo(request(...args)));
    const first = await digestOf('A fox', { seed: 1 });
    expect(await digestOf('A fox', { seed: 1 })).toBe(first);
    const others = [
      await digestOf('A fox', { seed: 2 }),
      await digestOf('A wolf', { seed: 1 }),
      await digestOf('A fox', { seed: 1 }, 1),
    ];
    expect(new Set([first, ...others]).size).toBe(4);
  });
});

describe('result addresses', () => {
  it.each([
    ['z-image', 'image/png', 'png'],
    ['suno-sounds', 'audio/wav', 'wav'],
    ['grok-imagine-video', 'video/mp4', 'mp4'],
  ])('of %s serve %s to anyone', async (model, mimeType, extension) => {
    const sandbox = await sandboxForTest();
    const [url = ''] = resultUrls(await generateToEnd(sandbox, { model }));
    expect(url.endsWith(`.${extension}`)).toBe(true);
    const { bytes, headers } = await download(url);
    expect(headers.get('content-type')).toBe(mimeType);
    expect(headers.get('content-length')).toBe(String(bytes.length));
    expect((await fileTypeFromBuffer(bytes))?.mime).toBe(mimeType);
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect(sandbox.control.requests().at(-1)).toMatchObject({ hasAuthorization: false });
  });

  it('serve nothing before the end, nothing for a failed task, and nothing else', async () => {
    const sandbox = await sandboxForTest({ taskDurationMs: 3_600_000 });
    const { body } = await generate(sandbox, {});
    const base = `${sandbox.url}/media/${String(body['id'])}`;
    const statusOf = async (path: string): Promise<number> => (await fetch(`${base}/${path}`)).status;
    expect(await statusOf('0.png')).toBe(404);
    sandbox.control.finishTasks();
    expect(await statusOf('0.png')).toBe(200);
    for (const path of ['1.png', '0.jpg', '0', 'x.png', '..%2F0.png']) expect(await statusOf(path)).toBe(404);
    sandbox.control.failNextGeneration();
    const failed = await generate(sandbox, {});
    sandbox.control.finishTasks();
    expect((await fetch(`${sandbox.url}/media/${String(failed.body['id'])}/0.png`)).status).toBe(404);
  });
});
