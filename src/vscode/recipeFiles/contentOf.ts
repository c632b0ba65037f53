import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A file by its content. */
export interface Content {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** Hashes by path, with size and time of change: what has neither changed need not be read again. */
const known = new Map<string, Content & { readonly state: string }>();
const mostKnown = 1_000;

/** The content of a file, read piece by piece; undefined when there is no such file. */
export async function contentOf(path: string): Promise<Content | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!found?.isFile()) return undefined;
  const state = `${found.size} ${found.mtimeMs}`;
  const before = known.get(path);
  if (before?.state === state) return before;
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(piece);
  const content = { sha256: hash.digest('hex'), bytes: found.size, changedAt: found.mtimeMs };
  if (known.size >= mostKnown) known.clear();
  known.set(path, { ...content, state });
  return content;
}
