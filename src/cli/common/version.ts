import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Written into the bundle by scripts/buildCli.ts. */
declare const bundledVersion: string | undefined;

export const version = typeof bundledVersion === 'string' ? bundledVersion : versionOfRepository();

/** As it stands in recipes. */
export const toolName = `rivya ${version}`;

function versionOfRepository(): string {
  const manifest = path.join(import.meta.dirname, '../../../package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
