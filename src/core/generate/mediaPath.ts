import type { MediaKind } from '../../shared/task.ts';

/** The extensions of files that models may take as references (rivya-api.md 4), by kind. */
export const referenceExtensions: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'avif'],
  video: ['mp4', 'mov', 'webm', 'mkv'],
  audio: ['mp3', 'm4a', 'wav', 'aac', 'ogg'],
};

const extensions = Object.values(referenceExtensions).flat().join('|');
// Between quotes, brackets or angles a path may have blanks; a bare one ends at the first.
const path = new RegExp(
  `(?<=["'(<])[^"'()<>\\n]+?\\.(?:${extensions})(?=[?#][^"'()<>\\s]*["')>]|["')>]|\\s+["'(])` +
    `|[^\\s"'()<>[\\]{}|,;=]+\\.(?:${extensions})\\b`,
  'gi',
);

/**
 * The path of the picture, video or sound that the text refers to at an offset, whatever its language: the one under the cursor,
 * else the nearest on the line. As it is written, with `%20` and the like decoded.
 */
export function mediaPathAt(text: string, offset: number): string | undefined {
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const line = text.slice(start, newline === -1 ? text.length : newline);
  const at = offset - start;
  const found = [...line.matchAll(path)].map(match => ({
    path: match[0],
    distance: Math.max(match.index - at, at - match.index - match[0].length, 0),
  }));
  const nearest = found.toSorted((a, b) => a.distance - b.distance)[0];
  // AsciiDoc writes its macro before the path.
  return nearest && decoded(nearest.path.trim().replace(/^(?:image|video|audio)::?/, ''));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    // "100%.png" is a name, not an escape.
    if (error instanceof URIError) return path;
    throw error;
  }
}
