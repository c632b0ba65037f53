import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../../src/sandbox/server.ts';
import { buildProgram, start } from '../../support/builtCli.ts';
import { temporaryFolder } from '../../support/tasks.ts';

/* The ten minutes of docs/media-as-code.md, performed from their very text. */

const page = readFileSync(path.join(import.meta.dirname, '../../../docs/media-as-code.md'), 'utf8');
const [, tutorial = ''] = /^## Ten minutes$(.+?)^## /ms.exec(page) ?? [];
const blocks = [...tutorial.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

let cli = '';
let sandbox: Sandbox;

beforeAll(async () => {
  cli = await buildProgram('rivya');
  sandbox = await startSandbox({ taskDurationMs: 0, credits: 100 });
  sandbox.control.update({ pictureLongEdge: 16 });
});

afterAll(async () => {
  await sandbox.close();
  rmSync(path.dirname(cli), { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32')('the tutorial does what it says', async () => {
  using home = temporaryFolder();
  const bin = home.file('bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'rivya'), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`);
  chmodSync(path.join(bin, 'rivya'), 0o755);
  const env: Record<string, string | undefined> = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: home.path,
    RIVYA_STATE: home.file('state'),
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  let cwd = home.path;
  let said = '';
  expect(blocks.length).toBeGreaterThan(12);
  for (const { language, text } of blocks) {
    if (language === 'yaml') writeFileSync(path.join(cwd, 'rivya.assets.yaml'), text);
    else if (language === 'text') expect(said).toBe(text);
    else {
      // The alias is what stands in `bin` here, and the sandbox has a port of its own.
      const script = text.replace(/^alias .*$/m, '').replaceAll('http://127.0.0.1:4010', sandbox.url);
      for (const [, name = '', value] of script.matchAll(/^export (\w+)=(.*)$/gm)) env[name] = value;
      const { ended } = start('sh', ['-e', '-c', script], { cwd, env });
      const end = await ended;
      expect(end.code, `${text}\n${end.error}`).toBe(0);
      said = end.out;
      const [, folder] = /&& cd (\S+)/.exec(text) ?? [];
      if (folder !== undefined) cwd = path.join(cwd, folder);
    }
  }
  // "four credits of the sandbox for four pictures"
  expect(sandbox.control.charges().map(({ credits }) => credits)).toEqual([1, 1, 1, 1]);
});
