import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  isHeld,
  removePatiently,
  removePatientlySync,
  renamePatiently,
  renamePatientlySync,
} from '../../../src/base/patience.ts';
import { onPlatform, refusing, refusingSync } from '../../support/refusingFiles.ts';
import { temporaryFolder } from '../../support/tasks.ts';

describe('a file that somebody holds open', () => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])(
    'is renamed and removed a moment later on Windows: %s',
    async code => {
      using folder = temporaryFolder();
      using system = new DisposableStack();
      system.use(onPlatform('win32'));
      writeFileSync(folder.file('a'), 'a');
      using rename = refusing('rename', code, 3);
      await renamePatiently(folder.file('a'), folder.file('b'));
      expect(rename.calls).toBe(4);
      using rm = refusing('rm', code, 2);
      await removePatiently(folder.file('b'));
      expect(rm.calls).toBe(3);
      expect(existsSync(folder.file('b'))).toBe(false);
    },
  );

  it('is renamed and removed a moment later on the thread, too', () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onPlatform('win32'));
    writeFileSync(folder.file('a'), 'a');
    writeFileSync(folder.file('b'), 'b');
    using rename = refusingSync('renameSync', 'EPERM', 2);
    renamePatientlySync(folder.file('a'), folder.file('b'));
    expect(rename.calls).toBe(3);
    expect(readFileSync(folder.file('b'), 'utf8')).toBe('a');
    using rm = refusingSync('unlinkSync', 'EBUSY', 1);
    removePatientlySync(folder.file('b'));
    expect(rm.calls).toBe(2);
    removePatientlySync(folder.file('never was'));
  });

  it('is told by what the system itself says, where it removes nothing that is open', async () => {
    using folder = temporaryFolder();
    const onThread = async (path: string): Promise<void> => {
      await Promise.resolve();
      removePatientlySync(path);
    };
    for (const remove of [removePatiently, onThread]) {
      writeFileSync(folder.file('a'), 'a');
      const open = openSync(folder.file('a'), 'r');
      const refusal = await remove(folder.file('a')).catch((error: unknown) => error);
      closeSync(open);
      expect(refusal !== undefined && !isHeld(refusal), String(refusal)).toBe(false);
      await remove(folder.file('a'));
      expect(existsSync(folder.file('a'))).toBe(false);
    }
  });

  it('is given up after some seconds', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.file('a'), 'a');
    using rename = refusing('rename', 'EBUSY', Infinity);
    await expect(renamePatiently(folder.file('a'), folder.file('b'))).rejects.toMatchObject({
      code: 'EBUSY',
    });
    expect(rename.calls).toBe(11);
    using sync = refusingSync('renameSync', 'EBUSY', Infinity);
    expect(() => renamePatientlySync(folder.file('a'), folder.file('b'))).toThrow(/EBUSY/);
    expect(sync.calls).toBe(6);
  });

  it('is not waited for where the permission is missing, or the file', async () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onPlatform('linux'));
    using rename = refusing('rename', 'EACCES', Infinity);
    await expect(renamePatiently(folder.file('a'), folder.file('b'))).rejects.toMatchObject({
      code: 'EACCES',
    });
    expect(rename.calls).toBe(1);
    rename.left = 0;
    await expect(renamePatiently(folder.file('a'), folder.file('b'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(rename.calls).toBe(2);
  });
});
