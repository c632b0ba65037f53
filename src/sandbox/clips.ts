import { createCanvas, fillCircle, fillRectangle, type Canvas, type Colour } from './canvas.ts';
import { encodeFrames } from './h264.ts';
import { aspectRatio, pixelSize, requestRandom, type MediaRequest } from './mediaRequest.ts';
import { mp4File } from './mp4.ts';
import { paintCaption } from './pictures.ts';
import { paintScene } from './scene.ts';

const framesPerSecond = 10;
const frameCount = 30;
const longEdge = 320;
const macroblock = 16;
const lantern: Colour = [255, 236, 190];

/** A playable clip of three seconds, silent: a light crosses the request's landscape above a progress bar. */
export function renderClip(request: MediaRequest): Uint8Array<ArrayBuffer> {
  const { width, height } = pixelSize(aspectRatio(request.params, 16 / 9), longEdge, macroblock);
  const ground = createCanvas(width, height);
  paintScene(ground, requestRandom(request)).toArray();
  paintCaption(ground, request.prompt);
  const frames = Array.from({ length: frameCount }, (_, index) =>
    paintFrame(ground, index / (frameCount - 1)),
  );
  return mp4File(encodeFrames(frames), { width, height, framesPerSecond });
}

function paintFrame(ground: Canvas, progress: number): Canvas {
  const frame = { ...ground, data: ground.data.slice() };
  const { width, height } = frame;
  const x = width * (0.08 + 0.84 * progress);
  const y = height * (0.42 - 0.28 * Math.sin(Math.PI * progress));
  fillCircle(frame, { x, y, radius: 6 }, lantern, 0.35);
  fillCircle(frame, { x, y, radius: 3 }, lantern);
  const bar = { x: 0, y: height - 3, width: Math.round(width * progress), height: 3 };
  fillRectangle(frame, bar, lantern);
  return frame;
}
