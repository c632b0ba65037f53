import { readFile } from 'node:fs/promises';
import path from 'node:path';
import createJpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import createJpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.js';
import { defaultOptions as jpegOptions } from '@jsquash/jpeg/meta.js';
import * as png from '@jsquash/png/codec/pkg/squoosh_png.js';
import * as scaler from '@jsquash/resize/lib/resize/pkg/squoosh_resize.js';
import createWebpDecoder from '@jsquash/webp/codec/dec/webp_dec.js';
import createWebpEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.js';
import { defaultOptions as webpOptions } from '@jsquash/webp/meta.js';
import type { PictureFormat } from './pictureHead.ts';

/** Red, green, blue and alpha of each pixel, a byte each. */
export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The files with the compiled codecs, which lie in one folder of every build. */
export type CodecFile =
  | 'mozjpeg_dec.wasm'
  | 'mozjpeg_enc.wasm'
  | 'squoosh_png_bg.wasm'
  | 'squoosh_resize_bg.wasm'
  | 'webp_dec.wasm'
  | 'webp_enc_simd.wasm';

interface Instance {
  readonly exports: object;
}

/** What is used of it: TypeScript knows it as a part of browsers only. */
const { WebAssembly: wasm } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly compile: (bytes: Uint8Array) => Promise<object>;
    readonly Instance: new (compiled: object, imports: object) => Instance;
  };
};

/** How the modules of Emscripten are made from a compiled file. */
interface ModuleOptions {
  readonly noInitialRun: boolean;
  readonly instantiateWasm: (imports: object, done: (instance: Instance) => void) => object;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
}
type ModuleFactory<M> = (options: ModuleOptions) => Promise<M>;

interface Decoder {
  readonly decode: (bytes: Uint8Array, isUpright?: boolean) => Pixels | null;
}
interface Encoder {
  readonly encode: (
    data: Uint8ClampedArray,
    width: number,
    height: number,
    options: object,
  ) => Uint8Array | null;
}

/** What codecs make of pixels; only browsers have it. */
class ImageData implements Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}
Object.assign(globalThis, { ImageData });

/** Its own type speaks of the ImageData of browsers. */
const decodePng = png.decode as (bytes: Uint8Array) => Pixels;

/** Lanczos with three lobes, in the order of Squoosh. */
const lanczos3 = 3;

/**
 * Reads, scales and writes pictures, by codecs that run in this thread. Each is compiled when it is needed
 * first. A codec that has failed must not be used again: what is left in its memory is unknown.
 */
export class Codecs {
  readonly #folder: string;
  readonly #modules = new Map<CodecFile, Promise<unknown>>();

  /** @param folder with the files of `CodecFile` */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws for bytes that are damaged */
  async decode(bytes: Uint8Array, format: PictureFormat): Promise<Pixels> {
    const pixels = await this.#decoded(bytes, format);
    if (!pixels) throw new Error(`A ${format} file could not be decoded.`);
    return pixels;
  }

  async scale({ data, width, height }: Pixels, to: { width: number; height: number }): Promise<Pixels> {
    await this.#rust('squoosh_resize_bg.wasm', scaler);
    const scaled = scaler.resize(
      bytesOf(data),
      width,
      height,
      to.width,
      to.height,
      lanczos3,
      // With premultiplied alpha, in linear light.
      true,
      true,
    );
    return { ...to, data: scaled };
  }

  /** @param quality 1 to 100; PNG has none */
  async encode(pixels: Pixels, format: PictureFormat, quality: number): Promise<Uint8Array> {
    const { data, width, height } = pixels;
    if (format === 'png') {
      await this.#rust('squoosh_png_bg.wasm', png);
      return png.encode(bytesOf(data), width, height, 8);
    }
    const encoded =
      format === 'jpeg'
        ? (await this.#jpegEncoder()).encode(onWhite(data), width, height, { ...jpegOptions, quality })
        : (await this.#webpEncoder()).encode(data, width, height, { ...webpOptions, quality });
    if (!encoded) throw new Error(`A ${format} file could not be encoded.`);
    // What was given is a view into the memory of the codec.
    return encoded.slice();
  }

  async #decoded(bytes: Uint8Array, format: PictureFormat): Promise<Pixels | null> {
    switch (format) {
      case 'png':
        await this.#rust('squoosh_png_bg.wasm', png);
        return decodePng(bytes);
      case 'jpeg':
        return (await this.#module<Decoder>('mozjpeg_dec.wasm', createJpegDecoder)).decode(bytes, true);
      case 'webp':
        return (await this.#module<Decoder>('webp_dec.wasm', createWebpDecoder)).decode(bytes);
    }
  }

  #jpegEncoder(): Promise<Encoder> {
    return this.#module<Encoder>('mozjpeg_enc.wasm', createJpegEncoder);
  }

  #webpEncoder(): Promise<Encoder> {
    return this.#module<Encoder>('webp_enc_simd.wasm', createWebpEncoder);
  }

  /** Codecs that were written in Rust are modules with one memory, which is filled once. */
  #rust(
    name: CodecFile,
    { default: start }: { default: (compiled: object) => Promise<unknown> },
  ): Promise<unknown> {
    return this.#once(name, async () => start(await this.#compiled(name)));
  }

  /** Codecs that were written in C. */
  #module<M>(name: CodecFile, factory: unknown): Promise<M> {
    return this.#once(name, async () => {
      const compiled = await this.#compiled(name);
      return (factory as ModuleFactory<M>)({
        noInitialRun: true,
        // Else it would look for the file by the address of its own script.
        instantiateWasm: (imports, done) => {
          const instance = new wasm.Instance(compiled, imports);
          done(instance);
          return instance.exports;
        },
        // A complaint of a codec is no business of the editor's own output.
        print: () => undefined,
        printErr: () => undefined,
      });
    });
  }

  #once<M>(name: CodecFile, make: () => Promise<M>): Promise<M> {
    const known = this.#modules.get(name) ?? make();
    this.#modules.set(name, known);
    return known as Promise<M>;
  }

  async #compiled(name: CodecFile): Promise<object> {
    return wasm.compile(await readFile(path.join(this.#folder, name)));
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint8ClampedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** JPEG knows no transparency: what is not opaque lies on white, as on most pages. */
function onWhite(data: Uint8ClampedArray): Uint8ClampedArray {
  const flat = new Uint8ClampedArray(data);
  for (let at = 3; at < flat.length; at += 4) {
    const alpha = flat[at] ?? 255;
    if (alpha === 255) continue;
    for (let part = at - 3; part < at; part++)
      flat[part] = ((flat[part] ?? 0) * alpha + 255 * (255 - alpha)) / 255;
    flat[at] = 255;
  }
  return flat;
}
