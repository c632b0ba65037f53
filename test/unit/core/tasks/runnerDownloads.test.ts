import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Library } from '../../../../src/core/assets/library.ts';
import { decide } from '../../../../src/core/tasks/runner.ts';
import { maximumResults } from '../../../../src/core/tasks/transition.ts';
import { storedFiles, type StoredFile } from '../../../../src/shared/task.ts';
import type { FaultAction } from '../../../../src/sandbox/state/fault.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { png } from '../../../support/mediaBytes.ts';

const hour = 3_600_000;
/** A runner that does not look up in between, for stories of many hours. */
const unhurried = { timings: { leaseMs: hour, renewalMs: hour / 4 } };
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
      state: 'unreachable',
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
    await using jobs = await startJobs({ runner: unhurried });
    const action = { type: 'body', body: '<!doctype html><title>Sign in' } as const;
    jobs.sandbox.control.addFault({ ...media, times: 'always', action });
    const { id } = jobs.create();
    jobs.runner.poke();
    const start = jobs.clock.now();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'unreachable', problem: { code: 'result_not_media' } });
    // A page that stands in the way for an hour is waited out.
    expect(jobs.clock.now() - start).toBeGreaterThan(hour);
    expect(leftovers(jobs)).toEqual([]);
  });

  it.each([true, false])(
    'because it is far too large (said beforehand: %s) ends soon, and leaves nothing',
    async declareLength => {
      await using jobs = await startJobs();
      const action = {
        type: 'body',
        size: 10_000_000_000,
        prefixBase64: png(2, 2).toString('base64'),
        contentType: 'image/png',
        declareLength,
      } as const;
      jobs.sandbox.control.addFault({ ...media, times: 'always', action });
      const { id } = jobs.create();
      jobs.runner.poke();
      await jobs.settled();
      expect(jobs.task(id)).toMatchObject({ state: 'unreachable', problem: { code: 'file_too_large' } });
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

  const four = {
    model: 'seedream-4-0',
    body: JSON.stringify({ model: 'seedream-4-0', prompt: 'Four foxes', params: { max_images: 4 } }),
  };
  const second = { path: '/media/*/1.png', times: 'always' } as const;

  it.each([404, 503])(
    'are offered within a minute when one of them answers %i, which goes on being tried',
    async status => {
      await using jobs = await startJobs();
      jobs.sandbox.control.addFault({ ...second, action: { type: 'status', status } });
      const { id } = jobs.create(four);
      jobs.runner.poke();
      await jobs.until(() => jobs.task(id).state === 'succeeded');
      const start = jobs.clock.now();
      await jobs.until(() => jobs.task(id).state === 'stored');
      expect(jobs.clock.now() - start).toBeLessThanOrEqual(60_000);
      const states = (): string[] => jobs.task(id).results.map(({ state }) => state);
      expect(states()).toEqual(['stored', 'pending', 'stored', 'stored']);
      expect(jobs.ledger.placements.waiting().map(({ taskId }) => taskId)).toEqual([id]);
      expect(jobs.ledger.hasPending()).toBe(true);
      expect(jobs.ledger.clearable()).toEqual([]);
      // The others are placed; the last one comes hours later, and is offered as well.
      const copies = [0, 2, 3].map(index => ({ index, uri: `file:///w/${index}.png` }));
      jobs.ledger.setPlacement(
        id,
        'waiting',
        { state: 'placed', file: copies[0]?.uri, copies },
        jobs.clock.now(),
      );
      decide(jobs.ledger, id, { type: 'placed' }, jobs.clock.now());
      expect(jobs.task(id).state).toBe('placed');
      expect(jobs.ledger.clearable()).toEqual([]);
      await jobs.until(() => jobs.clock.now() - start > hour / 4);
      expect(states()[1]).toBe('pending');
      jobs.sandbox.control.clearFaults();
      await jobs.until(() => states()[1] === 'stored');
      expect(jobs.task(id)).toMatchObject({ state: 'stored', problem: undefined, dueAt: undefined });
      expect(jobs.ledger.placements.of(id)).toMatchObject({ state: 'waiting', copies });
      for (const file of storedFiles(jobs.task(id))) expectWhole(jobs, file);
      const paths = jobs.sandbox.control.requests().map(request => request.path);
      expect(paths.filter(path => path.endsWith('/0.png'))).toHaveLength(1);
      expect(jobs.sandbox.control.charges()).toHaveLength(1);
    },
  );

  it('are placed when one of them is dead for good, which the job then says', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    jobs.sandbox.control.addFault({ ...second, action: { type: 'status', status: 404 } });
    const { id } = jobs.create(several);
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).results[1]?.state === 'lost');
    const task = jobs.task(id);
    expect(task).toMatchObject({ state: 'stored', problem: { code: 'result_gone' }, dueAt: undefined });
    expect(task.results.map(result => result.state)).toEqual(['stored', 'lost', 'stored']);
  });

  it('are offered although one of them never ends', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create(four);
    const { fetch } = jobs;
    let isStuck = false;
    jobs.fetch = async (input, init) => {
      if (!urlOf(input).endsWith('/1.png')) return fetch(input, init);
      isStuck = true;
      return stuck(jobs, init?.signal);
    };
    jobs.runner.poke();
    await turnUntil(
      jobs,
      () => isStuck && jobs.task(id).results.filter(({ state }) => state === 'stored').length === 3,
    );
    const start = jobs.clock.now();
    await turnUntil(jobs, () => jobs.task(id).state === 'stored');
    expect(jobs.clock.now() - start).toBeLessThanOrEqual(61_000);
    // The window that has the folder can take the job over to place it.
    expect(jobs.window('window-2').ledger.leases.take('window-2', id, jobs.clock.now(), 60_000)).toBe(true);
  });

  it('are fetched when there are 50, each once', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    answerWithLinks(jobs, url => Array.from({ length: 50 }, (_, index) => `${url}?copy=${index}`));
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'stored');
    expect(storedFiles(jobs.task(id))).toHaveLength(50);
    expect(jobs.sandbox.control.requests().filter(({ path }) => path.startsWith('/media/'))).toHaveLength(50);
  });

  it('are no more than can be wanted when Rivya names 200,000, which is said', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    answerWithLinks(jobs, url => Array.from({ length: 200_000 }, (_, index) => `${url}?${index}`));
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'stored');
    expect(storedFiles(jobs.task(id))).toHaveLength(maximumResults);
    expect(jobs.task(id)).toMatchObject({
      problem: { code: 'too_many_results', message: expect.stringContaining('200000') as string },
    });
  });

  it('may be named relative to the API', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    answerWithLinks(jobs, url => [new URL(url).pathname]);
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
  });
});

describe('a kind of step', () => {
  it('is not held up by another: jobs are sent and polled while downloads trickle in', async () => {
    await using jobs = await startJobs();
    const { fetch } = jobs;
    const stuckLinks = new Set<string>();
    jobs.fetch = (input, init) => {
      const isMedia = urlOf(input).includes('/media/');
      if (!isMedia || (stuckLinks.size >= 8 && !stuckLinks.has(urlOf(input)))) return fetch(input, init);
      stuckLinks.add(urlOf(input));
      return stuck(jobs, init?.signal);
    };
    for (let count = 0; count < 8; count++) jobs.create();
    jobs.runner.poke();
    await turnUntil(jobs, () => stuckLinks.size === 8);
    const late = jobs.create({ prompt: 'Me, too' });
    const start = jobs.clock.now();
    jobs.runner.poke();
    await turnUntil(jobs, () => jobs.task(late.id).state === 'succeeded');
    expect(jobs.clock.now() - start).toBeLessThan(30_000);
    // And a slow download gives up its slot.
    await turnUntil(jobs, () => jobs.task(late.id).state === 'stored');
    expect(jobs.clock.now() - start).toBeLessThan(90_000);
  });
});

/** Turns the clock from look to look, and lets what answers in between come through. */
async function turnUntil(jobs: JobHarness, reached: () => boolean): Promise<void> {
  const deadline = jobs.clock.now() + hour;
  while (!reached()) {
    if (jobs.clock.now() > deadline) throw new Error('It is still not so after an hour.');
    const requests = jobs.sandbox.control.requests().length;
    for (let turn = 0; turn < 200 && !reached(); turn++) await new Promise(resolve => setImmediate(resolve));
    if (!reached() && jobs.sandbox.control.requests().length === requests) jobs.clock.advance(500);
  }
}

/** A file of which a byte comes every ten seconds, for ever. */
function stuck(jobs: JobHarness, signal: AbortSignal | null | undefined): Promise<Response> {
  let timer: { dispose(): void } | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const next = (): void => {
        controller.enqueue(new Uint8Array(1));
        timer = jobs.clock.after(10_000, next);
      };
      next();
      signal?.addEventListener('abort', () => {
        timer?.dispose();
        controller.error(signal.reason);
      });
    },
    cancel: () => timer?.dispose(),
  });
  return Promise.resolve(new Response(body, { headers: { 'content-type': 'image/png' } }));
}

/** Rivya names other links than the one that it made. */
function answerWithLinks(jobs: JobHarness, links: (url: string) => string[]): void {
  const { fetch } = jobs;
  jobs.fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!urlOf(input).includes('/generations/')) return response;
    const answer = (await response.json()) as { result?: { primary_url: string; urls: string[] } | null };
    if (!answer.result) return Response.json(answer);
    const urls = links(answer.result.primary_url);
    return Response.json({ ...answer, result: { ...answer.result, primary_url: urls[0], urls } });
  };
}

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
