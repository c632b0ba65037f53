import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Library } from '../../../../src/core/assets/library.ts';
import { decide } from '../../../../src/core/tasks/runner.ts';
import { storedFiles, type StoredFile } from '../../../../src/shared/task.ts';
import type { FaultAction } from '../../../../src/sandbox/faults.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { png } from '../../../support/mediaBytes.ts';

const hour = 3_600_000;
/** A runner that does not look up in between, for stories of many hours. */
const unhurried = { timings: { lease: hour, renewal: hour / 4 } };
const media = { method: 'GET', path: '/media/' } as const;

function urlOf(input: string | URL | Request): string {
  return input instanceof Request ? input.url : input.toString();
}

function leftovers(jobs: JobHarness): string[] {
  const incoming = join(jobs.folder, 'library', 'incoming');
  return existsSync(incoming) ? readdirSync(incoming) : [];
}

function expectWhole(jobs: JobHarness, file: StoredFile | undefined): void {
  if (!file) throw new Error('There is no file.');
  const bytes = readFileSync(jobs.library.pathOf(file));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
}

describe('a download that fails', () => {
  it.each<[string, FaultAction]>([
    ['404 for a while', { type: 'status', status: 404 }],
    ['503', { type: 'status', status: 503 }],
    ['429 with Retry-After', { type: 'status', status: 429, retryAfter: 30 }],
    ['half the file', { type: 'truncate', bytes: 60 }],
    ['a broken connection', { type: 'dropBefore' }],
    ['a web page', { type: 'body', body: '<!doctype html><title>Sign in', contentType: 'text/html' }],
    ['nothing', { type: 'body', body: '', contentType: 'image/png' }],
  ])('with %s is repeated until the file is whole', async (_, action) => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...media, times: 4, action });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', problem: undefined });
    expectWhole(jobs, storedFiles(jobs.task(id))[0]);
    expect(leftovers(jobs)).toEqual([]);
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
  });

  it('because the link is dead says so after many tries, and can be tried again', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    jobs.sandbox.control.addFault({ ...media, times: 'always', action: { type: 'status', status: 410 } });
    const { id } = jobs.create();
    jobs.runner.poke();
    const start = jobs.clock.now();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({
      state: 'failed',
      problem: { code: 'result_gone' },
      finalCredits: 1,
    });
    expect(jobs.task(id).results[0]).toMatchObject({
      state: 'lost',
      url: expect.stringContaining('/media/') as string,
    });
    // Not given up before the link had its time.
    expect(jobs.clock.now() - start).toBeGreaterThan(hour / 2);
    jobs.sandbox.control.clearFaults();
    decide(jobs.ledger, id, { type: 'reopened' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', problem: undefined });
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
  });

  it('because the link has changed takes the new one', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    const { fetch } = jobs;
    jobs.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const polled = urlOf(input).includes('/generations/');
      if (!polled || jobs.task(id).results.length > 0) return answer;
      return Response.json(JSON.parse((await answer.text()).replaceAll('/media/', '/media/old-')));
    };
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    const paths = jobs.sandbox.control.requests().map(request => request.path);
    expect(paths.filter(path => path.startsWith('/media/old-'))).toHaveLength(1);
  });

  it('because there is no network for half a day loses nothing', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const { id } = jobs.create();
    const { fetch } = jobs;
    jobs.fetch = (input, init) =>
      urlOf(input).includes('/media/') || jobs.task(id).state === 'succeeded'
        ? Promise.reject(
            new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ENOTFOUND' }) }),
          )
        : fetch(input, init);
    jobs.runner.poke();
    const start = jobs.clock.now();
    await jobs.until(() => jobs.clock.now() - start > 12 * hour);
    expect(jobs.task(id)).toMatchObject({ state: 'succeeded' });
    // Only the first failure might have been the link's: Rivya had answered right before it.
    expect(jobs.task(id).failures).toBeGreaterThan(50);
    expect(jobs.task(id).results[0]?.failures).toBe(1);
    jobs.fetch = fetch;
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
  });

  it('because it is no media for good keeps the link, and says what came', async () => {
    await using jobs = await startJobs();
    const action = { type: 'body', body: '<!doctype html><title>Sign in' } as const;
    jobs.sandbox.control.addFault({ ...media, times: 'always', action });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'failed', problem: { code: 'result_not_media' } });
    expect(leftovers(jobs)).toEqual([]);
  });

  it.each([true, false])(
    'because it is far too large (said beforehand: %s) ends soon, and leaves nothing',
    async declareLength => {
      await using jobs = await startJobs();
      const action = {
        type: 'body',
        size: 200_000_000,
        prefixBase64: png(2, 2).toString('base64'),
        contentType: 'image/png',
        declareLength,
      } as const;
      jobs.sandbox.control.addFault({ ...media, times: 'always', action });
      const { id } = jobs.create();
      jobs.runner.poke();
      await jobs.settled();
      expect(jobs.task(id)).toMatchObject({ state: 'failed', problem: { code: 'file_too_large' } });
      expect(
        jobs.sandbox.control.requests().filter(request => request.path.startsWith('/media/')),
      ).toHaveLength(1);
      expect(leftovers(jobs)).toEqual([]);
    },
  );
});

describe('several results', () => {
  const several = {
    model: 'seedream-4-0',
    body: JSON.stringify({ model: 'seedream-4-0', prompt: 'Three foxes', params: { max_images: 3 } }),
  };

  it('are all stored, each under its own name', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create(several);
    jobs.runner.poke();
    await jobs.settled();
    const files = storedFiles(jobs.task(id));
    expect(files.map(file => file.path)).toEqual(
      [0, 1, 2].map(index => `${id.slice(0, 2)}/${id}-${index}.png`),
    );
    for (const file of files) expectWhole(jobs, file);
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
  });

  it('are kept when one of them is dead', async () => {
    await using jobs = await startJobs();
    const dead = { type: 'status', status: 404 } as const;
    jobs.sandbox.control.addFault({ path: '/media/*/1.png', times: 'always', action: dead });
    const { id } = jobs.create(several);
    jobs.runner.poke();
    await jobs.settled();
    const task = jobs.task(id);
    expect(task).toMatchObject({ state: 'stored', problem: { code: 'result_gone' } });
    expect(task.results.map(result => result.state)).toEqual(['stored', 'lost', 'stored']);
    // What was stored at once was not fetched again with each try of the other.
    const paths = jobs.sandbox.control.requests().map(request => request.path);
    expect(paths.filter(path => path.endsWith('/0.png'))).toHaveLength(1);
  });
});

describe('this machine', () => {
  it('may have a full disk for half a day: nothing is lost, and nothing is called stored', async () => {
    await using jobs = await startJobs({ runner: { ...unhurried, library: new FullLibrary('/nowhere') } });
    const { id } = jobs.create();
    jobs.runner.poke();
    const start = jobs.clock.now();
    await jobs.until(() => jobs.clock.now() - start > 12 * hour);
    expect(jobs.task(id)).toMatchObject({ state: 'succeeded', problem: { code: 'ENOSPC' } });
    expect(jobs.task(id).results[0]).toMatchObject({ state: 'pending', failures: 0 });
    jobs.runner.dispose();
    jobs.window('window-2', { library: jobs.library }).runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', problem: undefined });
  });

  it('may have died after the rename and before the commit: the file is taken as it is', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...media, times: 'always', action: { type: 'status', status: 404 } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures > 0 && jobs.task(id).state === 'succeeded');
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(png(8, 9));
    }
    const left = await jobs.library.store(`${id}-0`, 'window-0', bytes());
    await jobs.settled();
    expect(storedFiles(jobs.task(id))).toEqual([left]);
  });
});

class FullLibrary extends Library {
  override async store(): Promise<StoredFile> {
    return Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
  }
}
