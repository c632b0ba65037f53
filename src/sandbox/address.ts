import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where the sandbox of a data directory listens, or listened last. */
export interface Address {
  port: number;
  /** Made anew at each start: another program that has got the port since is not taken for the sandbox. */
  instance: string;
}

const fileName = 'address.json';

/** @returns undefined when there is none, or an unreadable one */
export function readAddress(directory: string): Address | undefined {
  try {
    const { port, instance } = JSON.parse(readFileSync(path.join(directory, fileName), 'utf8')) as Address;
    return Number.isInteger(port) && typeof instance === 'string' ? { port, instance } : undefined;
  } catch {
    // It is a hint only: without it a free port is taken.
    return undefined;
  }
}

/** Others read the old address or the new one, never a part. */
export function writeAddress(directory: string, address: Address): void {
  const file = path.join(directory, fileName);
  writeFileSync(`${file}.new`, JSON.stringify(address));
  renameSync(`${file}.new`, file);
}
