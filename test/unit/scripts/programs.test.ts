import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programFile, usableNode } from '../../../scripts/programs.mjs';
import { capture } from '../../../scripts/run.ts';
import { stages } from '../../../scripts/stages.ts';
import { root } from '../../../scripts/workspace.ts';
import { knownBrowsers } from '../../support/browser.ts';
import { temporaryFolder } from '../../support/tasks.ts';

describe('a program of a package', () => {
  it.each(stages.flatMap(({ command: [program = ''] }) => (program.endsWith('.ts') ? [] : [program])))(
    'is found without a shell: %s',
    program => {
      expect(existsSync(programFile(root, program))).toBe(true);
    },
  );

  it('runs where the path has blanks and other letters', async () => {
    using folder = temporaryFolder();
    const home = folder.file('Jane Doe Žofie');
    mkdirSync(join(home, 'node_modules/tool/bin'), { recursive: true });
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ devDependencies: { missing: '1', tool: '1' } }),
    );
    writeFileSync(join(home, 'node_modules/tool/package.json'), JSON.stringify({ bin: './bin/it.cjs' }));
    writeFileSync(join(home, 'node_modules/tool/bin/it.cjs'), 'console.log(process.argv[2])');
    const { exitCode, output } = await capture(process.execPath, [programFile(home, 'tool'), 'a b']);
    expect([exitCode, output]).toEqual([0, 'a b\n']);
    expect(() => programFile(home, 'other')).toThrow(/No package of package.json has a program "other"/);
  });
});

describe('the Node that runs everything', () => {
  it("is the project's own, else one that is new enough, else none", () => {
    using folder = temporaryFolder();
    const own = folder.file('node');
    const machine = (version: string): { version: string; execPath: string } => ({
      version,
      execPath: '/bin/node',
    });
    expect(usableNode(own, machine('v24.1.0'))).toBe('/bin/node');
    expect(usableNode(own, machine('v26.0.0'))).toBe('/bin/node');
    expect(usableNode(own, machine('v22.18.0'))).toBeUndefined();
    writeFileSync(own, '');
    expect(usableNode(own, machine('v20.0.0'))).toBe(own);
  });
});

describe('the folders of browsers', () => {
  it('are those of each system', () => {
    expect(knownBrowsers('darwin', {}, '/Users/eva')).toEqual(
      expect.arrayContaining([
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Users/eva/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ]),
    );
    const windows = { ProgramFiles: 'C:\\Program Files', 'ProgramFiles(x86)': 'C:\\Program Files (x86)' };
    expect(knownBrowsers('win32', windows, 'C:\\Users\\eva')).toEqual(
      expect.arrayContaining([
        'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
        'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
      ]),
    );
    expect(knownBrowsers('linux', {}, '/home/eva')).toEqual([]);
  });
});
