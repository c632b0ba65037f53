import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assetWorld, manifestOf } from '../../support/assetWorld.ts';
import { buildProgram, start } from '../../support/builtCli.ts';
import { isLong } from '../../support/propertyRuns.ts';
import { temporaryFolder } from '../../support/tasks.ts';

/*
 * The command line alone, as it is shipped, on several versions of Node. Those that are not this one are
 * fetched in the long form alone (`npm run test:long`, which asks for `propertyRuns(`).
 */
let cli = '';
let home: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  cli = await buildProgram('rivya');
  home = temporaryFolder();
});

afterAll(() => {
  rmSync(path.dirname(cli), { recursive: true, force: true });
  home[Symbol.dispose]();
});

/** @returns the program of a version of Node */
function nodeOf(version: string): string {
  if (version === process.versions.node) return process.execPath;
  const folder = home.file(version);
  execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', folder, `node@${version}`]);
  return path.join(folder, 'node_modules/node/bin/node');
}

const thisOne = process.versions.node;

describe('the command line alone', () => {
  it.each(isLong ? [thisOne, '22.20.0'] : [thisOne])('makes a picture on Node %s', async version => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    const parameters = [cli, 'sync', '--max-credits', '5'];
    const end = await start(nodeOf(version), parameters, { cwd: person.folder, env: person.env }).ended;
    expect(`${end.code} ${end.error}`).toMatch(/^0 /);
    expect(end.error).not.toMatch(/Warning|node:/);
    expect(person.has('img/x.png')).toBe(true);
    expect(world.charged()).toEqual({ credits: 1, jobs: 1 });
  });

  it.each(isLong ? ['22.16.0', '20.19.0'] : [])('says on Node %s that it is too old', async version => {
    await using world = await assetWorld();
    const person = world.person({ 'rivya.assets.yaml': manifestOf(['x']) });
    const parameters = [cli, 'sync', '--max-credits', '5'];
    const end = await start(nodeOf(version), parameters, { cwd: person.folder, env: person.env }).ended;
    expect([end.code, end.out]).toEqual([1, '']);
    expect(end.error.trim()).toMatch(/^[^\n]*22\.20[^\n]*$/);
    expect(readdirSync(path.dirname(person.folder))).toEqual(['site']);
    expect(world.sandbox.control.requests()).toEqual([]);
  });
});
