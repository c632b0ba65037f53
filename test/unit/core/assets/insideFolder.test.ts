import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isReallyInside } from '../../../../src/core/assets/insideFolder.ts';

let base: string;
let folder: string;

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'rivya-inside-'));
  folder = path.join(base, 'ws');
  mkdirSync(path.join(folder, 'docs'), { recursive: true });
  mkdirSync(path.join(base, 'ws-other'));
  writeFileSync(path.join(base, 'secret.png'), '');
  writeFileSync(path.join(folder, 'own.png'), '');
});

afterEach(() => rmSync(base, { recursive: true }));

const inside = (way: string, root = folder): Promise<boolean> => isReallyInside(path.join(root, way), root);

it('is inside what lies there or will', async () => {
  for (const way of ['', 'own.png', 'docs', 'assets/generated/a.png', 'docs/../own.png', '..a/b.png']) {
    expect([way, await inside(way)]).toEqual([way, true]);
  }
});

it('is not what lies beside', async () => {
  for (const way of ['..', '../secret.png', '../ws-other/a.png', 'docs/../../secret.png', '../not/there']) {
    expect([way, await inside(way)]).toEqual([way, false]);
  }
});

it('follows symbolic links, whole and broken ones', async () => {
  const link = (target: string, name: string): void => symlinkSync(target, path.join(folder, name));
  link('..', 'assets');
  link('../secret.png', 'picture.png');
  link('../not-there', 'broken');
  link('docs', 'manual');
  link('loop', 'loop-too');
  link('assets/ws-other', 'chain');
  for (const way of [
    'assets/generated/a.png',
    'picture.png',
    'broken',
    'broken/a.png',
    'chain/a',
    'loop-too',
  ]) {
    expect([way, await inside(way)]).toEqual([way, false]);
  }
  expect(await inside('manual/new/a.png')).toBe(true);
});

it('takes a folder that is itself reached by a link as it is', async () => {
  const alias = path.join(base, 'alias');
  symlinkSync(folder, alias);
  expect(await inside('assets/a.png', alias)).toBe(true);
  expect(await inside('own.png', alias)).toBe(true);
  expect(await isReallyInside(path.join(folder, 'own.png'), alias)).toBe(true);
  expect(await inside('../secret.png', alias)).toBe(false);
});

it('says what else is wrong', async () => {
  symlinkSync('ring', path.join(folder, 'ring'));
  await expect(inside('ring/a.png')).rejects.toThrow('ELOOP');
});
