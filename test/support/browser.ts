import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { install, mayInstall } from './apt.ts';

/**
 * Keep Chromium from calling its maker's services. Sandboxing is off because tests run as root in containers.
 */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/**
 * The shell first: no browser around the page, which is half of the work of one. Nothing here has a screen.
 */
const commands = [
  'chromium-headless-shell',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'msedge',
] as const;

/** Where browsers are installed that are not on the `PATH`: on macOS and Windows that is all of them. */
export function knownBrowsers(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
  home: string,
): string[] {
  if (platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];
    return names.flatMap(name =>
      ['/Applications', path.posix.join(home, 'Applications')].map(folder =>
        path.posix.join(folder, `${name}.app/Contents/MacOS/${name}`),
      ),
    );
  }
  if (platform !== 'win32') return [];
  const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe'];
  const folders = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(
    name => environment[name] ?? [],
  );
  return [...programs, 'Microsoft\\Edge\\Application\\msedge.exe'].flatMap(program =>
    folders.map(folder => path.win32.join(folder, program)),
  );
}

/**
 * Path of a Chromium-based browser: `$CHROME_PATH`, one installed by Playwright, one on the `PATH`, or one in
 * the folders where macOS and Windows keep them. As root on Debian a shell is installed when there is none.
 *
 * Throws an error that says what to install when no browser is found.
 */
export async function findBrowser(): Promise<string> {
  const found = installedBrowser();
  if (found !== undefined) return found;
  if (mayInstall()) {
    await install('chromium-headless-shell', 'fonts-liberation');
    const installed = installedBrowser();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'No browser found: install Chromium or Google Chrome, or set CHROME_PATH to the one to use.',
  );
}

/** The browser that {@link findBrowser} gives without installing one. */
export function installedBrowser(): string | undefined {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') {
    if (!isExecutable(chosen))
      throw new Error(`CHROME_PATH names ${chosen}, which is not a program that can be run.`);
    return chosen;
  }
  const bundled = chromium.executablePath();
  if (isExecutable(bundled)) return bundled;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const onPath = commands.flatMap(command => folders.map(folder => path.join(folder, command)));
  return [...onPath, ...knownBrowsers(process.platform, process.env, homedir())].find(isExecutable);
}

function isExecutable(file: string): boolean {
  if (!path.isAbsolute(file)) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
