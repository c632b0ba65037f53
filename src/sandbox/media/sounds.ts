import { readClip } from './clips.ts';
import { requestDigest, requestRandom, type MediaRequest } from './mediaRequest.ts';
import { soundFormatOf } from './resultFormat.ts';

const noteSeconds = 0.3;
const noteCount = 12;
// Semitones of the pentatonic scale: any order of them sounds like a melody.
const scale = [0, 2, 4, 7, 9, 12, 14, 16];
const lowestHertz = 220;

/**
 * A sound in the format that the request asks for: a short melody derived from the prompt where the format is
 * simple to write, a chime where it takes an encoder.
 * @throws ApiError `validation_failed` for a format that the sandbox cannot make
 */
export async function renderSound(request: MediaRequest): Promise<Uint8Array<ArrayBuffer>> {
  const { codec, sampleRate, bitRate } = soundFormatOf(request.params);
  switch (codec) {
    case 'wav':
      return wavFile(renderMelody(request, sampleRate), sampleRate);
    case 'pcm':
      return littleEndian(renderMelody(request, sampleRate));
    case 'ulaw':
      return Uint8Array.from(renderMelody(request, sampleRate), ulaw);
    case 'alaw':
      return Uint8Array.from(renderMelody(request, sampleRate), alaw);
    case 'mp3':
      return mp3File(await readClip(`chime-${sampleRate}.mp3`), bitRate, request);
    case 'opus':
      // Its bit rate varies, so that one file is as good as any for all that are asked.
      return new Uint8Array(await readClip('chime.opus'));
  }
}

function renderMelody(request: MediaRequest, sampleRate: number): Int16Array {
  const random = requestRandom(request);
  const perNote = Math.round(sampleRate * noteSeconds);
  const samples = new Int16Array(perNote * noteCount);
  for (let note = 0; note < noteCount; note += 1) {
    const semitone = scale[Math.floor(random() * scale.length)] ?? 0;
    const hertz = lowestHertz * 2 ** (semitone / 12);
    for (let index = 0; index < perNote; index += 1) {
      const seconds = index / sampleRate;
      const fade = Math.min(1, seconds * 50) * (1 - index / perNote) ** 2;
      const phase = 2 * Math.PI * hertz * seconds;
      samples[note * perNote + index] = 9000 * fade * (Math.sin(phase) + 0.3 * Math.sin(2 * phase));
    }
  }
  return samples;
}

function littleEndian(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => view.setInt16(index * 2, sample, true));
  return bytes;
}

/** Mono, 16 bits a sample. */
function wavFile(samples: Int16Array, sampleRate: number): Uint8Array<ArrayBuffer> {
  const data = littleEndian(samples);
  const file = new Uint8Array(44 + data.length);
  const view = new DataView(file.buffer);
  const text = (offset: number, value: string): void => file.set(new TextEncoder().encode(value), offset);
  text(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, data.length, true);
  file.set(data, 44);
  return file;
}

/** ITU-T G.711, µ-law: a sign, the place of the highest bit, and the four bits below it, all inverted. */
function ulaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample) + 132, 32_767);
  const segment = 24 - Math.clz32(magnitude);
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 255;
}

/** ITU-T G.711, A-law: the same with an even lowest segment, and every other bit inverted. */
function alaw(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 3;
  const segment = Math.max(0, 27 - Math.clz32(magnitude));
  const code = (segment << 4) | ((magnitude >> Math.max(1, segment)) & 15);
  return code ^ (sample < 0 ? 0x55 : 0xd5);
}

// ISO/IEC 11172-3, 2.4.2.3: the codes of the bit rates that are asked for, in kilobits a second. Those of
// MPEG-2, which 22,050 Hz belongs to, are others; the clip has the only one that is asked for.
const bitRateCodes: Record<number, number> = { 32: 1, 64: 5, 96: 7, 128: 9, 192: 11 };
const frameOfClip = 104;

/** The clip at another bit rate: its frames get more of the room that decoders skip. */
function mp3File(clip: Buffer, bitRate: number, request: MediaRequest): Uint8Array<ArrayBuffer> {
  const code = bitRateCodes[bitRate] ?? 0;
  const tag = id3Tag(requestDigest(request).toString('hex'));
  if (bitRate === 32) return new Uint8Array(Buffer.concat([tag, clip]));
  const frameLength = Math.floor((144_000 * bitRate) / 44_100);
  const frames: Buffer[] = [];
  for (let start = 0; start < clip.length; start += frameOfClip) {
    const frame = Buffer.alloc(frameLength);
    clip.copy(frame, 0, start, start + frameOfClip);
    frame[2] = (code << 4) | ((frame[2] ?? 0) & 15);
    frames.push(frame);
  }
  return new Uint8Array(Buffer.concat([tag, ...frames]));
}

/** An ID3v2.3 tag with one title, of less than 118 Latin-1 characters. */
function id3Tag(title: string): Buffer {
  const text = Buffer.from(`\0${title}`, 'latin1');
  const frame = Buffer.concat([Buffer.from(`TIT2\0\0\0`, 'latin1'), Buffer.from([text.length, 0, 0]), text]);
  return Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\0', 'latin1'), Buffer.from([frame.length]), frame]);
}
