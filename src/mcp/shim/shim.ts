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

function windows(): Window[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Window)
      .sort((a, b) => match(b) - match(a) || b.focusedAt - a.focusedAt);
  } catch {
    return [];
  }
}

function tryNext([window, ...others]: readonly Window[]): void {
  if (!window) {
    process.stderr.write(
      'not_set_up: Open a window of VS Code with Rivya, and switch the setting rivya.agents.externalClients on.\n',
    );
    process.exit(1);
  }
  const socket = connect(window.socket);
  // The window has gone without a word.
  socket.once('error', () => tryNext(others));
  socket.once('connect', () => {
    socket.removeAllListeners('error').on('error', () => process.exit(1));
    socket.once('close', () => process.exit(0));
    socket.write(`${window.token}\n`);
    process.stdin.pipe(socket).pipe(process.stdout);
  });
}

tryNext(windows());
