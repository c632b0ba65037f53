import type { RootSetting } from '../projects/address.ts';
import type { Project } from '../projects/findProject.ts';
import { plainFolder } from '../projects/kinds/allKinds.ts';
import type { RootRule } from '../projects/kinds/projectKind.ts';
import { below, folderOf, joined, type ProjectFiles } from '../projects/projectFiles.ts';
import { filePathOf, type MediaReference } from './find/mediaReference.ts';

/** Where a document lies, and what its project makes of the addresses in it. */
export interface DocumentPlace {
  /** Below the workspace folder. */
  readonly path: string;
  readonly project: Project;
  readonly setting: RootSetting;
}

/** What LaTeX and its like put behind a name without an extension, and what is made for one. */
const texExtensions = ['png', 'pdf', 'jpg', 'jpeg', 'eps', 'svg', 'mps', 'jbig2', 'jb2'];

/** A file that an address may mean, and the served folder that it is below, if it is below one. */
interface Candidate {
  readonly file: string;
  readonly root: string | undefined;
}

/**
 * The file that a reference names and that is not there, below the workspace folder.
 * @returns undefined when it is there, be it in one of several places, and when nobody can tell where it
 *   would be, or it would be out of the folder
 */
export async function missingFile(
  reference: MediaReference,
  place: DocumentPlace,
  files: ProjectFiles,
): Promise<string | undefined> {
  const candidates = candidatesOf(reference, place);
  for (const { file } of candidates) if (await isThere(files, file)) return undefined;
  // Of several served folders the one counts that is there; where none is, the first that the project's kind
  // has.
  for (const { file, root } of candidates) {
    if (root === undefined || root === '' || (await isThere(files, `${root}/`))) return file;
    if (place.project.kind !== plainFolder) break;
  }
  return candidates[0]?.file;
}

function candidatesOf(reference: MediaReference, place: DocumentPlace): Candidate[] {
  const path = filePathOf(reference);
  if (path === undefined || path === '' || path.includes('\\') || /^[~@%]/.test(path)) return [];
  if (reference.isModule === true && !/^\.{0,2}\//.test(path)) return [];
  const found = path.startsWith('/') ? rooted(path, place) : based(path, reference, place);
  const candidates = found.flatMap(({ file, root }): Candidate[] => {
    const whole = normalized(file);
    return whole === undefined ? [] : [{ file: whole, root }];
  });
  // TeX finds what has no extension.
  if (/\.[A-Za-z\d]{2,5}$/.test(path)) return candidates;
  return candidates.flatMap(({ file, root }) =>
    texExtensions.map(extension => ({ file: `${file}.${extension}`, root })),
  );
}

/** @param file with a slash behind it for a folder */
async function isThere(files: ProjectFiles, file: string): Promise<boolean> {
  const path = file.replace(/\/$/, '');
  const name = file.slice(path.lastIndexOf('/') + 1);
  return namesIn(await files.list(folderOf(path))).has(name.normalize());
}

/** By listing, which is kept until something in the folder changes: 50,000 names are gone through once. */
const knownNames = new WeakMap<readonly string[], ReadonlySet<string>>();

/** The names of a listing; some file systems keep them decomposed. */
function namesIn(listing: readonly string[]): ReadonlySet<string> {
  const known = knownNames.get(listing) ?? new Set(listing.map(each => each.normalize()));
  knownNames.set(listing, known);
  return known;
}

/** What a relative path means below the `<base>` of its document, if it has one. */
function based(path: string, reference: MediaReference, place: DocumentPlace): Candidate[] {
  const { siteBase } = reference;
  if (siteBase === undefined) return relative(path, reference, place);
  if (/^(?:[a-z][a-z\d+.-]*:|\/\/)|[{}<$]/i.test(siteBase)) return [];
  const whole = siteBase.slice(0, siteBase.lastIndexOf('/') + 1) + path;
  const below = whole.startsWith('/') ? rooted(whole, place) : relative(whole, reference, place);
  // Some build tools look beside the document all the same.
  return [...below, unserved(joined(folderOf(place.path), path))];
}

function relative(path: string, reference: MediaReference, place: DocumentPlace): Candidate[] {
  const { project } = place;
  const base = reference.isTag === true ? project.tagBase : project.base;
  const bases = reference.bases?.map(each => joined(base, each)) ?? [base];
  const own = [...new Set([...bases, base, folderOf(place.path)])].map(each => unserved(joined(each, path)));
  // Addresses that begin with a name may be below a root (`assets/a.png`, `module:a.png`, a bare name).
  const served = /^\.\.?\//.test(path)
    ? []
    : rulesOf(place).flatMap(rule => (rule.url.startsWith('/') ? [] : fromRule(rule, path, place)));
  const data = /\.(?:json\w*|ya?ml|toml)$/i.test(place.path)
    ? [unserved(joined(project.root, path)), ...rooted(`/${path}`, place)]
    : [];
  return path.includes(':') ? served : [...own, ...served, ...data];
}

function rooted(path: string, place: DocumentPlace): Candidate[] {
  const served = rulesOf(place).flatMap(rule =>
    rule.url.startsWith('/') ? fromRule(rule, path, place) : [],
  );
  return [...served, unserved(joined(place.project.root, path.slice(1))), unserved(path.slice(1))];
}

function unserved(file: string): Candidate {
  return { file, root: undefined };
}

function rulesOf({ project, setting }: DocumentPlace): readonly RootRule[] {
  return setting.isSet || project.kind === plainFolder ? setting.roots : project.roots;
}

/** The files that an address means by a root: in the project's folder, or in any above the document. */
function fromRule(
  { folder, url, at = 'root', isNameOnly }: RootRule,
  path: string,
  place: DocumentPlace,
): Candidate[] {
  const { root } = place.project;
  if (folder.includes('*') || url.includes('*') || isNameOnly === true || !path.startsWith(url)) return [];
  const rest = path.slice(url.length);
  const parents = [root];
  if (at !== 'root') {
    for (
      let above = folderOf(place.path);
      above !== root && below(above, root) !== undefined;
      above = folderOf(above)
    ) {
      parents.unshift(above);
      if (above === '') break;
    }
  }
  return parents
    .reverse()
    .map(parent => ({ file: joined(parent, folder, rest), root: joined(parent, folder) }));
}

/** Undefined when it leads out of the workspace folder. */
function normalized(path: string): string | undefined {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.length === 0 ? undefined : segments.join('/');
}
