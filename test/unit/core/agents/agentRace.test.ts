import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';
import { noon, temporaryFolder } from '../../../support/tasks.ts';

const racer = path.join(import.meta.dirname, '../../../support/agentRacer.ts');
const orders = propertyRuns(15, 50);

interface Outcomes {
  readonly made: number;
  readonly folded: number;
  readonly refused: number;
}

/** Four processes order at once. @param names one for each; equal names order the same */
async function race(file: string, names: readonly string[], budget: number): Promise<Outcomes[]> {
  Ledger.open(file).ledger.dispose();
  const runs = names.map(async name => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      racer,
      file,
      name,
      String(orders),
      String(budget),
    ]);
    return JSON.parse(stdout) as Outcomes;
  });
  return Promise.all(runs);
}

const sum = (all: readonly Outcomes[], key: keyof Outcomes): number =>
  all.reduce((total, each) => total + each[key], 0);

it('processes that race spend all of the budget that fits, and never more', async () => {
  using folder = temporaryFolder();
  const file = folder.file('ledger.sqlite');
  const budget = 2 * orders;
  const all = await race(file, ['a', 'b', 'c', 'd'], budget);
  const { ledger } = Ledger.open(file);
  expect(sum(all, 'made')).toBe(Math.floor(budget / 3));
  expect(sum(all, 'refused')).toBe(4 * orders - Math.floor(budget / 3));
  expect(ledger.count()).toBe(Math.floor(budget / 3));
  expect(ledger.agents.spent('https://rivya.ai', noon)).toBe(3 * Math.floor(budget / 3));
  ledger.dispose();
});

it('processes that order the same make each job once', async () => {
  using folder = temporaryFolder();
  const file = folder.file('ledger.sqlite');
  const all = await race(file, ['a', 'a', 'a', 'a'], 1_000);
  const { ledger } = Ledger.open(file);
  expect(sum(all, 'made')).toBe(orders);
  expect(sum(all, 'folded')).toBe(3 * orders);
  expect(new Set(ledger.tasks({ limit: 500 }).map(({ prompt }) => prompt)).size).toBe(orders);
  expect(ledger.count()).toBe(orders);
  ledger.dispose();
});
