import { readPublicRoots } from '../../../../src/core/references/paths/publicRoots.ts';
import { addressOf, type Address, type RootSetting } from '../../../../src/core/projects/address.ts';
import {
  findProject,
  type Project,
  type ProjectDocument,
} from '../../../../src/core/projects/findProject.ts';
import { mediaFolder } from '../../../../src/core/projects/mediaFolder.ts';
import type { ProjectFiles } from '../../../../src/core/projects/projectFiles.ts';
import type { MediaKind } from '../../../../src/shared/task.ts';

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

/** The setting as it is when nobody has changed it. */
export const standardRoots: RootSetting = {
  roots: rootsOf({ public: '/', static: '/' }),
  isSet: false,
};

export function rootsOf(value: Readonly<Record<string, string>>): RootSetting['roots'] {
  return readPublicRoots(value).roots.map(root => ({ ...root, at: 'aboveDocument' }));
}

/** What becomes of a picture that was made for a document. */
export interface Outcome {
  readonly project: Project;
  readonly file: string;
  readonly address: Address;
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
  { text = '', languageId = '', media = 'image', setting = standardRoots, file }: OutcomeOptions = {},
): Promise<Outcome> {
  const files = new MemoryFiles({ ...evidence, [path]: text });
  const document: ProjectDocument = { path, languageId, text };
  const project = await findProject(files, document);
  const name = { image: 'fox.png', video: 'fox.mp4', audio: 'fox.mp3' }[media];
  const { folder } = await mediaFolder(files, project, media);
  const placed = file ?? [folder, name].filter(Boolean).join('/');
  return { project, file: placed, address: addressOf(project, document, setting, placed, media) };
}
