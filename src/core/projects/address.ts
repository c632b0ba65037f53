import type { MediaKind } from '../../shared/task.ts';
import { relativePath } from '../references/paths/relativePath.ts';
import { dataFile, isForForge, isWebDocument, markdownFile } from './kinds/documentTypes.ts';
import type { Project, ProjectDocument } from './findProject.ts';
import { plainFolder } from './kinds/allKinds.ts';
import { below, joined } from './projectFiles.ts';
import type { RootRule } from './kinds/projectKind.ts';

/** How a document refers to a file. */
export interface Address {
  /** Not encoded. */
  readonly path: string;
  /** Whether it is reached under an address of its own, so that it is never imported. */
  readonly isPublic: boolean;
  /** What the document writes in place of the address, where it has a helper for it. */
  readonly expression?: string;
}

/** `rivya.output.publicRoots` as it counts here. */
export interface RootSetting {
  readonly roots: readonly RootRule[];
  /** Whether the user has set it: then it wins over what is known of the project. */
  readonly isSet: boolean;
}

/**
 * How a document of a project refers to a file.
 * @param file below the same workspace folder
 */
export function addressOf(
  project: Project,
  document: ProjectDocument,
  setting: RootSetting,
  file: string,
  media: MediaKind,
): Address {
  const { path, languageId, text } = document;
  const isTag = media !== 'image' && markdownFile.test(path);
  const relative: Address = {
    path: relativePath(segments(isTag ? project.tagBase : project.base), segments(file)),
    isPublic: false,
  };
  if (path !== '' && isForForge(path) && project.kind === plainFolder) return relative;
  const rules = setting.isSet || project.kind === plainFolder ? setting.roots : project.roots;
  const served = rules.flatMap(
    rule => servedAs(isTag ? ofTags(rule) : rule, project.root, path, file) ?? [],
  )[0];
  const isPlain = project.kind === plainFolder;
  if (dataFile.test(path)) return asNeighbours(text, relative, served?.url, !isPlain);
  if (!served || (isPlain && !isWebDocument(path, languageId))) return relative;
  if (served.isBeside) return { ...relative, isPublic: true };
  const expression = expressionFor(served, project.root, path, text);
  return { path: served.url, isPublic: true, ...(expression !== undefined && { expression }) };
}

function ofTags({ tagUrl, ...rule }: RootRule): RootRule {
  return tagUrl === undefined ? rule : { ...rule, url: tagUrl };
}

interface Served {
  readonly rule: RootRule;
  /** Of the file, below the root's folder. */
  readonly rest: string;
  /** What `*` was in the root's folder. */
  readonly star: string;
  readonly url: string;
  /** Whether the document stands in the same root, and is served from there. */
  readonly isBeside: boolean;
}

/** Whether, and how, a file is reached by a root; undefined when it is not below it. */
function servedAs(rule: RootRule, root: string, document: string, file: string): Served | undefined {
  const place = placeOf(rule, root, document, file);
  if (!place) return undefined;
  const { folder, star, rest } = place;
  const isBeside =
    document !== '' &&
    below(document, folder) !== undefined &&
    !rule.built?.test(below(document, root) ?? document);
  const name = rule.isNameOnly ? (rest.split('/').at(-1) ?? rest) : rest;
  return { rule, rest, star, url: rule.url.replace('{*}', star) + name, isBeside };
}

function placeOf(
  { folder, at = 'root' }: RootRule,
  root: string,
  document: string,
  file: string,
): { folder: string; star: string; rest: string } | undefined {
  const rest = below(file, root);
  if (rest === undefined) return undefined;
  const parts = segments(rest);
  const wanted = segments(folder);
  // The outermost is the root: a "static" in "public" is given out as "/static".
  for (let start = 0; start + wanted.length < parts.length; start++) {
    if (at === 'root' && start > 0) return undefined;
    const parent = joined(root, ...parts.slice(0, start));
    if (at === 'aboveDocument' && document !== '' && below(document, parent) === undefined) return undefined;
    if (!wanted.every((segment, index) => segment === '*' || segment === parts[start + index])) continue;
    const end = start + wanted.length;
    return {
      folder: joined(root, ...parts.slice(0, end)),
      star: parts[start + wanted.indexOf('*')] ?? '',
      rest: parts.slice(end).join('/'),
    };
  }
  return undefined;
}

function expressionFor(
  { rule, rest, star }: Served,
  root: string,
  path: string,
  text: string,
): string | undefined {
  // Where quotes end differs with the template language; such a name is addressed as a URL.
  if (/["'\\{}%<>]/.test(rest)) return undefined;
  const document = below(path, root) ?? path;
  const helper = rule.helpers?.find(each => each.documents.test(document) && (each.text?.test(text) ?? true));
  return helper?.write.replace('{*}', () => star).replace('{path}', () => rest);
}

const mediaValue =
  /["'\s]((?:\.{0,2}\/)?[^\s"'<>()|:]+\.(?:avif|gif|jpe?g|m4a|mp3|mp4|ogg|png|svg|wav|webm|webp))(?=["'\s]|$)/gim;

/**
 * In data nothing says what an address is relative to but the others in it.
 * @param isWeb whether, without others, it is taken for the data of something that is served
 */
function asNeighbours(text: string, relative: Address, url: string | undefined, isWeb: boolean): Address {
  const others = [...text.matchAll(mediaValue)].map(([, value = '']) => value);
  const rooted = others.filter(value => value.startsWith('/')).length;
  const dotted = others.filter(value => /^\.\.?\//.test(value));
  const bare = others.length - rooted - dotted.length;
  const served = url === undefined ? relative : { path: url, isPublic: true };
  if (others.length === 0) return isWeb ? served : relative;
  if (rooted >= Math.max(dotted.length, bare)) return served;
  if (dotted.length >= bare) {
    const isBelow = !relative.path.startsWith('../');
    return isBelow && dotted.some(value => value.startsWith('./'))
      ? { ...relative, path: `./${relative.path}` }
      : relative;
  }
  // What begins with a name is below the data, or below the root.
  return relative.path.startsWith('../') ? { ...served, path: served.path.replace(/^\//, '') } : relative;
}

function segments(path: string): string[] {
  return path.split('/').filter(segment => segment !== '');
}
