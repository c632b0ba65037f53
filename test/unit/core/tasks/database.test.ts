import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { Database } from '../../../../src/core/storage/database.ts';
import { NewerFile } from '../../../../src/core/storage/fileErrors.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { migrations } from '../../../../src/core/tasks/schema.ts';
import { pendingMarker } from '../../../../src/core/tasks/storagePaths.ts';
import { createTask, noon, room, temporaryFolder } from '../../../support/tasks.ts';

const root = join(import.meta.dirname, '../../../..');
const fixtures = join(root, 'test/fixtures/ledger');

describe('a file that cannot be used', () => {
  it('is set aside with all that is in it when it is no database, and work goes on', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    writeFileSync(path, 'This was a ledger once.'.repeat(100));
    const { ledger, quarantined } = Ledger.open(path);
    expect(quarantined?.path).toBe(`${path}.set-aside-1`);
    expect(quarantined?.reason).toContain('damaged');
    expect(readFileSync(`${path}.set-aside-1`, 'utf8')).toContain('This was a ledger once.');
    expect(createTask(ledger, noon).state).toBe('draft');
    ledger.dispose();
    const again = Ledger.open(path);
    expect(again.quarantined).toBeUndefined();
    expect(again.ledger.tasks({ limit: 10 })).toHaveLength(1);
    again.ledger.dispose();
  });

  it('gets a name that is free', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    writeFileSync(`${path}.set-aside-1`, 'an earlier one');
    writeFileSync(path, 'x'.repeat(5_000));
    const { ledger, quarantined } = Ledger.open(path);
    expect(quarantined?.path).toBe(`${path}.set-aside-2`);
    expect(readFileSync(`${path}.set-aside-1`, 'utf8')).toBe('an earlier one');
    ledger.dispose();
  });

  it.each([true, false])(
    'is left as it is when a newer version wrote it, be it in use or not: %s',
    isInUse => {
      using folder = temporaryFolder();
      const path = folder.file('ledger.sqlite');
      const newer = new DatabaseSync(path);
      newer.exec('PRAGMA journal_mode = WAL; CREATE TABLE future (a); PRAGMA user_version = 99');
      newer.exec('INSERT INTO future VALUES (42)');
      writeFileSync(pendingMarker(path), '');
      if (!isInUse) newer.close();
      expect(() => Ledger.open(path)).toThrow(NewerFile);
      if (isInUse) newer.close();
      expect(readdirSync(folder.path).sort()).toEqual(['ledger.sqlite', 'ledger.sqlite.pending']);
      const kept = new DatabaseSync(path, { readOnly: true });
      expect(kept.prepare('SELECT a FROM future').get()).toEqual({ a: 42 });
      kept.close();
    },
  );

  it('is found out at the next start when the damage lies deep inside, and what can be read is taken over', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const { ledger } = Ledger.open(path);
    const written = Array.from({ length: 120 }, (_, count) =>
      createTask(ledger, noon + count, { prompt: `fox ${count} `.repeat(100) }),
    );
    const ends = [written[0], written[119]].map(task => task?.id ?? '');
    for (const id of ends) {
      const results = [{ index: 0, url: 'https://media.example/0', state: 'pending', failures: 2 } as const];
      ledger.update(id, noon, task => ({ ...task, state: 'succeeded', remoteId: `task_${id}`, results }));
    }
    ledger.dispose();
    spoil(path, readFileSync(path).indexOf('fox 60 fox 60 '));
    const damaged = Ledger.open(path);
    expect(damaged.quarantined).toBeUndefined();
    expect(() => damaged.ledger.tasks({ limit: 1_000 })).toThrow(/malformed/);
    damaged.ledger.dispose();
    const next = Ledger.open(path);
    expect(next.quarantined).toMatchObject({ path: `${path}.set-aside-1` });
    const rescued = next.ledger.tasks({ limit: 1_000 });
    expect(rescued).toHaveLength(next.quarantined?.rescued ?? -1);
    // A page holds only some of them.
    expect(rescued.length).toBeGreaterThan(100);
    for (const id of ends) {
      expect(next.ledger.task(id)).toMatchObject({
        state: 'succeeded',
        remoteId: `task_${id}`,
        results: [{ url: 'https://media.example/0', failures: 2 }],
      });
      expect(next.ledger.placements.of(id)?.state).toBe('waiting');
    }
    expect(next.ledger.search('fox 119', 1)).toHaveLength(1);
    expect(existsSync(`${path}.damaged`)).toBe(false);
    next.ledger.dispose();
  });

  it('is not taken away from the window that has begun a new one', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    writeFileSync(path, 'x'.repeat(5_000));
    const first = Ledger.open(path);
    const second = Ledger.open(path);
    expect(first.quarantined).toBeDefined();
    expect(second.quarantined).toBeUndefined();
    const task = createTask(first.ledger, noon);
    expect(second.ledger.task(task.id)).toEqual(task);
    first.ledger.dispose();
    second.ledger.dispose();
  });
});

describe('the schema', () => {
  it('has a stored copy of every version that was released, but for the newest while it is being made', () => {
    const stored = readdirSync(fixtures).filter(name => name.endsWith('.sqlite'));
    expect(stored).toEqual(migrations.map((_, index) => `v${index + 1}.sqlite`));
  });

  it.each(migrations.map((_, index) => index + 1))('is brought up to date from version %i', version => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    copyFileSync(join(fixtures, `v${version}.sqlite`), path);
    const { ledger, quarantined } = Ledger.open(path);
    expect(quarantined).toBeUndefined();
    const tasks = ledger.tasks({ limit: 100 });
    expect(tasks.map(task => task.state).reverse()).toEqual([
      'draft',
      'submitting',
      'queued',
      'processing',
      'succeeded',
      'stored',
      'placed',
      'failed',
      'untracked',
      ...(version < 4 ? [] : ['unreachable']),
    ]);
    expect(tasks.flatMap(task => [task.account ?? [], task.otherRemoteIds].flat())).toEqual(
      version < 4 ? [] : ['task_x', 'a-mark'],
    );
    expect(tasks.map(task => task.idempotencyKey).reverse()).toEqual(tasks.map((_, index) => `key-${index}`));
    expect(tasks.flatMap(task => task.sources)).toEqual(version < 2 ? [] : ['file:///w/a%20fox.png']);
    expect(ledger.search('लोमड़ी', 100)).toHaveLength(version < 4 ? 9 : 10);
    expect(ledger.placements.waiting()).toHaveLength(1);
    expect(ledger.results.files()).toHaveLength(3);
    const due = ledger.leases.claim('a', ['https://rivya.ai'], noon + 60_000, 15_000, room(100));
    expect(due.map(task => task.state).sort()).toEqual(['draft', 'processing', 'queued', 'succeeded']);
    ledger.dispose();
    const fresh = Ledger.open(folder.file('fresh.sqlite'));
    fresh.ledger.dispose();
    expect(schemaOf(path)).toEqual(schemaOf(folder.file('fresh.sqlite')));
  });

  it('is made once when two windows begin together', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const [a, b] = [Ledger.open(path).ledger, Ledger.open(path).ledger];
    const task = createTask(a, noon);
    expect(b.task(task.id)).toEqual(task);
    a.dispose();
    b.dispose();
  });

  it('is undone as a whole when a step of it fails', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    expect(() => Database.open(path, ['CREATE TABLE a (x); CREATE TABLE a (x);'])).toThrow(/already exists/);
    expect(schemaOf(path)).toEqual([]);
  });
});

it('gives up soon while another process holds the lock, and goes on when it is free', async () => {
  using folder = temporaryFolder();
  const path = folder.file('ledger.sqlite');
  const { ledger } = Ledger.open(path);
  const holder = spawn(process.execPath, [join(root, 'test/support/lockDatabase.ts'), path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(() => createTask(ledger, noon)).toThrow(/locked/);
  expect(ledger.tasks({ limit: 10 })).toEqual([]);
  holder.stdin.end();
  await once(holder, 'close');
  expect(createTask(ledger, noon).state).toBe('draft');
  ledger.dispose();
});

it('says what is wrong when the folder cannot be used', () => {
  using folder = temporaryFolder();
  expect(() => Ledger.open(join(folder.path, 'missing', 'ledger.sqlite'))).toThrow(/unable to open/);
  mkdirSync(folder.file('a-folder'));
  expect(() => Ledger.open(folder.file('a-folder'))).toThrow(/unable to open/);
});

/** Overwrites the page at this place of the file, as a failing disk does. */
function spoil(path: string, place: number): void {
  expect(place).toBeGreaterThan(4096);
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, Math.floor(place / 4096) * 4096);
  closeSync(file);
}

function schemaOf(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY name').all();
  database.close();
  return rows.map(row => ({ ...row }));
}
