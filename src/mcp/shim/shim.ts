/**
 * Between an agent's program and a window of VS Code: it finds the window that has the folder in which it was
 * started, shows its token, and passes bytes on. It is copied to where it stays through updates, so it has no
 * part but Node.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { join, sep } from 'node:path';

interface Window {
  readonly pid: number;
  readonly socket: string;
  readonly token: string;
  readonly folders: readonly string[];
  /** When it had the focus last, in milliseconds since the epoch. */
  readonly focusedAt: number;
}

const folder = join(__dirname, 'bridge');
const here = key(realpathSync(process.cwd()));

function key(path: string): string {
  return process.platform === 'linux' ? path : path.toLowerCase();
}

/** How long the folder of a window is that holds the one in which this was started. */
function match({ folders }: Window): number {
  const fits = folders
    .map(key)
    .filter(each => `${here}${sep}`.startsWith(each.endsWith(sep) ? each : each + sep));
  return Math.max(0, ...fits.map(each => each.length));
}

/** Those that have left word, the likeliest first; a word that cannot be read is nobody's. */
function windows(): Window[] {
  return namesIn(folder)
    .filter(name => name.endsWith('.json'))
    .flatMap(name => {
      try {
        const window = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Window;
        return [{ window, fit: match(window) }];
      } catch {
        return [];
      }
    })
    .sort((a, b) => b.fit - a.fit || b.window.focusedAt - a.window.focusedAt)
    .map(({ window }) => window);
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** @param refusal of the system, by its code, when it has not let this program connect to one before */
function tryNext([window, ...others]: readonly Window[], refusal?: string): void {
  if (!window) {
    process.stderr.write(
      refusal === undefined
        ? 'not_set_up: Open a window of VS Code with Rivya, and switch the setting rivya.agents.externalClients on.\n'
        : `not_set_up: This program may not connect to the window of VS Code (${refusal}). Its sandbox has to allow local sockets.\n`,
    );
    process.exit(1);
  }
  const socket = connect(window.socket);
  // Else the window has gone without a word.
  socket.once('error', ({ code }: NodeJS.ErrnoException) =>
    tryNext(others, code === 'EPERM' || code === 'EACCES' ? code : refusal),
  );
  socket.once('connect', () => {
    socket.removeAllListeners('error').on('error', () => process.exit(1));
    socket.once('close', () => process.exit(0));
    socket.write(`${window.token}\n`);
    process.stdin.pipe(socket).pipe(process.stdout);
  });
}

tryNext(windows());
