import { wording, type Wording } from '../../../base/wording.ts';
import { isLegalSegment } from '../fileName.ts';
import type { MediaKind } from '../../../shared/task.ts';

/** A path of the package with forward slashes, or why it is none, as the end of a sentence. */
export function packagePath(text: string): { readonly path: string } | { readonly wrong: Wording } {
  const written = text.trim().normalize('NFC').replaceAll('\\', '/');
  if (written === '') return { wrong: wording('is empty') };
  if (/^(?:\/|~|[a-z]:|[a-z][a-z\d+.-]+:)/i.test(written))
    return { wrong: wording("isn't relative to the folder of the manifest") };
  const segments = written.split('/').filter(segment => segment !== '.' && segment !== '');
  if (segments.includes('..')) return { wrong: wording('is outside the folder of the manifest') };
  if (segments.some(segment => segment.startsWith('.')))
    return { wrong: wording('has a name that starts with a dot') };
  const illegal = segments.find(segment => !isLegalSegment(segment) || segment !== segment.trim());
  if (illegal !== undefined || segments.length === 0)
    return { wrong: wording('has a name that isn\'t valid on every system: "{0}"', illegal ?? '') };
  const path = segments.join('/');
  return path.length > maximumPath
    ? { wrong: wording('has more than {0} characters', maximumPath) }
    : { path };
}

const maximumPath = 240;

const kinds: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'webp', 'avif'],
  video: ['mp4', 'webm', 'mov'],
  audio: ['mp3', 'wav', 'm4a', 'ogg', 'aac', 'opus', 'flac'],
};

/** What a file is by its name; undefined for what no model makes. */
export function kindOfFile(file: string): MediaKind | undefined {
  const extension = extensionOf(file);
  return (['image', 'video', 'audio'] as const).find(kind => kinds[kind].includes(extension));
}

export const makeableExtensions: readonly string[] = Object.values(kinds).flat();

/** In small letters, without a dot. */
export function extensionOf(file: string): string {
  return /\.([^./]+)$/.exec(file)?.[1]?.toLowerCase() ?? '';
}

/** Whether two extensions name one format. */
export function isSameFormat(a: string, b: string): boolean {
  const named = (name: string): string => (name === 'jpeg' ? 'jpg' : name);
  return named(a) === named(b);
}
