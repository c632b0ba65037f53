import { posix } from 'node:path';

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

const variable = /\$\{(\w+)(?:\/((?:\\\/|[^}/])+)\/((?:\\\/|[^}/])*)\/)?\}/g;

/**
 * Where a file goes by a value of VS Code's setting `markdown.copyFiles.destination`: relative to the document, or with a leading
 * slash to the workspace folder. A value that ends in a slash names a folder.
 * @returns the absolute path of the file, or undefined when it would lie outside of the workspace folder
 */
export function copyFilesPath(template: string, variables: CopyFilesVariables): string | undefined {
  const { documentPath, workspaceFolder, fileName, now } = variables;
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
  const filled = (whole.endsWith('/') ? `${whole}\${fileName}` : whole).replace(
    variable,
    (unknown, name: string, pattern?: string, replacement?: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined) return unknown;
      return pattern === undefined ? value : transformed(value, pattern, replacement ?? '');
    },
  );
  const isInside = (path: string): boolean => path.startsWith(`${workspaceFolder.replace(/\/$/, '')}/`);
  // `${documentWorkspaceFolder}/img` is absolute already; any other leading slash means the workspace folder.
  const path = isInside(filled)
    ? posix.normalize(filled)
    : posix.resolve(filled.startsWith('/') ? workspaceFolder : folder, `./${filled}`);
  return isInside(path) && !path.endsWith('/') ? path : undefined;
}

/** `${documentBaseName/pattern/replacement/}`; a pattern that is no regular expression changes nothing. */
function transformed(value: string, pattern: string, replacement: string): string {
  try {
    return value.replace(new RegExp(pattern.replaceAll('\\/', '/')), replacement.replaceAll('\\/', '/'));
  } catch (error) {
    if (error instanceof SyntaxError) return value;
    throw error;
  }
}
