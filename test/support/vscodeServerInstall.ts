import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run, sameNodeEnvironment } from '../../scripts/run.ts';
import { root } from '../../scripts/workspace.ts';

const recipeFolder = path.join(root, 'scripts/vscode-server');
const installationsFolder = path.join(root, '.vscode-test');
/** Installing takes about half a minute; a waiting process gives up after this many milliseconds. */
const lockTimeout = 600_000;

/**
 * Folder of VS Code's server (`out/server-main.js` lies in it). The first call on a machine installs it there, which takes
 * 20 seconds and 600 MB; the folder is complete or absent, never half made.
 *
 * Throws with npm's output when the packages cannot be installed.
 */
export async function installVscodeServer(): Promise<string> {
  const version = await serverVersion();
  const installation = path.join(installationsFolder, `server-${version}`);
  if (!existsSync(installation)) {
    const release = lockInstallations();
    try {
      if (!existsSync(installation)) await installTo(installation);
    } finally {
      release();
    }
  }
  return path.join(installation, 'node_modules/code-server/lib/vscode');
}

async function serverVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(path.join(recipeFolder, 'package.json'), 'utf8')) as {
    dependencies: { 'code-server': string };
  };
  return manifest.dependencies['code-server'];
}

/** Waits until no other process installs. SQLite's lock is used because the operating system drops it when its holder dies. */
function lockInstallations(): () => void {
  mkdirSync(installationsFolder, { recursive: true });
  const lock = new DatabaseSync(path.join(installationsFolder, 'install.lock'), { timeout: lockTimeout });
  lock.exec('BEGIN EXCLUSIVE');
  return () => lock.close();
}

async function installTo(installation: string): Promise<void> {
  console.log(
    `Installing VS Code's server into ${path.relative(root, installation)} (once, about half a minute) …`,
  );
  const unfinished = await mkdtemp(`${installation}-unfinished-`);
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      await cp(path.join(recipeFolder, file), path.join(unfinished, file));
    }
    const vscodeFolder = path.join(unfinished, 'node_modules/code-server/lib/vscode');
    await npm('ci', unfinished);
    // These two come with a lock file that `npm ci` finds at odds with their package.json; `npm install` still goes by it.
    await npm('install', vscodeFolder);
    await npm('install', path.join(vscodeFolder, 'extensions'));
    await cp(
      path.join(recipeFolder, 'spdlog.cjs'),
      path.join(vscodeFolder, 'node_modules/@vscode/spdlog/index.js'),
    );
    await rename(unfinished, installation);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
  await removeUnfinished(path.basename(installation));
}

/** Removes what an interrupted installation has left behind; the lock makes sure that nobody is still writing there. */
async function removeUnfinished(name: string): Promise<void> {
  for (const entry of await readdir(installationsFolder)) {
    if (!entry.startsWith(`${name}-unfinished-`)) continue;
    await rm(path.join(installationsFolder, entry), { recursive: true, force: true });
  }
}

/** Install scripts are not run: they would compile native modules that tests do without. */
async function npm(command: 'ci' | 'install', folder: string): Promise<void> {
  await run('npm', [command, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: sameNodeEnvironment(),
    shell: process.platform === 'win32',
  });
}
