import { spawnSync } from 'node:child_process';
import fs, { existsSync, mkdirSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, vi } from 'vitest';
import { Database } from '../../../../src/core/storage/database.ts';
import { AcrossWindows } from '../../../../src/core/storage/fileErrors.ts';
import { fileSystemOf, isAcrossWindows, isSharePath } from '../../../../src/core/storage/fileSystem.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { onPlatform, refusingSync } from '../../../support/refusingFiles.ts';
import { createTask, noon, temporaryFolder } from '../../../support/tasks.ts';

const migrations = ['CREATE TABLE a (x INTEGER)'];

/** Lets every folder lie on a file system of this type, and this be a Linux of this kind. */
function onFileSystem(type: number, kernel = '6.1.0'): Disposable {
  const { statfsSync } = fs;
  const { release } = os;
  Object.assign(fs, { statfsSync: (path: string) => Object.assign(statfsSync(path), { type }) });
  Object.assign(os, { release: () => kernel });
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]: () => {
      Object.assign(fs, { statfsSync });
      Object.assign(os, { release });
      syncBuiltinESMExports();
    },
  };
}

function add(database: Database, x: number): void {
  database.transaction('cheap', () => database.run('INSERT INTO a VALUES (?)', x));
}

function values(database: Database): unknown[] {
  return database.all('SELECT x FROM a ORDER BY x').map(({ x }) => x);
}

const nfs = 0x6969;

describe('the journal of a database', () => {
  it('is a write-ahead log on a disk of this machine', () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onFileSystem(0xef53));
    using database = useDatabase(Database.open(folder.file('a.sqlite'), migrations));
    expect(database.value.journal).toEqual({ mode: 'wal', fileSystem: undefined, problem: undefined });
  });

  it('becomes one although another window has the file locked in that moment', () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onFileSystem(0xef53));
    const path = folder.file('a.sqlite');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE b (x INTEGER); BEGIN IMMEDIATE');
    // oxlint-disable-next-line typescript/unbound-method -- it is called with its database
    const { prepare } = DatabaseSync.prototype;
    let tries = 0;
    const spy = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (
      this: DatabaseSync,
      sql,
    ) {
      if (sql.includes('journal_mode = wal') && ++tries === 2) other.exec('ROLLBACK');
      return prepare.call(this, sql);
    });
    system.defer(() => spy.mockRestore());
    using database = useDatabase(Database.open(path, migrations));
    expect(tries).toBe(2);
    expect(database.value.journal).toMatchObject({ mode: 'wal', problem: undefined });
    other.close();
  });

  it.each([
    ['NFS', nfs],
    ['CIFS', 0xff534d42],
    // As a signed number.
    ['CIFS', 0xff534d42 - 2 ** 32],
    ['Lustre', 0x0bd00bd0],
    ['GPFS', 0x47504653],
    ['Ceph', 0x00c36400],
    ['FUSE', 0x65735546],
    ['9P', 0x01021997],
  ])('needs no shared memory on %s', (name, type) => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onFileSystem(type));
    using database = useDatabase(Database.open(folder.file('a.sqlite'), migrations));
    add(database.value, 1);
    expect(database.value.journal).toMatchObject({ mode: 'truncate', fileSystem: name });
    expect(existsSync(folder.file('a.sqlite-shm'))).toBe(false);
    expect(existsSync(folder.file('a.sqlite-wal'))).toBe(false);
  });

  it('takes over what an earlier version left in a log, rows of a killed process included', () => {
    using folder = temporaryFolder();
    const path = folder.file('a.sqlite');
    {
      using system = new DisposableStack();
      system.use(onFileSystem(0xef53));
      using database = useDatabase(Database.open(path, migrations));
      add(database.value, 1);
    }
    // A process that dies leaves its log behind.
    const script = `const { DatabaseSync } = require('node:sqlite');
      const database = new DatabaseSync(process.argv[1]);
      database.exec('PRAGMA journal_mode = WAL; INSERT INTO a VALUES (2)');
      process.kill(process.pid, 'SIGKILL');`;
    spawnSync(process.execPath, ['-e', script, path]);
    expect(existsSync(`${path}-wal`)).toBe(true);
    using system = new DisposableStack();
    system.use(onFileSystem(nfs));
    using database = useDatabase(Database.open(path, migrations));
    expect(database.value.journal.mode).toBe('truncate');
    expect(existsSync(`${path}-wal`)).toBe(false);
    // Others are not kept out.
    using second = useDatabase(Database.open(path, migrations));
    add(second.value, 3);
    add(database.value, 4);
    expect(values(database.value)).toEqual([1, 2, 3, 4]);
  });

  it('serves two windows, which see what the other one has written', () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onFileSystem(nfs));
    const path = folder.file('ledger.sqlite');
    const [one, two] = [Ledger.open(path).ledger, Ledger.open(path).ledger];
    let changes = 0;
    two.onDidChange(() => changes++);
    createTask(one, noon);
    two.checkForExternalChanges();
    expect(changes).toBe(1);
    expect(two.count()).toBe(1);
    one.dispose();
    two.dispose();
  });

  it('is given up for another one where the log cannot be used', () => {
    using folder = temporaryFolder();
    const path = folder.file('a.sqlite');
    // Nobody can map a folder as shared memory.
    mkdirSync(`${path}-shm`);
    using database = useDatabase(Database.open(path, migrations));
    add(database.value, 1);
    expect(database.value.journal).toMatchObject({ mode: 'truncate' });
    // On a file system that is known for it, nobody tries.
    if (database.value.journal.fileSystem === undefined)
      expect(database.value.journal.problem).toMatch(/readonly|unable to open/);
  });

  it('is none where nothing can be opened at all, and the first error is told', () => {
    using folder = temporaryFolder();
    expect(() => Database.open(folder.file('none/a.sqlite'), migrations)).toThrow(/unable to open/);
  });

  it('waits for the disk at every change when there is no log', () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onFileSystem(nfs));
    const watch = vi.spyOn(DatabaseSync.prototype, 'exec');
    using database = useDatabase(Database.open(folder.file('a.sqlite'), migrations));
    add(database.value, 1);
    const executed = watch.mock.calls.map(([sql]) => sql);
    watch.mockRestore();
    expect(executed.some(sql => sql.includes('synchronous = FULL; BEGIN'))).toBe(true);
    expect(executed.some(sql => sql.includes('fullfsync = 1') && sql.includes('checkpoint_fullfsync'))).toBe(
      true,
    );
  });
});

describe('a drive of Windows', () => {
  it('is never written from a Linux beside it', () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onFileSystem(0x01021997, '5.15.153.1-microsoft-standard-WSL2'));
    expect(() => Ledger.open(folder.file('ledger.sqlite'))).toThrow(AcrossWindows);
    expect(existsSync(folder.file('ledger.sqlite'))).toBe(false);
  });

  it('is told from the disk of that Linux, and from 9P elsewhere', () => {
    expect(isAcrossWindows('9P', '5.15.153.1-microsoft-standard-WSL2')).toBe(process.platform === 'linux');
    expect(isAcrossWindows(undefined, '5.15.153.1-microsoft-standard-WSL2')).toBe(false);
    expect(isAcrossWindows('9P', '6.8.0-45-generic')).toBe(false);
  });
});

describe('a share of Windows', () => {
  it.each([
    ['\\\\server\\home\\eva', true],
    ['//server/home', true],
    ['\\\\?\\UNC\\server\\home', true],
    ['\\\\?\\C:\\Users', false],
    ['\\\\.\\C:\\Users', false],
    ['C:\\Users\\eva', false],
    ['/home/eva', false],
  ])('is known by its path: %s', (path, isShare) => {
    expect(isSharePath(path)).toBe(isShare);
  });

  it('is found behind a drive letter', () => {
    using system = new DisposableStack();
    system.use(onPlatform('win32'));
    const { realpathSync } = fs;
    const native = (): string => '\\\\server\\home\\eva';
    Object.assign(fs, { realpathSync: Object.assign(() => '', { native }) });
    syncBuiltinESMExports();
    try {
      expect(fileSystemOf('H:\\eva')).toEqual({ name: 'SMB', isShared: true });
    } finally {
      Object.assign(fs, { realpathSync });
      syncBuiltinESMExports();
    }
  });
});

it('a damaged file is replaced though its folder cannot be synced and somebody looks at it for a moment', () => {
  using folder = temporaryFolder();
  const path = folder.file('ledger.sqlite');
  const { ledger } = Ledger.open(path);
  createTask(ledger, noon);
  ledger.dispose();
  fs.writeFileSync(path, Buffer.alloc(100, 1), { flag: 'r+' });
  using rename = refusingSync('renameSync', 'EBUSY', 2);
  const found = Ledger.open(path);
  expect(rename.calls).toBeGreaterThanOrEqual(3);
  expect(found.quarantined).toBeDefined();
  expect(found.ledger.count()).toBe(1);
  found.ledger.dispose();
});

function useDatabase(value: Database): { readonly value: Database } & Disposable {
  return { value, [Symbol.dispose]: () => value.dispose() };
}
