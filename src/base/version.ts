import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Written into the bundles of programs that run alone, by scripts/buildCli.ts. */
declare const bundledVersion: string | undefined;

export const version = typeof bundledVersion === 'string' ? bundledVersion : versionOfRepository();

function versionOfRepository(): string {
  const manifest = path.join(import.meta.dirname, '../../package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
