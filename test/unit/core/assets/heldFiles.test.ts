import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NotRenamed } from '../../../../src/core/assets/finishedFiles.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { startJobs } from '../../../support/jobHarness.ts';
import { png } from '../../../support/mediaBytes.ts';
import { onPlatform, refusing } from '../../../support/refusingFiles.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

async function* bytes(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content);
}

describe('a finished file that cannot be renamed', () => {
  it('is downloaded once, however often the rename is refused', async () => {
    await using jobs = await startJobs();
    let downloads = 0;
    const send = jobs.fetch;
    jobs.fetch = (input, init) => {
      if (String(input instanceof Request ? input.url : input).includes('/media/')) downloads++;
      return send(input, init);
    };
    using rename = refusing('rename', 'EACCES', 5, path => path.includes('incoming'));
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).problem?.code === 'result_in_use');
    await jobs.until(() => jobs.task(id).state === 'stored');
    expect(rename.calls).toBe(6);
    expect(downloads).toBe(1);
    const [result] = jobs.task(id).results;
    expect(result?.file && (await jobs.library.has(result.file))).toBe(true);
    expect(readdirSync(`${jobs.folder}/library/incoming`)).toEqual([]);
  });

  it('is taken up by another window, and no sweep removes it', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    const refusal = refusing('rename', 'EPERM', Infinity);
    await expect(library.store('ab-0', 'dead', bytes(png(4, 4)))).rejects.toThrow(NotRenamed);
    const other = new Library(folder.path);
    await expect(other.find('ab-0')).rejects.toMatchObject({ code: 'result_in_use' });
    writeFileSync(folder.file('incoming/ab-1.dead'), 'half');
    expect(await other.sweep(() => false)).toEqual(['ab-1.dead']);
    refusal[Symbol.dispose]();
    const found = await other.find('ab-0');
    expect(found && readFileSync(other.pathOf(found))).toEqual(png(4, 4));
    expect(readdirSync(folder.file('incoming'))).toEqual([]);
    expect(await other.find('ab-0')).toEqual(found);
  });

  it('is fetched again when it was deleted, and a note that was cut off says nothing', async () => {
    using folder = temporaryFolder();
    const library = new Library(folder.path);
    {
      using system = new DisposableStack();
      system.use(refusing('rename', 'EPERM', Infinity));
      await expect(library.store('ab-0', 'me', bytes(png(4, 4)))).rejects.toThrow(NotRenamed);
    }
    const [temporary] = readdirSync(folder.file('incoming')).filter(name => name.endsWith('.me'));
    using removed = refusing('rm', 'EPERM', 0);
    await library.sweep(() => true);
    expect(removed.calls).toBe(0);
    const { rmSync } = await import('node:fs');
    rmSync(folder.file(`incoming/${temporary ?? ''}`));
    expect(await library.find('ab-0')).toBeUndefined();
    writeFileSync(folder.file('incoming/ab-0.whole'), '{"from":');
    expect(await library.find('ab-0')).toBeUndefined();
    expect(await library.sweep(() => false)).toEqual(['ab-0.whole']);
  });

  it('is waited for on Windows, where that is the common case', async () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(onPlatform('win32'));
    using rename = refusing('rename', 'EPERM', 2);
    const file = await new Library(folder.path).store('ab-0', 'me', bytes(png(4, 4)));
    expect(rename.calls).toBe(3);
    expect(existsSync(folder.file(file.path))).toBe(true);
  });
});

describe('a folder that cannot be synced', () => {
  it.each(['EINVAL', 'ENOTSUP', 'EISDIR', 'EACCES'])(
    'does not keep a file from being stored: %s',
    async code => {
      using folder = temporaryFolder();
      using open = refusing(
        'open',
        code,
        Infinity,
        path => !path.includes('incoming/') && !/\.\w+$/.test(path),
      );
      const library = new Library(folder.file('library'));
      const file = await library.store('ab-0', 'me', bytes(png(4, 4)));
      expect(open.calls).toBeGreaterThan(0);
      expect(await library.has(file)).toBe(true);
    },
  );

  it('passes on what is an error of the disk', async () => {
    using folder = temporaryFolder();
    using system = new DisposableStack();
    system.use(
      refusing('open', 'EIO', Infinity, path => !path.includes('incoming/') && !/\.\w+$/.test(path)),
    );
    const library = new Library(folder.file('library'));
    await expect(library.store('ab-0', 'me', bytes(png(4, 4)))).rejects.toMatchObject({ code: 'EIO' });
  });
});
