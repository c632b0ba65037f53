import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { createTask, noon, temporaryFolder } from '../../../support/tasks.ts';

const script = join(import.meta.dirname, '../../../support/fillLedger.ts');
const unprivileged = 65_534;

interface Outcome {
  readonly orders: number;
  readonly error?: string;
}

function fillUnder(limit: string, path: string, most: number, options: ExecFileSyncOptions = {}): Outcome {
  const command = `${limit} exec "$0" "$1" "$2" "$3"`;
  const args = ['-c', command, process.execPath, script, path, String(most)];
  return JSON.parse(execFileSync('bash', args, { ...options, encoding: 'utf8' })) as Outcome;
}

// A process that may write files of so many KiB only: every write beyond it fails, wherever that is.
// No shell of Windows can limit what a process writes; journal.test.ts has what refuses there.
it.skipIf(process.platform === 'win32').each([1, 8, 40, 64, 90, 100, 120, 150, 200, 300, 500])(
  'an order is written as a whole or not at all when a write fails at %i KiB',
  kibibytes => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const { orders, error } = fillUnder(`ulimit -f ${kibibytes};`, path, 2_000);
    expect(error).toBeDefined();
    const { ledger, quarantined } = Ledger.open(path);
    expect(quarantined).toBeUndefined();
    expect(ledger.count()).toBe(3 * orders);
    expect(ledger.hasPending()).toBe(orders > 0);
    createTask(ledger, noon);
    ledger.dispose();
  },
);

// Permissions of folders mean nothing to Windows.
it.skipIf(process.platform === 'win32')(
  'nothing is written, and nothing lost, where nothing may be written',
  () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const { ledger } = Ledger.open(path);
    createTask(ledger, noon);
    ledger.dispose();
    chmodSync(path, 0o444);
    chmodSync(folder.path, 0o555);
    // Permissions do not stop root.
    const user = process.getuid?.() === 0 ? { uid: unprivileged, gid: unprivileged } : {};
    const { orders, error } = fillUnder('', path, 1, user);
    expect(orders).toBe(0);
    expect(error).toMatch(/readonly|unable to open|permission|EACCES/);
    chmodSync(folder.path, 0o755);
    chmodSync(path, 0o644);
    const again = Ledger.open(path).ledger;
    expect(again.count()).toBe(1);
    again.dispose();
  },
);
