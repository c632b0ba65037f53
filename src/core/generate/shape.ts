import type { ModelField } from '../../api/resources/modelParameters.ts';
import type { ParameterValues } from './parameters.ts';

/** Pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

const largest = 20_000;

/** On a longer line what is farther away belongs to something else. */
const farthest = 10_000;

/**
 * The size that the text around a place asks for: the `width` and `height` of a tag on its lines
 * (`<img width="1600" height="900">`), or a pair in a name (`hero-1600x900.png`).
 * @param start of the place, as a UTF-16 offset
 */
export function sizeAround(text: string, start: number, end: number): PixelSize | undefined {
  const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const open = tagAround(text, start);
  const from = Math.max(Math.min(lineStart, open?.start ?? lineStart), start - farthest);
  const to = Math.max(newline === -1 ? text.length : newline, open?.end ?? 0);
  const lines = text.slice(from, Math.min(to, end + farthest));
  const tag = /<[A-Za-z][^<>]*>/g;
  for (const [source] of lines.matchAll(tag)) {
    const width = attribute(source, 'width');
    const height = attribute(source, 'height');
    if (width !== undefined && height !== undefined) return bounded(width, height);
  }
  const pair = /(?<![\d.])(\d{2,5})\s?[x×]\s?(\d{2,5})(?![\d.]*\d)/i.exec(lines);
  return pair ? bounded(Number(pair[1]), Number(pair[2])) : undefined;
}

/** The tag that is open at an offset; it may begin and end on other lines. */
function tagAround(text: string, offset: number): { start: number; end: number } | undefined {
  const start = text.lastIndexOf('<', offset);
  if (start === -1 || offset - start > 2_000 || !/[A-Za-z]/.test(text[start + 1] ?? '')) return undefined;
  const close = text.indexOf('>', start);
  return close === -1 || close < offset ? undefined : { start, end: close + 1 };
}

function attribute(tag: string, name: string): number | undefined {
  const value = new RegExp(`\\b${name}\\s*=\\s*["'{]?\\s*(\\d{1,5})(?:px)?\\s*["'}\\s/>]`, 'i').exec(
    tag,
  )?.[1];
  return value === undefined ? undefined : Number(value);
}

function bounded(width: number, height: number): PixelSize | undefined {
  const isPlausible = [width, height].every(side => side >= 16 && side <= largest);
  return isPlausible ? { width, height } : undefined;
}

/**
 * The field that decides about the shape: one option that looks like a shape may be anything; two are a
 * choice of shapes.
 */
export function shapeField(fields: readonly ModelField[]): ModelField | undefined {
  return fields.find(field => shapesOf(field).length >= 2);
}

interface Shape {
  readonly value: string;
  /** Width divided by height. */
  readonly ratio: number;
}

function shapesOf({ options }: ModelField): Shape[] {
  return options.flatMap(({ value }) => {
    const ratio = ratioOf(value);
    return ratio === undefined ? [] : [{ value, ratio }];
  });
}

/**
 * Sets the field that decides about the shape to the option that is nearest to a size; nothing when the model
 * has no such field.
 */
export function valuesForSize(fields: readonly ModelField[], size: PixelSize): ParameterValues {
  const field = shapeField(fields);
  if (!field) return {};
  const distance = ({ ratio }: Shape): number =>
    Math.abs(Math.log(ratio) - Math.log(size.width / size.height));
  const nearest = shapesOf(field).reduce((best, each) => (distance(each) < distance(best) ? each : best));
  return { [field.key]: nearest.value };
}

/** The spellings of a format in models and file names. */
const formatNames: Readonly<Record<string, string>> = { jpeg: 'jpg', tiff: 'tif', mpeg: 'mp3' };

/**
 * Sets the field that decides about the format of the file to the one that an extension names; nothing when
 * the model has no such field, or does not make it.
 */
export function valuesForFormat(fields: readonly ModelField[], extension: string): ParameterValues {
  const named = (name: string): string => {
    const plain = name.toLowerCase().replace(/^(?:image|video|audio)\//, '');
    return formatNames[plain] ?? plain;
  };
  for (const { key, options } of fields) {
    if (!/format$/i.test(key)) continue;
    const option = options.find(({ value }) => named(value) === named(extension));
    if (option) return { [key]: option.value };
  }
  return {};
}

/**
 * Width divided by height, of `16:9`, `1536x1024`, `square_hd`, `landscape_4_3` or `portrait` (rivya-api.md
 * 1: names differ by model).
 */
function ratioOf(option: string): number | undefined {
  const text = option.toLowerCase();
  const pair = /^(\d{1,5})\s*[:x×]\s*(\d{1,5})$/.exec(text);
  if (pair) {
    const ratio = Number(pair[1]) / Number(pair[2]);
    return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
  }
  if (/^square(?:_|$)/.test(text)) return 1;
  const named = /^(portrait|landscape)(?:_(\d{1,2})_(\d{1,2}))?$/.exec(text);
  if (!named) return undefined;
  const sides = [Number(named[2] ?? 16), Number(named[3] ?? 9)];
  const wide = Math.max(...sides) / Math.min(...sides);
  return named[1] === 'landscape' ? wide : 1 / wide;
}
