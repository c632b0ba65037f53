import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { startSandbox } from '../../../../src/sandbox/server.ts';
import { openWindow } from '../../../kill/container.ts';
import { check, wasKilled } from '../../../kill/kills.ts';
import { pathsIn } from '../../../kill/orders.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

/** How long the server takes for a poll and a file, so that two at once would be seen, in milliseconds. */
const served = 60;

it('several windows on one ledger do nothing twice, also when one is killed while it holds jobs', async () => {
  using folder = temporaryFolder();
  const sandbox = await startSandbox({ credits: 10_000, taskDurationMs: 300 });
  sandbox.control.update({ pictureLongEdge: 16 });
  const slow = { type: 'delay', milliseconds: served } as const;
  sandbox.control.addFault({ method: 'GET', path: '/', times: 'always', action: slow });
  const { storage, ledger: file } = pathsIn(folder.path);
  mkdirSync(storage);
  const { ledger } = Ledger.open(file);
  const windows = ['a', 'b', 'c'].map(holder =>
    openWindow({
      folder: folder.path,
      url: sandbox.url,
      apiKey: sandbox.apiKey,
      holder,
      jobs: 12,
      questions: [],
      undoes: false,
      death: holder === 'a' ? { point: 'in the middle of a download', skip: 4, delay: 0 } : undefined,
      untilDone: holder !== 'a',
      // Long, so that on a slow machine no living window loses a lease.
      lease: 6_000,
    }),
  );
  const ends = (await Promise.all(windows.map(window => once(window, 'close')))) as [
    number | null,
    string | null,
  ][];
  expect(wasKilled(ends[0]?.[1] ?? null, folder.path, 'a')).toBe(true);
  expect(ends.slice(1)).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(check(ledger, folder.path, sandbox)).toEqual([]);

  const requests = sandbox.control.requests();
  const mayRepeat = 8;
  const paths = new Map<string, number[]>();
  for (const { method, path, at } of requests) {
    // Before its first order each window asks what time it is, for each job.
    if (method === 'GET' && path !== '/api/v1/credits') paths.set(path, [...(paths.get(path) ?? []), at]);
  }
  let repeated = 0;
  let together = 0;
  for (const [path, times] of paths) {
    // A file is fetched once, but for those that the killed window had in hand.
    if (path.startsWith('/media/')) repeated += times.length - 1;
    for (const [index, at] of times.entries())
      if (index > 0 && at - (times[index - 1] ?? 0) < served) together += 1;
  }
  expect(repeated).toBeLessThanOrEqual(mayRepeat);
  expect(repeated).toBeGreaterThan(0);
  expect(together).toBe(0);
  // A request that the killed window had in flight may be sent once more, under the same key.
  const posts = requests.filter(request => request.method === 'POST');
  expect(new Set(posts.map(post => post.idempotencyKey)).size).toBe(36);
  expect(posts.length).toBeLessThanOrEqual(36 + mayRepeat);
  expect(sandbox.control.charges()).toHaveLength(36);
  ledger.dispose();
  await sandbox.close();
});
