import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Absolute path of the repository. */
export const root = path.resolve(import.meta.dirname, '..');

/** Of the extension and of the command line. */
export const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  version: string;
};

/** Absolute path of the packaged extension; `npm run package` makes it. */
export const vsixFile = path.join(root, `rivya-${version}.vsix`);
