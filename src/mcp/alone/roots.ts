import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Root } from '../../core/agents/rootedPath.ts';
import { AloneFailure } from './options.ts';

/** A folder in which agents may name files. */
export interface AloneRoot extends Root {
  readonly uri: string;
}

const projectMarks = ['.git', 'package.json', 'pyproject.toml', 'go.mod', 'Cargo.toml'];
/** Folders of the system, in which nobody has a project. */
const systemFolders =
  process.platform === 'win32'
    ? [process.env['SystemRoot'] ?? 'C:\\Windows', 'C:\\Program Files', 'C:\\Program Files (x86)']
    : [
        '/bin',
        '/boot',
        '/dev',
        '/etc',
        '/lib',
        '/lib64',
        '/proc',
        '/sbin',
        '/sys',
        '/usr',
        '/Library',
        '/System',
      ];

/**
 * Folders that a person has named.
 * @throws AloneFailure for one that is none, or that holds everything
 */
export function givenRoots(given: readonly string[], cwd: string): AloneRoot[] {
  const folders = given.map(each => {
    const folder = path.resolve(cwd, each);
    if (!isFolder(folder)) throw new AloneFailure(`--root: there is no folder ${folder}.`);
    if (path.dirname(folder) === folder) throw new AloneFailure('--root: the whole disk is no project.');
    return folder;
  });
  return rootsOf(folders);
}

/** Folders that a client says it works in; those that are none, or too much, do not count. */
export function clientRoots(uris: readonly string[]): AloneRoot[] {
  const folders = uris.flatMap(uri => {
    if (!uri.startsWith('file:')) return [];
    try {
      const folder = fileURLToPath(uri);
      return isFolder(folder) && !isTooMuch(folder) ? [folder] : [];
    } catch {
      // It is no address of a file on this machine.
      return [];
    }
  });
  return rootsOf(folders);
}

/** The folder in which the server was started, when that is a project. */
export function workingRoot(cwd: string): AloneRoot[] {
  const isProject = projectMarks.some(mark => existsSync(path.join(cwd, mark)));
  return isProject && !isTooMuch(cwd) ? rootsOf([cwd]) : [];
}

/** Whether a folder is that of all of a person's files, or of the system. */
function isTooMuch(folder: string): boolean {
  const real = realpathSync(folder);
  if (path.dirname(real) === real || real === homeFolder()) return true;
  return systemFolders.some(each => real === each || real.startsWith(each + path.sep));
}

function homeFolder(): string {
  const home = homedir();
  return existsSync(home) ? realpathSync(home) : home;
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function rootsOf(folders: readonly string[]): AloneRoot[] {
  const roots: AloneRoot[] = [];
  for (const folder of new Set(folders)) {
    const base = path.basename(folder);
    const namesakes = roots.filter(each => each.name === base || each.name.startsWith(`${base}-`)).length;
    const name = namesakes === 0 ? base : `${base}-${namesakes + 1}`;
    roots.push({ name, path: folder, uri: pathToFileURL(folder).href });
  }
  return roots;
}
