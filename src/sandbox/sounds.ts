import { requestRandom, type MediaRequest } from './mediaRequest.ts';

const sampleRate = 22_050;
const noteSeconds = 0.3;
const noteCount = 12;
// Semitones of the pentatonic scale: any order of them sounds like a melody.
const scale = [0, 2, 4, 7, 9, 12, 14, 16];
const lowestHertz = 220;

/** A short melody as a mono 16-bit WAV file, derived from the prompt. */
export function renderSound(request: MediaRequest): Uint8Array<ArrayBuffer> {
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
  return wavFile(samples);
}

function wavFile(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(44 + samples.length * 2);
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
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(44 + index * 2, sample, true));
  return file;
}
