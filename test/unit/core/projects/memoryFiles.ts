import type { RootSetting } from '../../../../src/core/projects/address.ts';
import type { ProjectFiles } from '../../../../src/core/projects/projectFiles.ts';
import type { MediaKind } from '../../../../src/shared/task.ts';
import { outcomeIn, type Outcome } from '../../../support/projectOutcome.ts';

/** A workspace in memory: texts by path. Counts what it is asked. */
export class MemoryFiles implements ProjectFiles {
  readonly #files: Map<string, string>;
  calls = 0;

  constructor(files: Readonly<Record<string, string>>) {
    this.#files = new Map(Object.entries(files));
  }

  list(folder: string): Promise<readonly string[]> {
    this.calls++;
    const start = folder === '' ? '' : `${folder}/`;
    const names = [...this.#files.keys()]
      .filter(path => path.startsWith(start))
      .map(path => path.slice(start.length).replace(/\/.*/, '/'));
    return Promise.resolve([...new Set(names)]);
  }

  read(file: string): Promise<string | undefined> {
    this.calls++;
    return Promise.resolve(this.#files.get(file));
  }

  set(path: string, text: string): void {
    this.#files.set(path, text);
  }
}

export interface OutcomeOptions {
  readonly text?: string;
  readonly languageId?: string;
  readonly media?: MediaKind;
  readonly setting?: RootSetting;
  /** Where the file lies, if not where the project has it. */
  readonly file?: string;
}

/** Finds the project of a document, a place for a picture, and its address. */
export async function outcomeOf(
  evidence: Readonly<Record<string, string>>,
  path: string,
  { text = '', languageId = '', media = 'image', setting, file }: OutcomeOptions = {},
): Promise<Outcome> {
  const files = new MemoryFiles({ ...evidence, [path]: text });
  const name = { image: 'fox.png', video: 'fox.mp4', audio: 'fox.mp3' }[media];
  const placed = file === undefined ? { name } : { file };
  return outcomeIn(files, { path, languageId, text }, media, placed, setting);
}
