import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeld } from '../../../../src/base/patience.ts';
import { Database, damageMark } from '../../../../src/core/storage/database.ts';
import { DamagedInUse, FileReplaced, NewerFile } from '../../../../src/core/storage/fileErrors.ts';
import { openDatabase } from '../../../../src/core/storage/openDatabase.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { rescue } from '../../../../src/core/tasks/rescue.ts';
import { migrations } from '../../../../src/core/tasks/schema.ts';
import { pendingMarker } from '../../../../src/core/tasks/storagePaths.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';
import {
  createTask,
  newTask,
  noon,
  nowhere,
  removeFromList,
  temporaryFolder,
} from '../../../support/tasks.ts';

interface Folder {
  readonly path: string;
  file(name: string): string;
}

/** A ledger with so many jobs, closed. @returns their ids */
function fill(path: string, count: number): string[] {
  const { ledger } = Ledger.open(path);
  const ids = Array.from({ length: count }, (_, index) => {
    const { id } = createTask(ledger, noon + index, { prompt: `fox ${index} `.repeat(20) });
    ledger.update(id, noon, task => ({ ...task, state: 'queued', remoteId: `task_${index}` }));
    return id;
  });
  ledger.dispose();
  return ids;
}

/** Damages the pages in the middle of the file, as a failing disk does, and says so for the next start. */
/** Four pages in the middle become unreadable; of 120 jobs, what stood in them is lost. */
function spoil(path: string): void {
  const file = readFileSync(path);
  const middle = Math.floor(file.length / 2 / 4096) * 4096;
  file.fill(0xff, middle, middle + 4 * 4096);
  writeFileSync(path, file);
  writeFileSync(damageMark(path), 'found by a test');
}

function idsIn(path: string): string[] {
  const { ledger } = Ledger.open(path);
  const ids = ledger.tasks({ limit: 10_000 }).map(task => task.id);
  ledger.dispose();
  return ids;
}

/** Windows lets nobody rename or remove a file that is open, and so do some file systems elsewhere. */
function isRefused(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof DamagedInUse || isHeld(error)) return true;
    throw error;
  }
}

function asideFiles(folder: Folder): string[] {
  return readdirSync(folder.path)
    .filter(name => /set-aside-\d+(?:\.merged)?$/.test(name))
    .sort();
}

describe('a file that is replaced under an open window', () => {
  it.each<[string, (path: string, folder: Folder) => void]>([
    [
      'by the rescue of another window',
      path => {
        spoil(path);
        Ledger.open(path).ledger.dispose();
      },
    ],
    ['by a deletion', path => unlinkSync(path)],
    ['by a rename', (path, folder) => renameSync(path, folder.file('elsewhere.sqlite'))],
    [
      'by a copy that a backup has brought back',
      (path, folder) => {
        copyFileSync(path, folder.file('backup'));
        renameSync(folder.file('backup'), path);
      },
    ],
  ])('%s takes no more jobs, and the window is told once', (_, replace) => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    fill(path, 120);
    const { ledger } = Ledger.open(path);
    const known = createTask(ledger, noon + 1_000);
    let told = 0;
    ledger.onDidLoseFile(() => told++);
    expect(ledger.isInPlace()).toBe(true);
    if (isRefused(() => replace(path, folder))) {
      // Where nothing that is open is replaced, there is nothing to be told, and the window goes on.
      expect(ledger.isInPlace()).toBe(true);
      ledger.dispose();
      return;
    }
    const drafts = [0, 1].map(() => ({ task: newTask(), placement: nowhere }));
    expect(() => ledger.createAll(drafts, noon)).toThrow(FileReplaced);
    expect(() => ledger.update(known.id, noon, task => ({ ...task, state: 'submitting' }))).toThrow(
      FileReplaced,
    );
    ledger.checkForExternalChanges();
    expect(told).toBe(1);
    expect(ledger.isInPlace()).toBe(false);
    ledger.dispose();
    // The marker is the new file's: this window does not take it away.
    expect(existsSync(pendingMarker(path))).toBe(true);
    for (const { task } of drafts) expect(idsIn(path)).not.toContain(task.id);
  });
});

describe('what a rescue takes over', () => {
  it('is in the new file before that takes the place of the old one', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const ids = fill(path, 120);
    spoil(path);
    const { ledger, quarantined } = Ledger.open(path);
    expect(quarantined?.rescued).toBeGreaterThan(80);
    expect(ledger.count()).toBe(quarantined?.rescued);
    expect(ids).toEqual(expect.arrayContaining(ledger.tasks({ limit: 1_000 }).map(task => task.id)));
    ledger.dispose();
    expect(asideFiles(folder)).toEqual(['ledger.sqlite.set-aside-1', 'ledger.sqlite.set-aside-1.merged']);
    // Nothing is read twice.
    const again = Ledger.open(path);
    expect(again).toMatchObject({ quarantined: undefined, merged: [] });
    again.ledger.dispose();
  });

  it('leaves the damaged file where it was when the process dies in the middle', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const ids = fill(path, 120);
    spoil(path);
    const before = readFileSync(path);
    let calls = 0;
    const dying: typeof rescue = (source, into) => {
      calls++;
      into.transaction('durable', () => [...source.rows('task')].length);
      throw new Error('The process dies here.');
    };
    expect(() => openDatabase(path, migrations, dying)).toThrow('dies here');
    expect(calls).toBe(1);
    expect(readFileSync(path)).toEqual(before);
    const { ledger, quarantined } = Ledger.open(path);
    expect(quarantined?.rescued).toBeGreaterThan(80);
    expect(ids).toEqual(expect.arrayContaining(ledger.tasks({ limit: 1_000 }).map(task => task.id)));
    ledger.dispose();
  });

  it('is taken over at the next opening when it was set aside and never read', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const ids = fill(path, 30);
    // As an earlier version left it whose process died right after it had set the file aside.
    renameSync(path, `${path}.set-aside-1`);
    rmSync(pendingMarker(path));
    const { ledger, merged } = Ledger.open(path);
    expect(merged).toEqual([{ path: `${path}.set-aside-1`, rescued: 30 }]);
    expect(
      ledger
        .tasks({ limit: 100 })
        .map(task => task.id)
        .reverse(),
    ).toEqual(ids);
    expect(existsSync(pendingMarker(path))).toBe(true);
    // What the user removes then does not come back.
    ledger.update(ids[0] ?? '', noon, task => ({ ...task, state: 'failed' }));
    expect(removeFromList(ledger, [ids[0] ?? ''])).toHaveLength(1);
    ledger.dispose();
    expect(idsIn(path)).toHaveLength(29);
  });

  it('joins what the new file has begun meanwhile, and changes nothing of it', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    const ids = fill(path, 5);
    copyFileSync(path, `${path}.set-aside-1`);
    const own = Ledger.open(folder.file('other.sqlite')).ledger;
    // The same number and the same time as a job of the other file.
    const mine = createTask(own, noon);
    own.dispose();
    rmSync(path);
    renameSync(folder.file('other.sqlite'), path);
    const { ledger, merged } = Ledger.open(path);
    expect(merged).toMatchObject([{ rescued: 5 }]);
    expect(new Set(ledger.tasks({ limit: 100 }).map(task => task.id))).toEqual(new Set([...ids, mine.id]));
    expect(ledger.task(mine.id)).toEqual(mine);
    expect(new Set(ledger.tasks({ limit: 100 }).map(task => task.createdAt)).size).toBe(6);
    expect(ledger.search('fox 4', 9).map(task => task.id)).toEqual([ids[4]]);
    ledger.dispose();
  });

  it('is left for the newer version when that wrote it', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    fill(path, 3);
    renameSync(path, `${path}.set-aside-1`);
    const newer = new DatabaseSync(`${path}.set-aside-1`);
    newer.exec(`ALTER TABLE task ADD COLUMN future TEXT; PRAGMA user_version = ${migrations.length + 1}`);
    newer.close();
    expect(idsIn(path)).toHaveLength(0);
    expect(existsSync(`${path}.set-aside-1.merged`)).toBe(false);
    const { database, merged } = openDatabase(
      path,
      [...migrations, 'ALTER TABLE task ADD COLUMN future TEXT'],
      rescue,
    );
    expect(merged).toMatchObject([{ rescued: 3 }]);
    database.dispose();
  });

  it('does not keep the good file from being used when it cannot be read', () => {
    using folder = temporaryFolder();
    const path = folder.file('ledger.sqlite');
    fill(path, 3);
    writeFileSync(`${path}.set-aside-1`, 'no database');
    // A folder is nothing that SQLite can open.
    mkdirSync(`${path}.set-aside-2`);
    const { ledger, merged, unmerged } = Ledger.open(path);
    expect(ledger.count()).toBe(3);
    expect(merged).toEqual([{ path: `${path}.set-aside-1`, rescued: 0 }]);
    expect(unmerged).toEqual([expect.stringContaining('set-aside-2')]);
    ledger.dispose();
  });
});

/** The jobs of a file that SQLite itself can read one by one, by whatever way. */
function readable(path: string, ids: readonly string[]): string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const read = (sql: string, value: string | number): string | undefined => {
    try {
      const row = database.prepare(sql).get(value);
      const texts = [row?.['id'], row?.['origin'], row?.['body'], row?.['idempotency_key']];
      return texts.every(text => typeof text === 'string' && text !== '') ? String(row?.['id']) : undefined;
    } catch {
      // That is what is to be found out.
      return undefined;
    }
  };
  try {
    return ids.filter(
      (id, index) =>
        read('SELECT * FROM task WHERE id = ?', id) === id ||
        read('SELECT * FROM task WHERE number = ?', index + 1) === id,
    );
  } finally {
    database.close();
  }
}

/** Opens the ledger as windows do one after the other: damage that is met is dealt with at the next start. */
function readAll(path: string, ids: readonly string[]): Set<string> {
  for (let start = 0; ; start++) {
    const { ledger } = Ledger.open(path);
    try {
      return new Set(ids.filter(id => ledger.task(id) !== undefined));
    } catch (error) {
      if (start === 2) throw error;
    } finally {
      try {
        ledger.dispose();
      } catch {
        // A damaged page may be met here, too; the next start finds the mark.
      }
    }
  }
}

describe('damage at random places', () => {
  const places = fc.array(
    fc.record({
      place: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      flip: fc.integer({ min: 1, max: 255 }),
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );

  it('loses no job that can be read', () => {
    using folder = temporaryFolder();
    const ids = fill(folder.file('whole.sqlite'), 60);
    const whole = readFileSync(folder.file('whole.sqlite'));
    fc.assert(
      fc.property(places, fc.boolean(), (flips, isNoticed) => {
        using each = temporaryFolder();
        const path = each.file('ledger.sqlite');
        const bytes = Buffer.from(whole);
        for (const { place, flip } of flips) {
          const offset = Math.floor(place * bytes.length);
          bytes[offset] = (bytes[offset] ?? 0) ^ flip;
        }
        writeFileSync(path, bytes);
        if (isNoticed) writeFileSync(damageMark(path), 'noticed');
        writeFileSync(each.file('copy.sqlite'), bytes);
        const expected = readable(each.file('copy.sqlite'), ids);
        try {
          const found = readAll(path, ids);
          expect(expected.filter(id => !found.has(id))).toEqual([]);
        } catch (error) {
          // The byte that says which version wrote it: then nothing at all is touched.
          if (!(error instanceof NewerFile)) throw error;
          expect(readFileSync(path)).toEqual(bytes);
        }
      }),
      { numRuns: propertyRuns(100) },
    );
  });

  it('loses no job when nothing but the first bytes is damaged', () => {
    using folder = temporaryFolder();
    const ids = fill(folder.file('whole.sqlite'), 60);
    const whole = readFileSync(folder.file('whole.sqlite'));
    for (const [from, to] of [
      [0, 16],
      [0, 100],
      [16, 18],
      [18, 20],
      [28, 32],
      [56, 60],
      [60, 64],
    ]) {
      using each = temporaryFolder();
      const path = each.file('ledger.sqlite');
      const bytes = Buffer.from(whole);
      bytes.fill(0xff, from, to);
      writeFileSync(path, bytes);
      expect(readAll(path, ids).size, `bytes ${from} to ${to}`).toBe(60);
    }
  });
});

it('asks macOS for bytes on the disk itself', () => {
  using folder = temporaryFolder();
  const database = Database.open(folder.file('a.sqlite'), []);
  expect(database.get('PRAGMA fullfsync')).toMatchObject({ fullfsync: 1 });
  expect(database.get('PRAGMA checkpoint_fullfsync')).toMatchObject({ checkpoint_fullfsync: 1 });
  database.dispose();
});
