import { existsSync } from 'node:fs';
import { run } from '../../scripts/run.ts';
import { step } from '../../scripts/step.mjs';

/** Whether programs may be installed here: as root on Debian or what is made of it. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

/** Installs packages of the distribution. @throws when one cannot be had */
export async function install(...packages: string[]): Promise<void> {
  await step(`Installing ${packages.join(', ')} with apt-get`, 'a minute', async () => {
    await aptGet('update');
    await aptGet('install', '--yes', '--no-install-recommends', ...packages);
  });
}

async function aptGet(...parameters: string[]): Promise<void> {
  // Another test may be installing something at the same time.
  await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...parameters], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
