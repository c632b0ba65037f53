import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { removePatientlySync, renamePatientlySync } from '../../base/patience.ts';

/** Where the sandbox of a data directory listens, or listened last. */
export interface Address {
  port: number;
  /** Made anew at each start: another program that has got the port since is not taken for the sandbox. */
  instance: string;
  /** What this user's programs prove themselves with under `/__sandbox/`; older sandboxes had none. */
  token?: string;
}

const fileName = 'address.json';

/** @returns undefined when there is none, or an unreadable one */
export function readAddress(directory: string): Address | undefined {
  try {
    const address = JSON.parse(readFileSync(path.join(directory, fileName), 'utf8')) as Address;
    const { port, instance, token } = address;
    if (!Number.isInteger(port) || typeof instance !== 'string') return undefined;
    return { port, instance, ...(typeof token === 'string' && { token }) };
  } catch {
    // It is a hint only: without it a free port is taken.
    return undefined;
  }
}

/**
 * Others read the old address or the new one, never a part; other users of the machine read neither. Where
 * the file cannot be replaced, because they read it all the time, it is written as it is: a part is as good
 * as none. Never throws: it is a hint, without which other windows cannot join.
 */
export function writeAddress(directory: string, address: Address): void {
  const file = path.join(directory, fileName);
  const text = JSON.stringify(address);
  try {
    // A file that was left there would keep its mode.
    removePatientlySync(`${file}.new`);
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renamePatientlySync(`${file}.new`, file);
  } catch {
    overwrite(file, text);
  }
}

function overwrite(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
    removePatientlySync(`${file}.new`);
  } catch {
    // The sandbox runs all the same; the address of an earlier one leads nobody astray, its instance differs.
  }
}
