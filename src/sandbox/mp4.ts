import type { EncodedVideo } from './h264.ts';

// ISO base media file format (ISO/IEC 14496-12) with one AVC track (14496-15): just the boxes a player asks for.

const ticksPerSecond = 1000;
const identityMatrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].flatMap(value => u32(value));

/** An MP4 file that plays the frames at a steady rate. */
export function mp4File(
  video: EncodedVideo,
  format: { width: number; height: number; framesPerSecond: number },
): Uint8Array<ArrayBuffer> {
  const ticksPerFrame = Math.round(ticksPerSecond / format.framesPerSecond);
  const samples = video.frames.map(frame => [...u32(frame.length), ...frame]);
  const brand = box('ftyp', text('isom'), u32(0x200), text('isomiso2avc1mp41'));
  // The place of the data depends on the size of the index, which does not depend on the place.
  const index = (dataOffset: number): number[] => movieBox(video, format, ticksPerFrame, samples, dataOffset);
  const dataOffset = brand.length + index(0).length + 8;
  return Uint8Array.from([...brand, ...index(dataOffset), ...box('mdat', samples.flat())]);
}

function movieBox(
  video: EncodedVideo,
  { width, height }: { width: number; height: number },
  ticksPerFrame: number,
  samples: number[][],
  dataOffset: number,
): number[] {
  const duration = u32(ticksPerFrame * samples.length);
  const sampleTable = box(
    'stbl',
    box('stsd', u32(0), u32(1), sampleEntry(video, width, height)),
    box('stts', u32(0), u32(1), u32(samples.length), u32(ticksPerFrame)),
    box('stss', u32(0), u32(1), u32(1)),
    box('stsc', u32(0), u32(1), u32(1), u32(samples.length), u32(1)),
    box('stsz', u32(0), u32(0), u32(samples.length), ...samples.map(sample => u32(sample.length))),
    box('stco', u32(0), u32(1), u32(dataOffset)),
  );
  const media = box(
    'mdia',
    box('mdhd', u32(0), u32(0), u32(0), u32(ticksPerSecond), duration, u16(0x55c4), u16(0)),
    box('hdlr', u32(0), u32(0), text('vide'), zeros(12), text('Rivya sandbox'), [0]),
    box(
      'minf',
      box('vmhd', u32(1), zeros(8)),
      box('dinf', box('dref', u32(0), u32(1), box('url ', u32(1)))),
      sampleTable,
    ),
  );
  const track = box(
    'trak',
    box(
      'tkhd',
      u32(3),
      u32(0),
      u32(0),
      u32(1),
      zeros(4),
      duration,
      zeros(16),
      identityMatrix,
      u32(width * 65_536),
      u32(height * 65_536),
    ),
    media,
  );
  const header = box(
    'mvhd',
    u32(0),
    u32(0),
    u32(0),
    u32(ticksPerSecond),
    duration,
    u32(0x10000),
    u16(0x100),
    zeros(10),
    identityMatrix,
    zeros(24),
    u32(2),
  );
  return box('moov', header, track);
}

function sampleEntry({ sequence, picture }: EncodedVideo, width: number, height: number): number[] {
  const configuration = box(
    'avcC',
    [1, ...sequence.slice(1, 4), 0xff, 0xe1],
    u16(sequence.length),
    [...sequence, 1],
    u16(picture.length),
    [...picture],
  );
  const resolution = u32(72 * 65_536);
  return box(
    'avc1',
    zeros(6),
    u16(1),
    zeros(16),
    u16(width),
    u16(height),
    resolution,
    resolution,
    zeros(4),
    u16(1),
    zeros(32),
    u16(24),
    u16(0xffff),
    configuration,
  );
}

function box(type: string, ...parts: number[][]): number[] {
  const payload = parts.flat();
  return [...u32(payload.length + 8), ...text(type), ...payload];
}

function u16(value: number): number[] {
  return [(value >> 8) & 255, value & 255];
}

function u32(value: number): number[] {
  return [(value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

function text(value: string): number[] {
  return Array.from(Buffer.from(value, 'latin1'));
}
