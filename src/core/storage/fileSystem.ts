import { realpathSync, statfsSync } from 'node:fs';
import { release } from 'node:os';

/** What the journal of a database may rely on in a folder. */
export interface FileSystem {
  /** As the field calls it; undefined for one that is not known to be special. */
  readonly name: string | undefined;
  /**
   * Whether several machines, or the two halves of one, may write there, or its shared memory is not to be
   * relied upon: SQLite's write-ahead log needs all its users to share memory.
   */
  readonly isShared: boolean;
}

/** What Linux calls them: `f_type` of statfs(2). */
const sharedTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x7461636f, 'OCFS2'],
  [0x01161970, 'GFS2'],
  [0x19830326, 'BeeGFS'],
  [0xaad7aaea, 'PanFS'],
  [0x786f4256, 'vboxsf'],
  [0x65735546, 'FUSE'],
]);

/** Drives of Windows, as a Linux beside it sees them. */
const windowsDrive = '9P';

/** @param folder an existing one */
export function fileSystemOf(folder: string): FileSystem {
  const name = process.platform === 'win32' ? shareOf(folder) : sharedTypes.get(typeOf(folder));
  return { name, isShared: name !== undefined };
}

/** A drive letter may stand for a share. */
function shareOf(folder: string): string | undefined {
  return isSharePath(folder) || isSharePath(realPath(folder)) ? 'SMB' : undefined;
}

/** Whether a path of Windows names another machine: `\\server\share`, also `\\?\UNC\server`; no device. */
export function isSharePath(path: string): boolean {
  return /^[\\/]{2}(?:[?.][\\/]UNC[\\/]|(?![?.][\\/]))/i.test(path);
}

function realPath(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}

function typeOf(folder: string): number {
  try {
    // Signed on some systems.
    return statfsSync(folder).type >>> 0;
  } catch {
    return 0;
  }
}

/**
 * Whether this is a Linux on Windows (WSL) and the folder lies on a drive of Windows. Locks do not cross
 * that border, so a database there is never opened from here.
 */
export function isAcrossWindows(name: string | undefined, kernel: string = release()): boolean {
  return process.platform === 'linux' && name === windowsDrive && /microsoft/i.test(kernel);
}
