import { createHash } from 'node:crypto';

/** What a result file is made from: the same request gives the same bytes. */
export interface MediaRequest {
  model: string;
  prompt: string;
  params: Record<string, unknown>;
  /** Number of the result within its task, from 0. */
  index: number;
}

/** 32 bytes that depend on the request alone. */
export function requestDigest({ model, prompt, params, index }: MediaRequest): Buffer {
  const seed = params['seed'] ?? params['seeds'] ?? null;
  return createHash('sha256')
    .update(JSON.stringify([model, prompt, seed, index]))
    .digest();
}

/** Random numbers from 0 to below 1 that depend on the request alone. */
export function requestRandom(request: MediaRequest): () => number {
  return mulberry32(requestDigest(request).readUInt32LE(0));
}

// Tommy Ettinger's mulberry32: small, fast, good enough for drawing.
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// The names under which the catalogue asks for a shape, in the order in which they count.
const shapeParams = ['aspect_ratio', 'aspectRatio', 'imageSize', 'image_size', 'size'];

/**
 * Width divided by height, or `fallback` when the request leaves the shape open (`auto`, `adaptive`,
 * nothing).
 */
export function aspectRatio(params: Record<string, unknown>, fallback: number): number {
  for (const name of shapeParams) {
    const value = params[name];
    const ratio = typeof value === 'string' ? parseShape(value) : undefined;
    if (ratio !== undefined) return ratio;
  }
  return fallback;
}

function parseShape(value: string): number | undefined {
  const text = value.toLowerCase();
  const sides = /^(\d+)\s*[:x×]\s*(\d+)$/.exec(text);
  if (sides) return bounded(Number(sides[1]) / Number(sides[2]));
  if (text.startsWith('square')) return 1;
  const named = /^(portrait|landscape)(?:_(\d+)_(\d+))?$/.exec(text);
  if (!named) return undefined;
  const first = Number(named[2] ?? 16);
  const second = Number(named[3] ?? 9);
  const wide = bounded(Math.max(first, second) / Math.min(first, second));
  if (wide === undefined) return undefined;
  return named[1] === 'landscape' ? wide : 1 / wide;
}

function bounded(ratio: number): number | undefined {
  return Number.isFinite(ratio) && ratio >= 0.1 && ratio <= 10 ? ratio : undefined;
}

/** Whole pixels with the longer edge as given. */
export function pixelSize(ratio: number, longEdge: number): { width: number; height: number } {
  const whole = (length: number): number => Math.max(1, Math.round(length));
  return ratio >= 1
    ? { width: whole(longEdge), height: whole(longEdge / ratio) }
    : { width: whole(longEdge * ratio), height: whole(longEdge) };
}
