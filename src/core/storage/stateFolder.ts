import { homedir } from 'node:os';
import path from 'node:path';

/** Where the platform keeps the state of programs that have no editor, for ours. */
export function stateFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32')
    return path.join(env['LOCALAPPDATA'] ?? path.join(homedir(), 'AppData', 'Local'), 'rivya', 'state');
  if (platform === 'darwin') return path.join(homedir(), 'Library', 'Application Support', 'rivya');
  const state = env['XDG_STATE_HOME'] ?? '';
  return path.join(
    state !== '' && path.isAbsolute(state) ? state : path.join(homedir(), '.local', 'state'),
    'rivya',
  );
}
