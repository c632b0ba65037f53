import type { Expiry } from '../../core/links/expiringLinks.ts';
import type { MediaKind } from '../../shared/task.ts';
import { l10n } from '../text/l10n.ts';

/** When a link stops working, in words. */
export function expiryText(kind: MediaKind, { at }: Expiry, now: Date): string {
  const { t } = l10n;
  if (at === undefined) {
    return {
      image: t('The link to this image will stop working at an unknown time.'),
      video: t('The link to this video will stop working at an unknown time.'),
      audio: t('The link to this audio will stop working at an unknown time.'),
    }[kind];
  }
  if (at <= now.getTime()) {
    return {
      image: t('The link to this image has stopped working.'),
      video: t('The link to this video has stopped working.'),
      audio: t('The link to this audio has stopped working.'),
    }[kind];
  }
  const then = new Date(at);
  const time = then.toLocaleTimeString(l10n.language, { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === now.toDateString()) {
    return {
      image: t('The link to this image stops working today at {0}.', time),
      video: t('The link to this video stops working today at {0}.', time),
      audio: t('The link to this audio stops working today at {0}.', time),
    }[kind];
  }
  const day = then.toLocaleDateString(l10n.language, { dateStyle: 'long' });
  return {
    image: t('The link to this image stops working on {0} at {1}.', day, time),
    video: t('The link to this video stops working on {0} at {1}.', day, time),
    audio: t('The link to this audio stops working on {0} at {1}.', day, time),
  }[kind];
}
