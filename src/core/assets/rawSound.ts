/** Headerless sound, one channel: 16-bit samples, least significant byte first, or a code of G.711. */
export interface RawSound {
  readonly codec: 'pcm' | 'ulaw' | 'alaw';
  /** Hertz. */
  readonly sampleRate: number;
}

/** The headerless sound that the body of a request asks for (`output_format`: `pcm_16000`, …), if any. */
export function rawSoundOf(body: string): RawSound | undefined {
  const { params } = JSON.parse(body) as { params?: Record<string, unknown> };
  const asked = params?.['output_format'];
  const [, codec, rate] = /^(pcm|ulaw|alaw)_(\d{4,6})$/.exec(typeof asked === 'string' ? asked : '') ?? [];
  const isKnown = codec === 'pcm' || codec === 'ulaw' || codec === 'alaw';
  return isKnown ? { codec, sampleRate: Number(rate) } : undefined;
}

// Microsoft's `mmreg.h`: the codes of the formats.
const formats = { pcm: 1, alaw: 6, ulaw: 7 } as const;

/**
 * The header that makes headerless sound a WAV file. Of our own, because the packages that make one (`wav`,
 * `wavefile`) have had no release for years, and want the samples in memory.
 * @param bytes of the samples; when they are odd in number, a zero has to follow them
 */
export function wavHeader({ codec, sampleRate }: RawSound, bytes: number): Buffer {
  const sampleBytes = codec === 'pcm' ? 2 : 1;
  // Formats other than PCM have a word more, and say how many samples there are.
  const formatBytes = codec === 'pcm' ? 16 : 18;
  const factBytes = codec === 'pcm' ? 0 : 12;
  const header = Buffer.alloc(28 + formatBytes + factBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(header.length - 8 + bytes + (bytes % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(formatBytes, 16);
  header.writeUInt16LE(formats[codec], 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * sampleBytes, 28);
  header.writeUInt16LE(sampleBytes, 32);
  header.writeUInt16LE(8 * sampleBytes, 34);
  if (factBytes > 0) {
    header.write('fact', 20 + formatBytes, 'latin1');
    header.writeUInt32LE(4, 24 + formatBytes);
    header.writeUInt32LE(bytes, 28 + formatBytes);
  }
  header.write('data', header.length - 8, 'latin1');
  header.writeUInt32LE(bytes, header.length - 4);
  return header;
}
