import { readFileSync, existsSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { setUnexpectedErrorHandler } from '../../../../src/base/unexpectedError.ts';
import { decide } from '../../../../src/core/tasks/runner.ts';
import { storedFiles } from '../../../../src/shared/task.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { createTask, room } from '../../../support/tasks.ts';
import { recordingLog } from '../../api/testClock.ts';

const minute = 60_000;

afterEach(() => setUnexpectedErrorHandler(undefined));

function posts(jobs: JobHarness): number {
  return jobs.sandbox.control.requests().filter(request => request.method === 'POST').length;
}

function downloads(jobs: JobHarness): number {
  return jobs.sandbox.control.requests().filter(request => request.path.startsWith('/media/')).length;
}

/**
 * Two stored jobs of which a window that was killed has leases, for 5 s and for this long, and a download of
 * it that is not whole.
 */
async function killedWindow(
  jobs: JobHarness,
  lastLeaseMs: number,
): Promise<{ placed: string; incoming: string; left: string }> {
  const [placed, other] = [jobs.create().id, jobs.create().id];
  jobs.runner.poke();
  await jobs.settled();
  const incoming = join(jobs.folder, 'library', 'incoming');
  const left = `${other}-1.dead`;
  writeFileSync(join(incoming, left), 'half');
  jobs.ledger.leases.take('dead', other, jobs.clock.now(), 5_000);
  jobs.ledger.leases.take('dead', placed, jobs.clock.now(), lastLeaseMs);
  return { placed, incoming, left };
}

describe('a job', () => {
  it('goes from the request to the file', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    const moves: string[] = [];
    jobs.runner.onDidAdvance(({ before, after }) => moves.push(`${before.state} ${after.state}`));
    jobs.runner.poke();
    await jobs.settled();
    const task = jobs.task(id);
    expect(task).toMatchObject({ state: 'stored', finalCredits: 1, reservedCredits: 1, problem: undefined });
    expect(moves).toEqual([
      'submitting queued',
      'queued processing',
      'processing succeeded',
      'succeeded stored',
    ]);
    const [file] = storedFiles(task);
    expect(file).toMatchObject({ mediaType: 'image/png', extension: 'png', width: 16 });
    expect(readFileSync(join(jobs.folder, 'library', file?.path ?? '')).length).toBe(file?.bytes);
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
    expect(jobs.ledger.attempts(id).map(attempt => `${attempt.action} ${attempt.outcome ?? ''}`)).toEqual([
      'submit queued',
      'poll processing',
      'poll succeeded',
      'download stored',
    ]);
    expect(existsSync(join(jobs.folder, 'library', 'incoming'))).toBe(true);
    expect(readdirSync(join(jobs.folder, 'library', 'incoming'))).toEqual([]);
  });

  it.each([
    ['a video', 'video', 'kling-2-6', { duration: '5' }, 'video/mp4'],
    ['a sound', 'audio', 'suno-sounds', {}, 'audio/wav'],
  ] as const)('may be %s', async (_, kind, wanted, params, mediaType) => {
    await using jobs = await startJobs();
    const body = JSON.stringify({ model: wanted, prompt: `A short ${kind}`, params });
    const { id } = jobs.create({ kind, model: wanted, body });
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).problem).toBeUndefined();
    expect(storedFiles(jobs.task(id))[0]?.mediaType).toBe(mediaType);
  });

  it('that was stopped still gets its file, and is not waited for', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'processing');
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'untracked', tracked: false, finalCredits: 1 });
    expect(storedFiles(jobs.task(id))).toHaveLength(1);
  });

  it('that was stopped before it left is never sent', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'untracked', firstSentAt: undefined });
    expect(jobs.sandbox.control.requests()).toEqual([]);
  });

  it('of a server that is not there rests, and the runner sleeps', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create({ origin: 'https://elsewhere.example' });
    jobs.runner.poke();
    expect(jobs.clock.advanceToNext()).toBe(false);
    expect(jobs.task(id).state).toBe('draft');
  });

  it('does not suffer when nobody can show its progress', async () => {
    const reported: unknown[] = [];
    setUnexpectedErrorHandler(error => reported.push(error));
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.onDidAdvance(() => {
      throw new Error('The view failed.');
    });
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', failures: 0 });
    expect(reported).toContainEqual(new Error('The view failed.'));
  });

  it('takes the answer of an unknown status as "still running"', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    const body = (taskId: string): string =>
      JSON.stringify({ id: taskId, status: 'resting', model: 'z-image' });
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    const action = { type: 'body', body: body(jobs.task(id).remoteId ?? '') } as const;
    jobs.sandbox.control.addFault({ method: 'GET', path: '/api/v1/generations/', times: 3, action });
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
  });
});

describe('many jobs', () => {
  it('all end, each sent, charged and downloaded once', async () => {
    await using jobs = await startJobs();
    const ids = Array.from({ length: 60 }, () => jobs.create().id);
    jobs.runner.poke();
    await jobs.settled();
    expect(ids.map(id => jobs.task(id).state)).toEqual(ids.map(() => 'stored'));
    expect(jobs.sandbox.control.charges()).toHaveLength(60);
    expect([posts(jobs), downloads(jobs)]).toEqual([60, 60]);
  });

  it('are shared by several windows without doing anything twice', async () => {
    await using jobs = await startJobs();
    const others = ['window-2', 'window-3'].map(holder => jobs.window(holder).runner);
    const ids = Array.from({ length: 60 }, () => jobs.create().id);
    for (const runner of [jobs.runner, ...others]) runner.poke();
    await jobs.settled();
    expect(ids.map(id => jobs.task(id).state)).toEqual(ids.map(() => 'stored'));
    expect([posts(jobs), downloads(jobs)]).toEqual([60, 60]);
    expect(jobs.sandbox.control.charges()).toHaveLength(60);
  });
});

describe('windows that come and go', () => {
  it('a window that closes hands its jobs on at once', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ method: 'POST', path: '/api/v1/generations', action: { type: 'hang' } });
    const { id } = jobs.create();
    const first = jobs.window('window-0').runner;
    first.poke();
    await jobsRequested(jobs, 1);
    const before = jobs.clock.now();
    first.dispose();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    expect(jobs.clock.now()).toBe(before);
    await jobs.settled();
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
  });

  it('a window that sleeps loses its jobs after one lease, and lets go when it wakes', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ method: 'POST', path: '/api/v1/generations', action: { type: 'hang' } });
    const sleepersClock = new ManualClock(jobs.clock.now());
    const log = recordingLog();
    const sleeper = jobs.window('sleeper', { clock: sleepersClock, log }).runner;
    const { id } = jobs.create();
    sleeper.poke();
    await jobsRequested(jobs, 1);
    jobs.runner.poke();
    const start = jobs.clock.now();
    await untilQuiet(jobs, () => jobs.task(id).state === 'queued');
    expect(jobs.clock.now() - start).toBe(15_000);
    sleepersClock.jump(16_000);
    sleeper.poke();
    await sleeper.idle();
    expect(log.lines.join()).toContain('another window has taken it over');
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(jobs.sandbox.control.charges()).toHaveLength(1);
    sleeper.dispose();
  });

  it('an idle window wakes when another has left something to do', async () => {
    await using jobs = await startJobs();
    jobs.runner.poke();
    const other = jobs.window('window-2');
    const { id } = createTask(other.ledger, jobs.clock.now(), { origin: jobs.sandbox.url });
    other.runner.dispose();
    expect(jobs.clock.advanceToNext()).toBe(false);
    jobs.ledger.checkForExternalChanges();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
  });

  it('what dead windows have left in the library is removed, what living ones write is not', async () => {
    await using jobs = await startJobs();
    const incoming = join(jobs.folder, 'library', 'incoming');
    mkdirSync(incoming, { recursive: true });
    writeFileSync(join(incoming, 'job-0.dead'), 'half');
    writeFileSync(join(incoming, 'job-1.alive'), 'half');
    const { id } = jobs.create();
    jobs.ledger.leases.claim('alive', [jobs.sandbox.url], jobs.clock.now(), 15_000, room(1));
    jobs.runner.poke();
    await jobs.runner.idle();
    expect(readdirSync(incoming)).toEqual(['job-1.alive']);
    // That one dies, too: its lease runs out, and with it goes its file.
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(readdirSync(incoming)).toEqual([]);
  });

  it('so is what one left whose last lease another window took over', async () => {
    await using jobs = await startJobs();
    const { placed, incoming, left } = await killedWindow(jobs, 20_000);
    const look = async (): Promise<string[]> => {
      jobs.runner.poke();
      await jobs.runner.idle();
      return readdirSync(incoming);
    };
    jobs.clock.advance(5_000);
    expect(await look()).toEqual([left]);
    jobs.clock.advance(20_000);
    expect(jobs.ledger.leases.take('placer', placed, jobs.clock.now(), minute)).toBe(true);
    expect(await look()).toEqual([]);
  });

  it('so is what one left whose last lease was taken over while the disk was being read', async () => {
    await using jobs = await startJobs();
    const { placed, incoming } = await killedWindow(jobs, 6_000);
    const sweep = jobs.library.sweep.bind(jobs.library);
    jobs.library.sweep = async isAlive => {
      const removed = await sweep(isAlive);
      jobs.clock.advance(2_000);
      jobs.ledger.leases.take('placer', placed, jobs.clock.now(), minute);
      return removed;
    };
    jobs.clock.advance(5_000);
    jobs.runner.poke();
    await jobs.runner.idle();
    expect(readdirSync(incoming)).toEqual([]);
  });
});

describe('a clock that jumps', () => {
  it('forward by an hour delays nothing and loses nothing', async () => {
    await using jobs = await startJobs();
    const ids = Array.from({ length: 5 }, () => jobs.create().id);
    jobs.runner.poke();
    await jobs.until(() => jobs.task(ids[0] ?? '').state === 'processing');
    jobs.clock.jump(60 * minute);
    await jobs.settled();
    expect(ids.map(id => jobs.task(id).state)).toEqual(ids.map(() => 'stored'));
    expect(jobs.sandbox.control.charges()).toHaveLength(5);
  });

  it('back by an hour does not make a job wait for an hour', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.clock.jump(-60 * minute);
    const start = jobs.clock.now();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(jobs.clock.now() - start).toBeLessThan(minute);
  });

  it('back by a day while no window was open does not either', async () => {
    await using jobs = await startJobs({ taskDurationMs: 0 });
    const { id } = jobs.create();
    jobs.clock.jump(-24 * 60 * minute + 1);
    jobs.runner.poke();
    const start = jobs.clock.now();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(jobs.clock.now() - start).toBeLessThan(minute);
  });
});

/** Waits, by the server's own events, until it has seen so many requests. */
async function jobsRequested(jobs: JobHarness, count: number): Promise<void> {
  while (jobs.sandbox.control.requests().length < count) await new Promise(resolve => setImmediate(resolve));
}

/** Like `until`, but does not wait for a window that hangs. */
async function untilQuiet(jobs: JobHarness, reached: () => boolean): Promise<void> {
  for (let looks = 0; looks < 1_000 && !reached(); looks++) {
    await jobs.runner.idle();
    if (!reached()) jobs.clock.advanceToNext();
  }
}
