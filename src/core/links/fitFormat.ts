import { safeExtension } from '../assets/resultType.ts';
import type { StoredFile } from '../../shared/task.ts';

/** Makes a file of another format, which lies in the library as well; undefined where it cannot. */
export type ConvertFile = (file: StoredFile, extension: string) => Promise<StoredFile | undefined>;

/** A file, and the extension under which it does not lie about its bytes. */
export interface FittedFile {
  readonly file: StoredFile;
  readonly extension: string;
}

const spellings = [
  ['jpg', 'jpeg'],
  ['tif', 'tiff'],
];

/**
 * The file for a name that asks for a format: as it is where its bytes are of that format; else what the
 * converter makes of it; else as it is, under the extension of its own.
 * @param asked the extension of the name, in whatever case
 */
export async function fitFormat(file: StoredFile, asked: string, convert?: ConvertFile): Promise<FittedFile> {
  if (isFormat(file, asked)) return { file, extension: asked };
  const made = await convert?.(file, asked.toLowerCase());
  // What came is looked at as well: a name never lies.
  if (made && isFormat(made, asked)) return { file: made, extension: asked };
  return { file, extension: safeExtension(file.extension) };
}

function isFormat({ extension }: StoredFile, asked: string): boolean {
  const [own, wanted] = [safeExtension(extension), asked.toLowerCase()];
  return own === wanted || spellings.some(names => names.includes(own) && names.includes(wanted));
}
