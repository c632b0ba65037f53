import { setImmediate } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { shorten } from '../../base/text.ts';
import { createCanvas, drawText, fillRectangle, textWidth, type Canvas } from './canvas.ts';
import { fontText, glyphHeight } from './font.ts';
import { aspectRatio, pixelSize, requestRandom, type MediaRequest } from './mediaRequest.ts';
import { paintScene } from './scene.ts';

/**
 * A PNG landscape derived from the request, in the asked aspect ratio, marked as the sandbox's and with the
 * prompt on it. The thread is given up between bands, so that a sandbox inside an extension host stays out of
 * the way.
 * @param longEdge pixels
 */
export async function renderPicture(
  request: MediaRequest,
  longEdge: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = pixelSize(aspectRatio(request.params, 1), longEdge);
  const canvas = createCanvas(width, height);
  const steps = paintScene(canvas, requestRandom(request));
  while (steps.next().done !== true) await setImmediate();
  paintCaption(canvas, request.prompt);
  return encodePng(canvas);
}

/** The mark and the shortened prompt, on a dark band along the lower edge. */
function paintCaption(canvas: Canvas, prompt: string): void {
  const { width, height } = canvas;
  const scale = Math.max(1, Math.round(Math.min(width, height * 1.5) / 320));
  const margin = 5 * scale;
  const lineHeight = (glyphHeight + 4) * scale;
  const columns = Math.floor((width - 2 * margin) / (textWidth(2, scale) - textWidth(1, scale)));
  const lines = wrap(fontText(prompt).join(''), columns, height > lineHeight * 8 ? 2 : 1);
  const band = { x: 0, y: height - lineHeight * (lines.length + 1) - margin, width, height };
  fillRectangle(canvas, { ...band, height: height - band.y }, [8, 10, 18], 0.55);
  drawText(
    canvas,
    'Rivya sandbox'.slice(0, columns),
    { x: margin, y: band.y + margin, scale },
    [255, 214, 140],
  );
  lines.forEach((line, index) => {
    const y = band.y + margin + (index + 1) * lineHeight;
    drawText(canvas, line, { x: margin, y, scale }, [245, 245, 250]);
  });
}

/** Breaks a text at blanks into at most `count` lines; what does not fit is cut with an ellipsis. */
function wrap(text: string, columns: number, count: number): string[] {
  const lines: string[] = [];
  let rest = shorten(text, columns * count);
  while (rest !== '' && lines.length < count) {
    const fits = rest.length <= columns || lines.length === count - 1;
    const blank = rest.lastIndexOf(' ', columns);
    const end = fits ? rest.length : blank > 0 ? blank : columns;
    lines.push(shorten(rest.slice(0, end), columns));
    rest = rest.slice(end).trim();
  }
  return lines;
}

/** Packs as a stream, which deflates off the thread; `pngjs` offers that by events only. */
function encodePng(canvas: Canvas): Promise<Uint8Array<ArrayBuffer>> {
  const png = new PNG({
    width: canvas.width,
    height: canvas.height,
    colorType: 2,
    deflateLevel: 6,
    filterType: 2,
  });
  png.data = Buffer.from(canvas.data.buffer);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    png.on('data', (chunk: Buffer) => chunks.push(chunk));
    png.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    png.on('error', reject);
    png.pack();
  });
}
