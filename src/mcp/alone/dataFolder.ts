import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { stateFolder } from '../../core/storage/stateFolder.ts';
import { AloneFailure } from './options.ts';

/**
 * Where orders and results are kept. It is not that of `rivya`, which holds back what it has not wished.
 * @throws AloneFailure when there is none, and none can be made
 */
export function dataFolder(
  chosen: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const folder = chosen === undefined ? path.join(stateFolder(env), 'mcp') : path.resolve(chosen);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    throw new AloneFailure(`The folder ${folder} cannot be made (${code}); --data names another.`);
  }
  return folder;
}
