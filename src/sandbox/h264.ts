import type { Canvas } from './canvas.ts';

// H.264 (ITU-T H.264, baseline profile) in its simplest form: every changed macroblock travels as raw samples (I_PCM),
// every other one is skipped. No compression to speak of, but any decoder plays it and the encoder fits on a page.

const macroblock = 16;
const nalTypes = { slice: 0x61, keySlice: 0x65, sequence: 0x67, picture: 0x68 } as const;
// 7.4.5, table 7-11 and 7-13: I_PCM is type 25 among the I types, which start at 5 in a P slice.
const pcmTypeInI = 25;
const pcmTypeInP = 30;

/** An H.264 track: parameter sets and one access unit a frame, as NAL units without start codes. */
export interface EncodedVideo {
  sequence: Uint8Array;
  picture: Uint8Array;
  frames: Uint8Array[];
}

/** Encodes frames of one size, whose sides are multiples of 16. Only the first is a key frame. */
export function encodeFrames(frames: readonly Canvas[]): EncodedVideo {
  const [first] = frames;
  if (!first) throw new Error('A video needs at least one frame.');
  const columns = first.width / macroblock;
  const rows = first.height / macroblock;
  let before: Uint8Array[] = [];
  const encoded = frames.map((frame, number) => {
    const blocks = macroblocks(frame);
    const unit = number === 0 ? encodeKeyFrame(blocks) : encodeChanges(blocks, before, number);
    before = blocks;
    return unit;
  });
  return { sequence: sequenceParameters(columns, rows), picture: pictureParameters(), frames: encoded };
}

function sequenceParameters(columns: number, rows: number): Uint8Array {
  const bits = new BitWriter();
  bits.bits(66, 8).bits(0xc0, 8).bits(30, 8); // baseline, constraint sets 0 and 1, level 3.0
  bits.unsigned(0); // sequence parameter set id
  bits.unsigned(0); // frame numbers have 4 bits
  bits.unsigned(2); // output order is decoding order
  bits.unsigned(1).bits(0, 1); // one reference frame, no gaps
  bits.unsigned(columns - 1).unsigned(rows - 1);
  bits.bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 1); // frames only, direct 8x8, no cropping, no VUI
  return nalUnit(nalTypes.sequence, bits.finish());
}

function pictureParameters(): Uint8Array {
  const bits = new BitWriter();
  bits.unsigned(0).unsigned(0); // ids of this set and of its sequence set
  bits.bits(0, 1).bits(0, 1); // CAVLC, no order fields
  bits.unsigned(0).unsigned(0).unsigned(0); // one slice group, one reference in either list
  bits.bits(0, 1).bits(0, 2); // no weighting
  bits.signed(0).signed(0).signed(0); // quantisers
  bits.bits(1, 1).bits(0, 1).bits(0, 1); // deblocking control present, no constrained intra, no redundancy
  return nalUnit(nalTypes.picture, bits.finish());
}

function encodeKeyFrame(blocks: Uint8Array[]): Uint8Array {
  const bits = new BitWriter();
  bits.unsigned(0).unsigned(7).unsigned(0); // first macroblock, all slices I, parameter set
  bits.bits(0, 4).unsigned(0); // frame number, IDR picture id
  bits.bits(0, 1).bits(0, 1); // keep earlier output, no long-term reference
  bits.signed(0).unsigned(1); // quantiser, no deblocking
  for (const block of blocks) bits.unsigned(pcmTypeInI).alignedBytes(block);
  return nalUnit(nalTypes.keySlice, bits.finish());
}

function encodeChanges(blocks: Uint8Array[], before: Uint8Array[], number: number): Uint8Array {
  const bits = new BitWriter();
  bits.unsigned(0).unsigned(5).unsigned(0); // first macroblock, all slices P, parameter set
  bits.bits(number % 16, 4); // frame number
  bits.bits(0, 1).bits(0, 1).bits(0, 1); // default reference, no reordering, sliding window
  bits.signed(0).unsigned(1); // quantiser, no deblocking
  let skipped = 0;
  for (const [index, block] of blocks.entries()) {
    if (Buffer.compare(block, before[index] ?? block) === 0) {
      skipped += 1;
      continue;
    }
    bits.unsigned(skipped).unsigned(pcmTypeInP).alignedBytes(block);
    skipped = 0;
  }
  if (skipped > 0) bits.unsigned(skipped);
  return nalUnit(nalTypes.slice, bits.finish());
}

/** The samples of each macroblock in raster order: 256 of luma, then 64 of each chroma (4:2:0, BT.601, studio range). */
function macroblocks({ width, height, data }: Canvas): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let top = 0; top < height; top += macroblock) {
    for (let left = 0; left < width; left += macroblock) {
      const block = new Uint8Array(384);
      for (let y = 0; y < macroblock; y += 1) {
        for (let x = 0; x < macroblock; x += 1) {
          const offset = ((top + y) * width + left + x) * 4;
          const red = data[offset] ?? 0;
          const green = data[offset + 1] ?? 0;
          const blue = data[offset + 2] ?? 0;
          block[y * macroblock + x] = 16 + 0.257 * red + 0.504 * green + 0.098 * blue;
          // One chroma sample stands for four pixels; the upper left one is near enough.
          if (y % 2 === 1 || x % 2 === 1) continue;
          const chroma = 256 + (y / 2) * 8 + x / 2;
          block[chroma] = 128 - 0.148 * red - 0.291 * green + 0.439 * blue;
          block[chroma + 64] = 128 + 0.439 * red - 0.368 * green - 0.071 * blue;
        }
      }
      blocks.push(block);
    }
  }
  return blocks;
}

/** Adds the header byte, and the escapes without which the payload could look like a start code (7.4.1). */
function nalUnit(header: number, payload: number[]): Uint8Array {
  const bytes = [header];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(bytes);
}

class BitWriter {
  readonly #bytes: number[] = [];
  #current = 0;
  #used = 0;

  bits(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit -= 1) {
      this.#current = (this.#current << 1) | ((value >> bit) & 1);
      this.#used += 1;
      if (this.#used === 8) {
        this.#bytes.push(this.#current);
        this.#current = 0;
        this.#used = 0;
      }
    }
    return this;
  }

  /** Exponential-Golomb code ue(v), 9.1. */
  unsigned(value: number): this {
    const length = 32 - Math.clz32(value + 1);
    return this.bits(0, length - 1).bits(value + 1, length);
  }

  /** Exponential-Golomb code se(v), 9.1.1. */
  signed(value: number): this {
    return this.unsigned(value > 0 ? 2 * value - 1 : -2 * value);
  }

  alignedBytes(values: Uint8Array): this {
    if (this.#used > 0) this.bits(0, 8 - this.#used);
    for (const value of values) this.#bytes.push(value);
    return this;
  }

  /** The stop bit, then zeros to the end of the byte. */
  finish(): number[] {
    this.bits(1, 1);
    if (this.#used > 0) this.bits(0, 8 - this.#used);
    return this.#bytes;
  }
}
