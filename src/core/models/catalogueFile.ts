import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '../../api/resources/models.ts';
import { renamePatiently } from '../../base/patience.ts';
import type { ModelCache } from './modelCatalogue.ts';

/** Keeps the catalogues as files of a folder. */
export function catalogueFiles(folder: string): ModelCache {
  const pathOf = (origin: string): string => join(folder, `models-${origin.replace(/[^\w.-]+/g, '_')}.json`);
  return {
    async read(origin) {
      try {
        return JSON.parse(await readFile(pathOf(origin), 'utf8')) as Model[];
      } catch (error) {
        if (
          error instanceof SyntaxError ||
          (error instanceof Error && 'code' in error && error.code === 'ENOENT')
        ) {
          return undefined;
        }
        throw error;
      }
    },
    async write(origin, models) {
      const temporary = `${pathOf(origin)}.${process.pid}`;
      await writeFile(temporary, JSON.stringify(models));
      await renamePatiently(temporary, pathOf(origin));
    },
  };
}
