import type { MediaKind } from '../../shared/task.ts';
import type { ProjectManners } from '../references/plan/plan.ts';
import { jsxFile } from './kinds/documentTypes.ts';
import { allKinds, plainFolder } from './kinds/allKinds.ts';
import { isTex, texFolder } from './mainTexFile.ts';
import { below, folderOf, joined, type ProjectFiles } from './projectFiles.ts';
import type { DocumentRule, Found, ProjectKind, RootRule, Variables } from './kinds/projectKind.ts';
import { filled, member, parseLoosely } from './kinds/settingsText.ts';

/** A document whose project is looked for. */
export interface ProjectDocument {
  /** Below the workspace folder; empty for none, which asks what counts for the folder as a whole. */
  readonly path: string;
  readonly languageId: string;
  readonly text: string;
}

/** What the project in which a document lies means for the document. */
export interface Project {
  readonly kind: ProjectKind;
  /** Its folder, below the workspace folder. */
  readonly root: string;
  /** Where media go, below the workspace folder; the first for a kind of media counts. */
  readonly folders: readonly { readonly media: readonly MediaKind[] | undefined; readonly folder: string }[];
  /** Those that count for the document. */
  readonly roots: readonly RootRule[];
  /** What relative paths in the document are relative to, below the workspace folder. */
  readonly base: string;
  /** As `base`, for addresses in tags of HTML within Markdown. */
  readonly tagBase: string;
  readonly manners: ProjectManners;
}

/**
 * Finds the project in which a document lies: looks into its folder and those above it, up to the workspace
 * folder. The nearest that has a rule for the document counts; what a package says of itself counts for none
 * of the packages in it.
 */
export async function findProject(files: ProjectFiles, document: ProjectDocument): Promise<Project> {
  const { path } = document;
  if (isTex(document)) return texProject(files, document);
  let package_: string | undefined;
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    const names = new Set(await files.list(folder));
    const packages = names.has('package.json')
      ? packagesIn(await files.read(joined(folder, 'package.json')))
      : undefined;
    for (const kind of allKinds) {
      if ((package_ !== undefined && kind.packages) || !isTold(kind, names, packages)) continue;
      const found = await findingsOf(files, kind, folder, names, packages, path);
      if (kind.confirms && !kind.confirms(found)) continue;
      const project = projectOf(kind, found, folder, document);
      if (project) return project;
    }
    if (packages) package_ ??= folder;
    if (folder === '') break;
  }
  return plainProject(package_ ?? '', document);
}

/** A project of no known kind; also for documents that lie in no folder. */
export function plainProject(root: string, document: ProjectDocument): Project {
  const found: Found = { has: () => false, text: () => '', texts: '', packages: new Set(), document: '' };
  const project = projectOf(plainFolder, found, root, document);
  if (!project) throw new Error('A plain folder takes every document.');
  return project;
}

function isTold(
  { evidence, packages }: ProjectKind,
  names: ReadonlySet<string>,
  named: ReadonlySet<string> | undefined,
): boolean {
  if (packages?.some(name => named?.has(name))) return true;
  return evidence?.some(name => (name.includes('*') ? fits(names, name) : names.has(name))) ?? false;
}

function fits(names: ReadonlySet<string>, pattern: string): boolean {
  const [start = '', end = ''] = pattern.split('*');
  return [...names].some(name => name.startsWith(start) && name.endsWith(end));
}

async function findingsOf(
  files: ProjectFiles,
  { evidence = [], reads = [] }: ProjectKind,
  folder: string,
  names: ReadonlySet<string>,
  packages: ReadonlySet<string> | undefined,
  path: string,
): Promise<Found> {
  const wanted = [...evidence, ...reads].filter(name => !name.endsWith('/'));
  const there = wanted.flatMap(name => {
    const [top = '', ...rest] = name.split('/');
    if (name.includes('*')) return [...names].filter(each => fits(new Set([each]), name)).slice(0, 1);
    return names.has(rest.length > 0 ? `${top}/` : top) ? [name] : [];
  });
  const texts = new Map<string, string>();
  for (const name of there) texts.set(name, (await files.read(joined(folder, name))) ?? '');
  return {
    has: name => names.has(name),
    text: name => texts.get(name) ?? '',
    texts: [...texts.values()].join('\n'),
    packages: packages ?? new Set(),
    document: below(path, folder) ?? '',
  };
}

function packagesIn(text: string | undefined): ReadonlySet<string> {
  const manifest = parseLoosely(text ?? '');
  const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
  return new Set(groups.flatMap(group => Object.keys(Object(member(manifest, group)) as object)));
}

/** @returns undefined when the kind has no place for media of this document */
function projectOf(
  kind: ProjectKind,
  found: Found,
  root: string,
  { path, text }: ProjectDocument,
): Project | undefined {
  const name = root.split('/').at(-1) ?? '';
  const variables = { base: '/', root: name, ...kind.variables?.(found) };
  const folders = kind.documents.flatMap(rule => {
    const folder = folderFor(rule, variables, found.document, path);
    return folder === undefined
      ? []
      : [
          {
            media: rule.media,
            folder: folder.startsWith('./') ? besides(path, folder) : joined(root, folder),
            rule,
          },
        ];
  });
  if (!folders.some(({ media }) => media === undefined)) return undefined;
  // What was named in the pattern of the first rule that fits is known to the roots, too.
  const named = { ...variables, ...groupsOf(folders[0]?.rule, variables, found.document) };
  const rules = typeof kind.roots === 'function' ? kind.roots(found) : (kind.roots ?? []);
  const roots = rules.flatMap((rule): RootRule[] => {
    const folder = filled(rule.folder, named);
    const url = filled(rule.url, named);
    const tagUrl = rule.tagUrl === undefined ? undefined : filled(rule.tagUrl, named);
    const isFor = rule.documents?.test(found.document) ?? true;
    return folder === undefined || url === undefined || !isFor
      ? []
      : [{ ...rule, folder, url, ...(tagUrl !== undefined && { tagUrl }) }];
  });
  const base = folderOf(path);
  return {
    kind,
    root,
    folders: folders.map(({ media, folder }) => ({ media, folder })),
    roots,
    base,
    tagBase: kind.hasPageFolders?.(found) ? pageFolder(path) : base,
    manners: {
      markdown: kind.markdown ?? 'commonmark',
      hasWikilinks: kind.hasWikilinks?.(found, text) ?? false,
      importsMedia: kind.imports?.test(path) ?? false,
      ...(kind.importsObjects === true && { importsObjects: true }),
    },
  };
}

/** Of a document for which the rule holds; of none at all, what holds for all documents. */
function folderFor(
  rule: DocumentRule,
  variables: Variables,
  document: string,
  path: string,
): string | undefined {
  if (path === '') return rule.folder.startsWith('./') ? undefined : filled(rule.folder, variables);
  const groups = groupsOf(rule, variables, document);
  const folder = groups && filled(rule.folder, { ...variables, ...groups });
  return folder === undefined || folder.startsWith('./') ? folder : joined(...folder.split('/'));
}

/** What the rule's pattern names in the document's path; undefined when the rule is not for it. */
function groupsOf(
  rule: DocumentRule | undefined,
  variables: Variables,
  document: string,
): Variables | undefined {
  const folder = filled(rule?.below ?? '', variables);
  const rest = folder === undefined ? undefined : below(document, folder);
  if (!rule || rest === undefined) return undefined;
  if (typeof rule.files === 'function') return rule.files(rest) ? {} : undefined;
  const match = rule.files ? rule.files.exec(rest) : undefined;
  return match === null ? undefined : { ...match?.groups };
}

function besides(path: string, folder: string): string {
  return joined(folderOf(path), folder.slice(2));
}

/** The folder of the page that is made from a document: of all but an index, one of its own. */
function pageFolder(path: string): string {
  const page = path.replace(/\.\w+$/, '');
  return /(?:^|\/)(?:index|readme)$/i.test(page) || jsxFile.test(path) ? folderOf(path) : page;
}

/** A document of LaTeX: its paths are relative to the file that is compiled. */
async function texProject(files: ProjectFiles, document: ProjectDocument): Promise<Project> {
  const { main, figures } = await texFolder(files, document);
  const project = plainProject('', document);
  return {
    ...project,
    base: main,
    tagBase: main,
    folders:
      figures === undefined ? project.folders : [{ media: undefined, folder: joined(figures, 'generated') }],
    roots: [],
  };
}
