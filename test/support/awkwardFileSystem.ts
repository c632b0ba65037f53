import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface AwkwardFileSystem {
  readonly path: string;
  unmount(): void;
}

/** Mounts the file system of `awkwardFileSystem.py`; undefined where that cannot be. */
export async function mountAwkward(): Promise<AwkwardFileSystem | undefined> {
  // Not the first Python of the path: the one that has the packages of the system.
  const python = '/usr/bin/python3';
  const script = path.join(import.meta.dirname, 'awkwardFileSystem.py');
  if (!existsSync('/dev/fuse') || spawnSync(python, [script, '--check']).status !== 0) return undefined;
  const home = mkdtempSync(path.join(tmpdir(), 'rivya-awkward-'));
  const [files, mount] = [path.join(home, 'files'), path.join(home, 'mount')];
  for (const folder of [files, mount]) mkdirSync(folder);
  const server = spawn(python, [script, files, mount], { stdio: ['ignore', 'pipe', 'inherit'] });
  const isMounted = await Promise.race([
    once(server.stdout, 'data').then(() => true),
    once(server, 'close').then(() => false),
  ]);
  const unmount = (): void => {
    if (isMounted) spawnSync('fusermount', ['-u', '-z', mount]);
    server.kill();
    rmSync(home, { recursive: true, force: true });
  };
  if (isMounted) return { path: mount, unmount };
  unmount();
  return undefined;
}
