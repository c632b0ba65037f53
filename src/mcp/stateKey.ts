import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renamePatientlySync } from '../base/patience.ts';

const keyBytes = 32;

/**
 * The key with which questions are signed: 32 random bytes in a file that its user alone reads, because a new
 * process must know what the last one has asked.
 * @throws an error of the file system
 */
export function stateKeyOf(folder: string): Uint8Array {
  const file = path.join(folder, 'questions.key');
  const known = readKey(file);
  if (known) return known;
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, randomBytes(keyBytes), { mode: 0o600 });
  try {
    // Of processes that begin together, one is first, and the others take its key.
    linkSync(fresh, file);
  } catch {
    // Else it was cut off while it was written, or this disk knows no links.
    if (!readKey(file)) renamePatientlySync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
  const written = readKey(file);
  if (!written) throw new Error(`${file} is no key.`);
  return written;
}

function readKey(file: string): Uint8Array | undefined {
  try {
    const bytes = readFileSync(file);
    return bytes.length === keyBytes ? new Uint8Array(bytes) : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
