import type { MediaKind } from '../../shared/task.ts';
import type { Project } from './findProject.ts';
import { isGitIgnored } from './gitIgnore.ts';
import { below, folderOf, joined, type ProjectFiles } from './projectFiles.ts';

/** A folder for generated media. */
export interface MediaFolder {
  /** Below the workspace folder. */
  readonly folder: string;
  /**
   * The folder that would have come first, where git is told to ignore it; the same as `folder` when it is
   * told so of all that were tried.
   */
  readonly hidden: string | undefined;
}

/** Instead of a last segment `generated`, which often means code that is made anew. */
const otherNames = ['images', 'media'];
const extensions = { image: 'png', video: 'mp4', audio: 'mp3' } as const;

/** Where a project has media of a kind, or the next place of the same sort that git does not ignore. */
export async function mediaFolder(
  files: ProjectFiles,
  project: Project,
  media: MediaKind,
): Promise<MediaFolder> {
  const first = folderOfMedia(project, media);
  const others = first.endsWith('generated') ? otherNames.map(name => joined(folderOf(first), name)) : [];
  for (const folder of [first, ...others]) {
    if (await isGitIgnored(files, joined(folder, `a.${extensions[media]}`))) continue;
    return { folder, hidden: folder === first ? undefined : first };
  }
  return { folder: first, hidden: first };
}

/** Where a project has media of a kind, whatever git is told. */
export function folderOfMedia({ folders }: Project, media: MediaKind): string {
  const found = folders.find(each => each.media?.includes(media) ?? true);
  if (!found) throw new Error('A project has no folder for all media.');
  return found.folder;
}

/**
 * Where `public/…` or `static/…`, which a person has set for a whole workspace, is for a document: in the
 * nearest package above it that has a folder of that name.
 * @param folder below the workspace folder
 */
export async function nearestServedFolder(
  files: ProjectFiles,
  document: string,
  folder: string,
): Promise<string> {
  const [top = ''] = folder.split('/');
  if (top !== 'public' && top !== 'static') return folder;
  for (let above = folderOf(document); above !== ''; above = folderOf(above)) {
    const names = await files.list(above);
    if (names.includes(`${top}/`) && below(document, joined(above, top)) === undefined)
      return joined(above, folder);
  }
  return folder;
}
