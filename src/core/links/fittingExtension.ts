import { safeExtension } from '../assets/resultType.ts';
import type { StoredFile } from '../../shared/task.ts';

const spellings = [
  ['jpg', 'jpeg'],
  ['tif', 'tiff'],
];

/**
 * The extension that a file gets under a name which asks for one: that one where its bytes are of the format,
 * else its own, so that a name never lies.
 * @param asked the extension of the name, in whatever case
 */
export function fittingExtension({ extension }: Pick<StoredFile, 'extension'>, asked: string): string {
  const [own, wanted] = [safeExtension(extension), asked.toLowerCase()];
  const isAsked = own === wanted || spellings.some(names => names.includes(own) && names.includes(wanted));
  return isAsked ? asked : own;
}
