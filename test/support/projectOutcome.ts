import { addressOf, type Address, type RootSetting } from '../../src/core/projects/address.ts';
import { findProject, type Project, type ProjectDocument } from '../../src/core/projects/findProject.ts';
import { mediaFolder } from '../../src/core/projects/mediaFolder.ts';
import { joined, type ProjectFiles } from '../../src/core/projects/projectFiles.ts';
import { readPublicRoots } from '../../src/core/references/paths/publicRoots.ts';
import type { MediaKind } from '../../src/shared/task.ts';

/** The setting as it is when nobody has changed it. */
export const standardRoots: RootSetting = {
  roots: rootsOf({ public: '/', static: '/' }),
  isSet: false,
};

export function rootsOf(value: Readonly<Record<string, string>>): RootSetting['roots'] {
  return readPublicRoots(value).roots.map(root => ({ ...root, at: 'aboveDocument' }));
}

/** What becomes of a file that was made for a document. */
export interface Outcome {
  readonly project: Project;
  /** Below the workspace folder. */
  readonly file: string;
  readonly address: Address;
}

/**
 * Finds the project of a document, a place for a file, and its address, as the extension does it.
 * @param name the file's; or where it lies, if not where the project has such files
 */
export async function outcomeIn(
  files: ProjectFiles,
  document: ProjectDocument,
  media: MediaKind,
  name: { readonly name: string } | { readonly file: string },
  setting: RootSetting = standardRoots,
): Promise<Outcome> {
  const project = await findProject(files, document);
  const { folder } = await mediaFolder(files, project, media);
  const file = 'file' in name ? name.file : joined(folder, name.name);
  return { project, file, address: addressOf(project, document, setting, file, media) };
}
