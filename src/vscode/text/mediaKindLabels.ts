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
    noEditor: t('Open a document and select the text that describes the image.'),
    noPrompt: t("There's no text to use as a prompt. Select the text that describes the image."),
    modelTitle: t('Model for Images'),
    isDefault: model => t('{0} is now the default model for images.', model),
    job: prompt => t('Image "{0}"', prompt),
    inserted: file => t('Image inserted: {0}', file),
    saved: file => t('Image saved: {0}', file),
    ready: prompt => t('Image "{0}" is ready to insert.', prompt),
  };
}

function videoLabels(): MediaKindLabels {
  const { t } = l10n;
  return {
    name: t('Video'),
    icon: 'device-camera-video',
    generate: t('Generate Video'),
    describe: t('Describe the video'),
    noEditor: t('Open a document and select the text that describes the video.'),
    noPrompt: t("There's no text to use as a prompt. Select the text that describes the video."),
    modelTitle: t('Model for Videos'),
    isDefault: model => t('{0} is now the default model for videos.', model),
    job: prompt => t('Video "{0}"', prompt),
    inserted: file => t('Video inserted: {0}', file),
    saved: file => t('Video saved: {0}', file),
    ready: prompt => t('Video "{0}" is ready to insert.', prompt),
  };
}

function audioLabels(): MediaKindLabels {
  const { t } = l10n;
  return {
    name: t('Audio'),
    icon: 'unmute',
    generate: t('Generate Audio'),
    describe: t('Describe the audio, or enter the text to speak'),
    noEditor: t('Open a document and select the text that describes the audio.'),
    noPrompt: t("There's no text to use as a prompt. Select the text that describes the audio."),
    modelTitle: t('Model for Audio'),
    isDefault: model => t('{0} is now the default model for audio.', model),
    job: prompt => t('Audio "{0}"', prompt),
    inserted: file => t('Audio inserted: {0}', file),
    saved: file => t('Audio saved: {0}', file),
    ready: prompt => t('Audio "{0}" is ready to insert.', prompt),
  };
}
