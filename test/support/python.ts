import { spawnSync } from 'node:child_process';
import { install, mayInstall } from './apt.ts';

// A Python of another origin may come first in the path; Debian's packages are for its own.
const candidates = ['python3', '/usr/bin/python3', 'python'] as const;

/**
 * A Python that has FastAPI and uvicorn. As root on Debian they are installed when they are missing.
 * @throws an error that says what to install
 */
export async function findPython(): Promise<string> {
  const found = installedPython();
  if (found !== undefined) return found;
  if (mayInstall()) {
    await install('python3', 'python3-fastapi', 'python3-uvicorn');
    const installed = installedPython();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'No Python with FastAPI and uvicorn found: install them for python3, for example with pip.',
  );
}

/** The Python that {@link findPython} gives without installing anything. */
export function installedPython(): string | undefined {
  return candidates.find(python => spawnSync(python, ['-c', 'import fastapi, uvicorn']).status === 0);
}
