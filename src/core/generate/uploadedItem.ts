import type { ApiFile } from '../../api/resources/files.ts';
import type { ReferenceMediaItem } from '../../api/resources/generations.ts';
import type { InputFile } from './inputRules.ts';

/**
 * An uploaded file as a request names it: what goes into `params.referenceMediaItems` (rivya-api.md 2).
 * @returns undefined when Rivya gave no address for it
 */
export function uploadedItem(
  { url, mime_type, duration_seconds, duration_token }: ApiFile,
  { name, kind = 'image', mediaType }: Pick<InputFile, 'name' | 'kind' | 'mediaType'>,
): ReferenceMediaItem | undefined {
  if (url === null) return undefined;
  return {
    url,
    kind,
    name,
    mimeType: mime_type ?? mediaType,
    ...(duration_seconds !== null && { durationSeconds: duration_seconds }),
    ...(duration_token !== null && { durationToken: duration_token }),
  };
}
