import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { install, mayInstall } from './apt.ts';

/** Keep Chromium from calling its maker's services. Sandboxing is off because tests run as root in containers. */
export const browserArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

const commands = ['google-chrome', 'chromium', 'chromium-browser', 'msedge'] as const;

/**
 * Path of a Chromium-based browser: `$CHROME_PATH`, one installed by Playwright, or one on the `PATH`. As root on Debian it is
 * installed when there is none.
 *
 * Throws an error that says what to install when no browser is found.
 */
export async function findBrowser(): Promise<string> {
  const found = installedBrowser();
  if (found !== undefined) return found;
  if (mayInstall()) {
    await install('chromium', 'fonts-liberation');
    const installed = installedBrowser();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    'No browser found: install Chromium or Google Chrome, or set CHROME_PATH to the one to use.',
  );
}

function installedBrowser(): string | undefined {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') {
    if (!isExecutable(chosen))
      throw new Error(`CHROME_PATH names ${chosen}, which is not a program that can be run.`);
    return chosen;
  }
  const bundled = chromium.executablePath();
  if (isExecutable(bundled)) return bundled;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return commands.flatMap(command => folders.map(folder => path.join(folder, command))).find(isExecutable);
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
