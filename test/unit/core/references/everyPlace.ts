import { planReference } from '../../../../src/core/references/planReference.ts';
import { applied } from './applied.ts';

/** Of the file that references in tests of all places of a document are to. */
export const name = 'fresh.png';
const media = {
  kind: 'image',
  path: `assets/${name}`,
  isPublic: false,
  mediaType: 'image/png',
  alt: 'A cat',
} as const;

/** The results of all places of a document, each once. */
export function resultsIn(
  { languageId, file }: { readonly languageId: string; readonly file?: string },
  text: string,
  mode: 'after' | 'replace',
): Set<string> {
  const results = new Set<string>();
  for (let start = 0; start <= text.length; start++) {
    for (const length of [0, 5]) {
      const end = Math.min(text.length, start + length);
      const request = { languageId, text, start, end, mode, media: [media], eol: '\n' } as const;
      const plan = planReference(file === undefined ? request : { ...request, file: file.split('/') });
      if (plan) results.add(applied(text, plan));
    }
  }
  return results;
}

/** What is left of a meaning without the reference, so that it can be compared. */
export function withoutReference(meaning: string): string {
  return meaning.replace(
    new RegExp(
      String.raw`\s*<img [^<>]*${name}[^<>]*/?>\s*|"image\d*": "[^"]*${name}"|"[^"]*${name}"|'[^']*${name}'`,
      'g',
    ),
    '',
  );
}

export function wordsOf(meaning: string): string {
  return meaning.replace(/[\s,]+/g, '');
}
