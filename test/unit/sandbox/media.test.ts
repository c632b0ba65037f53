import { createHash } from 'node:crypto';
import { fileTypeFromBuffer } from 'file-type';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/sandbox/catalogue.ts';
import { renderClip } from '../../../src/sandbox/clips.ts';
import { aspectRatio } from '../../../src/sandbox/mediaRequest.ts';
import { renderPicture } from '../../../src/sandbox/pictures.ts';
import { renderSound } from '../../../src/sandbox/sounds.ts';
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

describe('sounds and clips', () => {
  it('are a WAV of a few seconds that is not silent', () => {
    const bytes = renderSound(request('Rain on a tent'));
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(40, true)).toBe(bytes.length - 44);
    const samples = new Int16Array(bytes.buffer, 44);
    expect(samples.length / view.getUint32(24, true)).toBeCloseTo(3.6);
    expect(Math.max(...samples.slice(0, 5000))).toBeGreaterThan(3000);
    expect(digest(renderSound(request('Rain on a tent')))).toBe(digest(bytes));
    expect(digest(renderSound(request('Wind')))).not.toBe(digest(bytes));
  });

  it('are an MP4 whose index points at its data', () => {
    const bytes = Buffer.from(renderClip(request('A paper boat', { aspect_ratio: '9:16' })));
    const offset = bytes.readUInt32BE(bytes.indexOf('stco') + 12);
    expect(offset).toBe(bytes.indexOf('mdat') + 4);
    const entry = bytes.indexOf('avc1', bytes.indexOf('stsd'));
    expect([bytes.readUInt16BE(entry + 28), bytes.readUInt16BE(entry + 30)]).toEqual([176, 320]);
    const sizes = bytes.indexOf('stsz');
    const frames = bytes.readUInt32BE(sizes + 12);
    const total = Array.from({ length: frames }, (_, index) => bytes.readUInt32BE(sizes + 16 + index * 4));
    expect(frames).toBe(30);
    expect(total.reduce((sum, size) => sum + size)).toBe(bytes.length - offset);
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
