import { posix } from 'node:path';
import { runInNewContext } from 'node:vm';
import { spelledLike } from '../places/places.ts';
import { isLegalSegment } from './fileName.ts';

/** What `markdown.copyFiles.destination` can name; paths with forward slashes. */
export interface CopyFilesVariables {
  /** Of the document, absolute. */
  readonly documentPath: string;
  /** Absolute; of the document's own folder when it lies in no workspace. */
  readonly workspaceFolder: string;
  /** Of the file that is saved, with its extension. */
  readonly fileName: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** `inspect` of VS Code's setting, as far as it counts here. */
export interface CopyFilesSetting {
  readonly globalValue?: Readonly<Record<string, unknown>> | undefined;
  readonly workspaceValue?: Readonly<Record<string, unknown>> | undefined;
  readonly workspaceFolderValue?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The rules that count, from glob to template. An untrusted workspace has no say: its rules would choose
 * where files are written, by regular expressions of its own.
 */
export function copyFilesRules(
  setting: CopyFilesSetting | undefined,
  isTrusted: boolean,
): [glob: string, template: string][] {
  const rules = isTrusted
    ? { ...setting?.globalValue, ...setting?.workspaceValue, ...setting?.workspaceFolderValue }
    : { ...setting?.globalValue };
  return Object.entries(rules).filter((rule): rule is [string, string] => typeof rule[1] === 'string');
}

// Longer than anything that a person writes, or that a file system takes.
const maximumTemplate = 1_000;
const maximumPath = 4_096;
/** For each regular expression; a sound one takes less than a millisecond. */
const patternTimeoutMs = 50;

const variable = /\$\{(\w+)(?:\/((?:\\\/|[^}/])+)\/((?:\\\/|[^}/])*)\/)?\}/g;

/**
 * Where a file goes by a value of VS Code's setting `markdown.copyFiles.destination`: relative to the
 * document, or with a leading slash to the workspace folder. A value that ends in a slash names a folder.
 * @returns the absolute path of the file; undefined when it would lie outside of the workspace folder on any
 *   system, when a name in it is not legal on every system, or when it is too long or takes too long
 */
export function copyFilesPath(template: string, variables: CopyFilesVariables): string | undefined {
  const { workspaceFolder, fileName, now } = variables;
  // VS Code spells the drive of a document and of its folder differently now and then.
  const documentPath = spelledLike(workspaceFolder, variables.documentPath);
  if (template.length > maximumTemplate || documentPath.length > maximumPath) return undefined;
  const folder = posix.dirname(documentPath);
  const values: Record<string, string> = {
    documentDirName: folder,
    documentRelativeDirName: posix.relative(workspaceFolder, folder) || '.',
    documentFileName: posix.basename(documentPath),
    documentBaseName: posix.parse(documentPath).name,
    documentExtName: posix.extname(documentPath).slice(1),
    documentFilePath: documentPath,
    documentRelativeFilePath: posix.relative(workspaceFolder, documentPath),
    documentWorkspaceFolder: workspaceFolder,
    fileName,
    fileExtName: posix.extname(fileName).slice(1),
    unixTime: String(now),
    isoTime: new Date(now).toISOString().replace(/[:.]/g, '-'),
  };
  const whole = template.trim() || '${fileName}';
  const state = { isInTime: true };
  const filled = (whole.endsWith('/') ? `${whole}\${fileName}` : whole).replace(
    variable,
    (unknown, name: string, pattern?: string, replacement?: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) return unknown;
      if (pattern === undefined || !state.isInTime) return value;
      const result = transformed(value, pattern, replacement ?? '');
      state.isInTime = result !== undefined;
      return result ?? value;
    },
  );
  if (!state.isInTime || filled.length > maximumPath) return undefined;
  const isBelow = (path: string, parent: string): boolean => path.startsWith(`${parent.replace(/\/$/, '')}/`);
  // `${documentWorkspaceFolder}/img` is absolute already; any other leading slash means the workspace folder.
  const path = isBelow(filled, workspaceFolder)
    ? posix.normalize(filled)
    : posix.resolve(filled.startsWith('/') ? workspaceFolder : folder, `./${filled}`);
  if (!isBelow(path, workspaceFolder) || path.endsWith('/')) return undefined;
  // The folders above exist and have the names that they have. In any other name a backslash, a drive or
  // blanks behind two dots would lead elsewhere on Windows.
  const known = isBelow(path, folder) && isBelow(folder, workspaceFolder) ? folder : workspaceFolder;
  const names = path.slice(known.length).split('/').filter(Boolean);
  return names.every(isLegalSegment) ? path : undefined;
}

/**
 * `${documentBaseName/pattern/replacement/}`; a pattern that is no regular expression changes nothing.
 *
 * JavaScript's own expressions are what the setting means, and an engine of linear time knows no lookaround
 * or backreference. So they run as VS Code runs them, but in a context that is stopped when time is up.
 * @returns undefined when it could not be run in time
 */
function transformed(value: string, pattern: string, replacement: string): string | undefined {
  const source = pattern.replaceAll('\\/', '/');
  try {
    new RegExp(source);
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
  const words = { value, source, replacement: replacement.replaceAll('\\/', '/') };
  try {
    const code = 'value.replace(new RegExp(source), replacement)';
    return String(runInNewContext(code, words, { timeout: patternTimeoutMs }));
  } catch {
    // Out of time, or too large to be run: the caller says that the setting was not obeyed.
    return undefined;
  }
}
