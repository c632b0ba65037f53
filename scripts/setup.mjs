/**
 * Installs the project's packages when they are missing or out of step with package-lock.json, then runs a
 * script of ours, or a program of an installed package, on the project's own Node with the arguments that
 * follow:
 *
 *     node scripts/setup.mjs [scripts/demo.ts | eslint [arguments]]
 *
 * This file runs on whatever Node the machine has, before anything is installed. Where the project's own
 * cannot be had, the machine's does when it is new enough. It starts the script itself
 * because a shell remembers where it found `node` and would go on with the machine's one.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { programFile, usableNode } from './programs.mjs';
import { step } from './step.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const projectNode = path.join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node');

function readJson(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

/** Whether what npm says it has installed is what the lock file asks for. */
function isInstalled() {
  const installedLock = 'node_modules/.package-lock.json';
  if (!existsSync(path.join(root, installedLock))) return false;
  const installed = readJson(installedLock).packages;
  return Object.entries(readJson('package-lock.json').packages)
    .filter(([place]) => place !== '')
    .every(([place, { version, optional }]) =>
      installed[place] === undefined ? optional === true : installed[place].version === version,
    );
}

/** Ends this process when npm fails, with what npm wrote. */
async function npm(...parameters) {
  const child = spawn('npm', parameters, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows,
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [status, ...output] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (status === 0) return;
  throw new Error(`"npm ${parameters.join(' ')}" failed:\n${output.join('')}`);
}

async function install() {
  if (isInstalled() && usableNode(projectNode, process) !== undefined) {
    console.log('Packages are up to date.');
    return;
  }
  if (!isInstalled()) await step('Installing packages', 'a minute', () => npm('ci'));
  // .npmrc turns install scripts off. These packages do not work without theirs.
  const { allowScripts } = readJson('package.json');
  const rebuilt = Object.keys(allowScripts).filter(name => allowScripts[name]);
  try {
    await step(`Running the install script of ${rebuilt.join(', ')}`, '10 seconds', () =>
      npm('rebuild', '--ignore-scripts=false', ...rebuilt),
    );
  } catch (error) {
    // Not every version of it is published for every system.
    if (usableNode(projectNode, process) === undefined) throw error;
  }
  if (usableNode(projectNode, process) === undefined) {
    throw new Error(
      "The project's own Node could not be installed. Install Node.js 24 or newer, and try again.",
    );
  }
  if (!existsSync(projectNode)) console.log(`Going on with Node ${process.version} of this machine.`);
}

/** What Node is given to run a program: nothing for Node itself. */
function scriptOf(program) {
  if (program === 'node') return [];
  return [program.endsWith('.ts') ? path.join(root, program) : programFile(root, program)];
}

try {
  await install();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const [program, ...parameters] = process.argv.slice(2);
if (program !== undefined) {
  const binaries = path.join(root, 'node_modules/.bin');
  const child = spawn(usableNode(projectNode, process), [...scriptOf(program), ...parameters], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: [binaries, process.env.PATH].join(path.delimiter) },
  });
  child.once('error', error => {
    console.error(error.message);
    process.exit(1);
  });
  // Ctrl+C reaches both processes; the child cleans up and its end is awaited.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('exit', code => process.exit(code ?? 1));
}
