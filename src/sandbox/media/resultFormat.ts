import type { MediaKind } from '../catalogue/catalogue.ts';
import { ApiError } from '../http/apiError.ts';

/** How a result file is named and declared. */
export interface ResultFormat {
  extension: string;
  mimeType: string;
}

// `options`: the values of `output_format` (codec, sample rate, bit rate) that can be made. What takes an
// encoder lies in `media/sandbox`, in the sample rates that the catalogue offers.
const codecs = {
  wav: { options: /^wav_\d+$/, extension: 'wav', mimeType: 'audio/wav' },
  // Headerless: 16-bit samples, least significant byte first; then the two codes of G.711.
  pcm: { options: /^pcm_\d+$/, extension: 'pcm', mimeType: 'audio/pcm' },
  ulaw: { options: /^ulaw_\d+$/, extension: 'ulaw', mimeType: 'audio/basic' },
  alaw: { options: /^alaw_\d+$/, extension: 'alaw', mimeType: 'audio/x-alaw-basic' },
  mp3: {
    options: /^mp3_(22050_32|44100_(32|64|96|128|192))$/,
    extension: 'mp3',
    mimeType: 'audio/mpeg',
  },
  opus: { options: /^opus_48000_\d+$/, extension: 'opus', mimeType: 'audio/ogg' },
};

type Codec = keyof typeof codecs;

/** What models without a choice give. */
const plainSound = 'wav_22050';

export interface SoundFormat extends ResultFormat {
  codec: Codec;
  /** Hertz. */
  sampleRate: number;
  /** Kilobits a second; 0 for a codec that has none. */
  bitRate: number;
}

/** @throws ApiError `validation_failed` when the sandbox cannot make the `output_format` that is asked for */
export function soundFormatOf(params: Record<string, unknown>): SoundFormat {
  const asked = params['output_format'] ?? plainSound;
  const codec = (Object.keys(codecs) as Codec[]).find(
    each => typeof asked === 'string' && codecs[each].options.test(asked),
  );
  if (codec === undefined || typeof asked !== 'string') {
    throw new ApiError('validation_failed', `The sandbox cannot make sounds as ${JSON.stringify(asked)}.`);
  }
  const [sampleRate = 0, bitRate = 0] = asked.split('_').slice(1).map(Number);
  const { extension, mimeType } = codecs[codec];
  return { codec, sampleRate, bitRate, extension, mimeType };
}

/**
 * Pictures are PNG whatever is asked, and say so by name and type.
 * @throws ApiError `validation_failed` when the sandbox cannot make the `output_format` that is asked for
 */
export function resultFormat(kind: MediaKind, params: Record<string, unknown>): ResultFormat {
  switch (kind) {
    case 'audio':
      return soundFormatOf(params);
    case 'video':
      return { extension: 'mp4', mimeType: 'video/mp4' };
    case 'image':
      return { extension: 'png', mimeType: 'image/png' };
  }
}
