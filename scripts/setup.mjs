/**
 * Installs the project's packages when they are missing or out of step with package-lock.json, then runs a script on the
 * project's own Node with the arguments that follow:
 *
 *     node scripts/setup.mjs [scripts/demo.ts [arguments]]
 *
 * This file runs on whatever Node the machine has, before anything is installed. It starts the script itself because a shell
 * remembers where it found `node` and would go on with the machine's one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const projectNode = path.join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node');

/** Packages by their place, from a lock file in npm's format. */
function packagesIn(lockFile) {
  return JSON.parse(readFileSync(path.join(root, lockFile), 'utf8')).packages;
}

/** Whether what npm says it has installed is what the lock file asks for. */
function isInstalled() {
  const installedLock = 'node_modules/.package-lock.json';
  if (!existsSync(projectNode) || !existsSync(path.join(root, installedLock))) return false;
  const installed = packagesIn(installedLock);
  return Object.entries(packagesIn('package-lock.json'))
    .filter(([place]) => place !== '')
    .every(([place, { version, optional }]) =>
      installed[place] === undefined ? optional === true : installed[place].version === version,
    );
}

if (!isInstalled()) {
  console.log('Installing packages with "npm ci" …');
  const { status } = spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: windows });
  if (status !== 0) process.exit(status ?? 1);
}

const [script, ...parameters] = process.argv.slice(2);
if (script !== undefined) {
  const binaries = path.join(root, 'node_modules/.bin');
  const child = spawn(projectNode, [path.join(root, script), ...parameters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: [binaries, process.env.PATH].join(path.delimiter) },
  });
  // Ctrl+C reaches both processes; the child cleans up and its end is awaited.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', code => process.exit(code ?? 1));
}
