import fs, { WriteStream } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Refused = 'rename' | 'rm' | 'open' | 'mkdir';

export interface Refusal extends Disposable {
  /** How often it was asked for. */
  calls: number;
  /** How often it is still refused. */
  left: number;
}

/**
 * Lets a function of `node:fs/promises` fail as another system would, for everybody in this process.
 * @param isMeant by the first argument
 */
export function refusing(
  name: Refused,
  code: string,
  times: number,
  isMeant: (path: string) => boolean = () => true,
): Refusal {
  const original = fsPromises[name] as (...values: unknown[]) => Promise<unknown>;
  const refusal: Refusal = {
    calls: 0,
    left: times,
    [Symbol.dispose]: () => {
      Object.assign(fsPromises, { [name]: original });
      syncBuiltinESMExports();
    },
  };
  const refused = async (...values: unknown[]): Promise<unknown> => {
    if (!isMeant(String(values[0]))) return original(...values);
    refusal.calls++;
    if (refusal.left-- > 0) throw systemError(code, name);
    return original(...values);
  };
  Object.assign(fsPromises, { [name]: refused });
  syncBuiltinESMExports();
  return refusal;
}

/** As `refusing`, for the functions that hold up the thread. */
export function refusingSync(
  name: 'renameSync' | 'unlinkSync' | 'fsyncSync',
  code: string,
  times: number,
): Refusal {
  const original = fs[name] as (...values: unknown[]) => unknown;
  const refusal: Refusal = {
    calls: 0,
    left: times,
    [Symbol.dispose]: () => {
      Object.assign(fs, { [name]: original });
      syncBuiltinESMExports();
    },
  };
  const refused = (...values: unknown[]): unknown => {
    refusal.calls++;
    if (refusal.left-- > 0) throw systemError(code, name);
    return original(...values);
  };
  Object.assign(fs, { [name]: refused });
  syncBuiltinESMExports();
  return refusal;
}

/** Lets every file that is written as a stream meet a full disk at its first byte. */
export function fullDisk(): Disposable {
  const refuse = (_chunk: unknown, _encoding: unknown, done: (error: Error) => void): void =>
    done(systemError('ENOSPC', 'write'));
  const prototype = WriteStream.prototype as object;
  const originalOf = (name: string): unknown => Reflect.get(prototype, name);
  const original = { _write: originalOf('_write'), _writev: originalOf('_writev') };
  const refuseAll = (_chunks: unknown, done: (error: Error) => void): void =>
    refuse(undefined, undefined, done);
  Object.assign(prototype, { _write: refuse, _writev: refuseAll });
  return { [Symbol.dispose]: () => void Object.assign(prototype, original) };
}

/** Lets this process believe that it runs on another system. */
export function onPlatform(platform: NodeJS.Platform): Disposable {
  const original = Object.getOwnPropertyDescriptor(process, 'platform');
  Object.defineProperty(process, 'platform', { ...original, value: platform });
  return {
    [Symbol.dispose]: () => {
      if (original) Object.defineProperty(process, 'platform', original);
    },
  };
}

function systemError(code: string, call: string): Error {
  return Object.assign(new Error(`${code}: refused by the test, ${call}`), { code });
}
