import type { MediaKind } from '../../shared/task.ts';
import { l10n } from './l10n.ts';

/** What is said of one kind of media. Whole sentences, because languages inflect. */
export interface MediaKindLabels {
  readonly name: string;
  readonly icon: string;
  readonly generate: string;
  readonly describe: string;
  readonly noEditor: string;
  readonly noPrompt: string;
  readonly modelTitle: string;
  readonly isDefault: (model: string) => string;
  readonly job: (prompt: string) => string;
  readonly inserted: (file: string) => string;
  readonly saved: (file: string) => string;
  readonly ready: (prompt: string) => string;
}

export const mediaKinds: readonly MediaKind[] = ['image', 'video', 'audio'];

export function mediaKindLabels(kind: MediaKind): MediaKindLabels {
  switch (kind) {
    case 'image':
      return imageLabels();
    case 'video':
      return videoLabels();
    case 'audio':
      return audioLabels();
  }
}

function imageLabels(): MediaKindLabels {
  const { t } = l10n;
  return {
    name: t('Image'),
    icon: 'device-camera',
    generate: t('Generate Image'),
    describe: t('Describe the image'),
    noEditor: t('No text editor is active. Open a document and select the text that describes the image.'),
    noPrompt: t('The selection is empty. Select the text that describes the image. Nothing was charged.'),
    modelTitle: t('Model for Images'),
    isDefault: model => t('{0} generates images from now on.', model),
    job: prompt => t('Image "{0}"', prompt),
    inserted: file => t('Image inserted: {0}', file),
    saved: file => t('Image saved: {0}', file),
    ready: prompt =>
      t('The image for "{0}" is ready. It is kept in the library until you insert it.', prompt),
  };
}

function videoLabels(): MediaKindLabels {
  const { t } = l10n;
  return {
    name: t('Video'),
    icon: 'device-camera-video',
    generate: t('Generate Video'),
    describe: t('Describe the video'),
    noEditor: t('No text editor is active. Open a document and select the text that describes the video.'),
    noPrompt: t('The selection is empty. Select the text that describes the video. Nothing was charged.'),
    modelTitle: t('Model for Videos'),
    isDefault: model => t('{0} generates videos from now on.', model),
    job: prompt => t('Video "{0}"', prompt),
    inserted: file => t('Video inserted: {0}', file),
    saved: file => t('Video saved: {0}', file),
    ready: prompt =>
      t('The video for "{0}" is ready. It is kept in the library until you insert it.', prompt),
  };
}

function audioLabels(): MediaKindLabels {
  const { t } = l10n;
  return {
    name: t('Audio'),
    icon: 'unmute',
    generate: t('Generate Audio'),
    describe: t('Describe the sound, or write what is to be spoken'),
    noEditor: t('No text editor is active. Open a document and select the text that describes the sound.'),
    noPrompt: t('The selection is empty. Select the text that describes the sound. Nothing was charged.'),
    modelTitle: t('Model for Audio'),
    isDefault: model => t('{0} generates audio from now on.', model),
    job: prompt => t('Audio "{0}"', prompt),
    inserted: file => t('Audio inserted: {0}', file),
    saved: file => t('Audio saved: {0}', file),
    ready: prompt =>
      t('The audio for "{0}" is ready. It is kept in the library until you insert it.', prompt),
  };
}
