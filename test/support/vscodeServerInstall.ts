import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run, sameNodeEnvironment } from '../../scripts/run.ts';
import { step } from '../../scripts/step.mjs';
import { root } from '../../scripts/workspace.ts';

/**
 * Which VS Code the tests run on: undefined for the newest, or one that has a recipe of its own, such as
 * `1.106`.
 */
export const versionVariable = 'RIVYA_TEST_VSCODE';

const recipesFolder = path.join(root, 'scripts');
const installationsFolder = path.join(root, '.vscode-test');
/** Installing takes about half a minute; a waiting process gives up after this many milliseconds. */
const lockTimeout = 600_000;

export interface InstalledServer {
  /** `out/server-main.js` lies in it. */
  readonly folder: string;
  /** The Node that runs it, and its extension hosts. */
  readonly node: string;
}

/** Of this process: its windows start together, and the lock would hold up the one that it waits for. */
const installing = new Map<string, Promise<void>>();

/**
 * VS Code's server. The first call on a machine installs it there, which takes 20 seconds and 600 MB; it is
 * complete or absent, never half made.
 *
 * Throws with npm's output when the packages cannot be installed, and for a version without a recipe.
 */
export async function installVscodeServer(): Promise<InstalledServer> {
  const installation = await installationFolder();
  if (!existsSync(installation)) {
    const done = installing.get(installation) ?? installOnce(installation);
    installing.set(installation, done);
    await done;
  }
  const own = path.join(installation, 'node_modules/node/bin/node');
  return {
    folder: path.join(installation, 'node_modules/code-server/lib/vscode'),
    node: existsSync(own) ? own : process.execPath,
  };
}

async function installOnce(installation: string): Promise<void> {
  const release = lockInstallations();
  try {
    if (existsSync(installation)) return;
    await step("Installing VS Code's server", 'half a minute', () => installTo(installation));
  } finally {
    release();
  }
}

export async function isVscodeServerInstalled(): Promise<boolean> {
  return existsSync(await installationFolder());
}

interface Manifest {
  readonly dependencies: Record<string, string>;
}

function recipeFolder(): string {
  const version = process.env[versionVariable];
  const folder = path.join(recipesFolder, version ? `vscode-server-${version}` : 'vscode-server');
  if (!existsSync(folder)) throw new Error(`There is no recipe for VS Code ${version ?? ''} in scripts/.`);
  return folder;
}

async function readManifest(file: string): Promise<Manifest> {
  return JSON.parse(await readFile(file, 'utf8')) as Manifest;
}

async function installationFolder(): Promise<string> {
  const { dependencies } = await readManifest(path.join(recipeFolder(), 'package.json'));
  return path.join(installationsFolder, `server-${dependencies['code-server'] ?? ''}`);
}

/**
 * Waits until no other process installs. SQLite's lock is used because the operating system drops it when its
 * holder dies.
 */
function lockInstallations(): () => void {
  mkdirSync(installationsFolder, { recursive: true });
  const lock = new DatabaseSync(path.join(installationsFolder, 'install.lock'), { timeout: lockTimeout });
  lock.exec('BEGIN EXCLUSIVE');
  return () => lock.close();
}

async function installTo(installation: string): Promise<void> {
  const unfinished = await mkdtemp(`${installation}-unfinished-`);
  try {
    await cp(recipeFolder(), unfinished, { recursive: true });
    const vscodeFolder = path.join(unfinished, 'node_modules/code-server/lib/vscode');
    await npm(existsSync(path.join(unfinished, 'package-lock.json')) ? 'ci' : 'install', unfinished);
    // No other install script is run, and without this one a package that brings a Node is empty.
    if (existsSync(path.join(unfinished, 'node_modules/node')))
      await run('npm', ['rebuild', '--ignore-scripts=false', 'node'], {
        cwd: unfinished,
        env: sameNodeEnvironment(),
      });
    await namePublishedPackages(vscodeFolder);
    // These two come with a lock file that `npm ci` finds at odds with their package.json; `npm install`
    // still goes by it.
    await npm('install', vscodeFolder);
    await npm('install', path.join(vscodeFolder, 'extensions'));
    await cp(
      path.join(recipesFolder, 'vscode-server/spdlog.cjs'),
      path.join(vscodeFolder, 'node_modules/@vscode/spdlog/index.js'),
    );
    await rename(unfinished, installation);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await removeUnfinished(path.basename(installation));
}

/**
 * Removes what an interrupted installation has left behind; the lock makes sure that nobody is still writing
 * there.
 */
async function removeUnfinished(name: string): Promise<void> {
  for (const entry of await readdir(installationsFolder)) {
    if (!entry.startsWith(`${name}-unfinished-`)) continue;
    await rm(path.join(installationsFolder, entry), { recursive: true, force: true });
  }
}

/**
 * The oldest version asks for a package by the address of a git repository; the registry has the same one,
 * which the lock file beside it knows nothing of.
 */
async function namePublishedPackages(vscodeFolder: string): Promise<void> {
  const file = path.join(vscodeFolder, 'package.json');
  const manifest = await readManifest(file);
  if (!/^git|^https?:|^github:|\//.test(manifest.dependencies['@parcel/watcher'] ?? '')) return;
  const dependencies = { ...manifest.dependencies, '@parcel/watcher': '2.5.1' };
  await writeFile(file, JSON.stringify({ ...manifest, dependencies }, undefined, 2));
  await rm(path.join(vscodeFolder, 'npm-shrinkwrap.json'), { force: true });
}

/** Install scripts are not run: they would compile native modules that tests do without. */
async function npm(command: 'ci' | 'install', folder: string): Promise<void> {
  await run('npm', [command, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: sameNodeEnvironment(),
    shell: process.platform === 'win32',
  });
}
