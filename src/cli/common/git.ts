import { spawn } from 'node:child_process';
import { CommandFailure } from './exitCodes.ts';

/** What git says in a folder. @throws CommandFailure with git's own words */
export async function git(folder: string, parameters: readonly string[], input?: string): Promise<Buffer> {
  const child = spawn('git', ['-C', folder, ...parameters], { stdio: ['pipe', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const error: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => error.push(chunk));
  // It ends early when it refuses; what it says of that is what counts.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', cause => reject(new CommandFailure(`git can't be run: ${cause.message}`)));
    child.once('close', resolve);
  });
  if (code !== 0) throw new CommandFailure(`git: ${Buffer.concat(error).toString('utf8').trim()}`);
  return Buffer.concat(out);
}

/**
 * The texts of the files below a folder, as they stood in a commit, by their path.
 * @param root a folder of the repository, to which all paths are relative
 */
export async function filesAt(root: string, commit: string, folder: string): Promise<Map<string, string>> {
  const listed = await git(root, ['ls-tree', '-r', '-z', commit, '--', folder]);
  const entries = listed
    .toString('utf8')
    .split('\0')
    .flatMap(line => {
      const [, mode, id, path] = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
      return mode?.startsWith('100') && id !== undefined && path !== undefined ? [{ id, path }] : [];
    });
  if (entries.length === 0) return new Map();
  const batch = await git(root, ['cat-file', '--batch'], `${entries.map(({ id }) => id).join('\n')}\n`);
  const files = new Map<string, string>();
  let at = 0;
  for (const { path } of entries) {
    const end = batch.indexOf('\n', at);
    const size = Number(batch.subarray(at, end).toString('latin1').split(' ')[2]);
    files.set(path, batch.subarray(end + 1, end + 1 + size).toString('utf8'));
    at = end + 1 + size + 1;
  }
  return files;
}

/**
 * The commit from which a branch went off, so that a report says nothing of what others did since; the named
 * one itself where git does not know (a shallow clone).
 * @throws CommandFailure for what is no commit
 */
export async function baseOf(root: string, reference: string): Promise<string> {
  const verify = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`];
  let commit: string;
  try {
    commit = (await git(root, verify)).toString('utf8').trim();
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const why = error.message === 'git: ' ? '' : ` ${error.message}`;
    throw new CommandFailure(`No commit "${reference}".${why}`);
  }
  try {
    return (await git(root, ['merge-base', commit, 'HEAD'])).toString('utf8').trim();
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return commit;
  }
}
