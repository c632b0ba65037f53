import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removePatientlySync, renamePatientlySync } from '../../src/base/patience.ts';
import type { KeyValueStore } from '../../src/core/mirror/storedCopy.ts';

/**
 * What VS Code keeps on the person's own machine, as files of a folder that outlive the processes of a
 * container and its file system: the memento of all workspaces, and the storage folder that this one knows.
 */
export class ClientState implements KeyValueStore {
  readonly #folder: string;
  readonly #knownFile: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'globalState');
    this.#knownFile = join(folder, 'known');
    mkdirSync(this.#folder, { recursive: true });
  }

  keys(): readonly string[] {
    return readdirSync(this.#folder).filter(name => !name.endsWith(unfinished));
  }

  get(key: string): unknown {
    const file = join(this.#folder, key);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  update(key: string, value: unknown): Promise<void> {
    const file = join(this.#folder, key);
    if (value === undefined) removePatientlySync(file);
    else write(file, JSON.stringify(value));
    return Promise.resolve();
  }

  get known(): string | undefined {
    return existsSync(this.#knownFile) ? readFileSync(this.#knownFile, 'utf8') : undefined;
  }

  note(storageId: string): Promise<void> {
    write(this.#knownFile, storageId);
    return Promise.resolve();
  }
}

const unfinished = '.unfinished';

/** Whole or not at all: the machine of the person does not die with the container. */
function write(file: string, text: string): void {
  const own = `${file}-${process.pid}${unfinished}`;
  writeFileSync(own, text);
  renamePatientlySync(own, file);
}
