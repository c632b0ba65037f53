import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cmdLauncher, shellLauncher, writeLaunchers } from '../../../../src/vscode/assets/terminalCommand.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

describe('the launchers of the command line', () => {
  it.skipIf(process.platform === 'win32')(
    'run it whatever its folder is called, and pass on what it is given',
    async () => {
      using home = temporaryFolder();
      const odd = path.join(home.path, `it's a "$HOME" folder`);
      mkdirSync(odd);
      const program = path.join(odd, 'cli.cjs');
      writeFileSync(
        program,
        'console.log(JSON.stringify([process.argv.slice(2), process.env.ELECTRON_RUN_AS_NODE])); process.exitCode = 3;',
      );
      const folder = path.join(odd, 'bin');
      await writeLaunchers(folder, { node: process.execPath, program });
      const rivya = path.join(folder, 'rivya');
      expect(statSync(rivya).mode & 0o777).toBe(0o755);
      let ended: unknown;
      try {
        execFileSync(rivya, ['plan', 'a b', '$x', "'"], { encoding: 'utf8' });
      } catch (error) {
        ended = error;
      }
      expect(ended).toMatchObject({
        status: 3,
        stdout: `${JSON.stringify([['plan', 'a b', '$x', "'"], '1'])}\n`,
      });
    },
  );

  it('are written once, and again when what they start lies elsewhere', async () => {
    using home = temporaryFolder();
    const commandLine = { node: '/node', program: '/old/cli.cjs' };
    await writeLaunchers(home.path, commandLine);
    const file = path.join(home.path, 'rivya');
    const first = statSync(file).ino;
    await writeLaunchers(home.path, commandLine);
    expect(statSync(file).ino).toBe(first);
    await writeLaunchers(home.path, { ...commandLine, program: '/new/cli.cjs' });
    expect(readFileSync(file, 'utf8')).toBe(shellLauncher({ node: '/node', program: '/new/cli.cjs' }));
  });

  it('mean no variable of cmd by a folder', () => {
    const text = cmdLauncher({ node: String.raw`C:\100%\Code.exe`, program: String.raw`C:\a b\cli.cjs` });
    expect(text).toContain(String.raw`"C:\100%%\Code.exe" "C:\a b\cli.cjs" %*`);
    expect(text.split('\r\n')[2]).toBe('set ELECTRON_RUN_AS_NODE=1');
  });
});
