import fs, { readdirSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, expect, it } from 'vitest';
import { stateKeyOf } from '../../../src/mcp/stateKey.ts';
import { temporaryFolder } from '../../support/tasks.ts';

const { linkSync } = fs;

afterEach(() => {
  fs.linkSync = linkSync;
  syncBuiltinESMExports();
});

it('is made once, for its user alone', () => {
  using folder = temporaryFolder();
  const key = stateKeyOf(folder.path);
  expect(key).toHaveLength(32);
  expect(stateKeyOf(folder.path)).toEqual(key);
  expect(statSync(folder.file('questions.key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path)).toEqual(['questions.key']);
});

it('is made anew where it was cut off', () => {
  using folder = temporaryFolder();
  writeFileSync(folder.file('questions.key'), 'short');
  const key = stateKeyOf(folder.path);
  expect(key).toHaveLength(32);
  expect(stateKeyOf(folder.path)).toEqual(key);
});

it('is made on a disk that knows no links', () => {
  using folder = temporaryFolder();
  fs.linkSync = () => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  };
  syncBuiltinESMExports();
  const key = stateKeyOf(folder.path);
  expect(stateKeyOf(folder.path)).toEqual(key);
  expect(readdirSync(folder.path)).toEqual(['questions.key']);
});
