import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { stateFolder } from '../../core/storage/stateFolder.ts';

/** Where orders and results are kept. It is not that of `rivya`, which holds back what it has not wished. */
export function dataFolder(
  chosen: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const folder = chosen === undefined ? path.join(stateFolder(env), 'mcp') : path.resolve(chosen);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
