import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/core/tasks/runner.ts';
import type { FaultAction } from '../../../../src/sandbox/state/fault.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { recordingLog } from '../../api/testClock.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A runner that does not look up in between, for stories of many hours. */
const unhurried = { timings: { leaseMs: 15 * minute, renewalMs: 5 * minute } };
const submit = { method: 'POST', path: '/api/v1/generations' } as const;
const poll = { method: 'GET', path: '/api/v1/generations/' } as const;

/** What must hold at the end of every story: one intent, one charge; one key, one body. */
function expectCharges(jobs: JobHarness, count: number): void {
  expect(jobs.sandbox.control.charges()).toHaveLength(count);
  const bodies = new Map<string, Set<string>>();
  for (const { method, idempotencyKey, body } of jobs.sandbox.control.requests()) {
    if (method !== 'POST' || idempotencyKey === null) continue;
    const seen = bodies.get(idempotencyKey) ?? new Set();
    bodies.set(idempotencyKey, body === null ? seen : seen.add(JSON.stringify(body)));
  }
  for (const seen of bodies.values()) expect(seen.size).toBeLessThanOrEqual(1);
}

/** A network that is not there. */
function offline(): Promise<Response> {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND rivya.example'), { code: 'ENOTFOUND' });
  return Promise.reject(new TypeError('fetch failed', { cause }));
}

describe('an answer to the submit that is lost or wrong', () => {
  const faults: [string, FaultAction][] = [
    ['the connection breaks before', { type: 'dropBefore' }],
    ['the connection breaks after the work', { type: 'dropAfter' }],
    ['500 before the work', { type: 'status', status: 500 }],
    [
      '502 after the work',
      {
        type: 'status',
        status: 502,
        afterWork: true,
        body: '<h1>Bad Gateway</h1>',
        contentType: 'text/html',
      },
    ],
    ['503 public_api_disabled', { type: 'status', status: 503, code: 'public_api_disabled' }],
    ['429 without Retry-After', { type: 'status', status: 429 }],
    ['408 after the work', { type: 'status', status: 408, afterWork: true }],
    ['HTML instead of JSON', { type: 'body', body: '<!doctype html><p>Sign in to the hotel network' }],
    ['other JSON', { type: 'body', body: '{"ok":true}' }],
    ['nothing', { type: 'body', body: '' }],
    ['half an answer', { type: 'truncate', bytes: 20 }],
  ];
  it.each(faults)('%s: is asked for again, and charged once', async (_, action) => {
    await using jobs = await startJobs();
    for (let count = 0; count < 4; count++) jobs.sandbox.control.addFault({ ...submit, action });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', finalCredits: 1 });
    expectCharges(jobs, 1);
    expect(jobs.sandbox.control.requests().filter(request => request.method === 'POST')).toHaveLength(5);
  });

  it('in every order, with many jobs', async () => {
    await using jobs = await startJobs();
    for (let round = 0; round < 3; round++) {
      for (const [, action] of faults) jobs.sandbox.control.addFault({ ...submit, skip: round % 2, action });
    }
    const ids = Array.from({ length: 12 }, () => jobs.create().id);
    jobs.runner.poke();
    await jobs.settled();
    expect(ids.map(id => jobs.task(id).state)).toEqual(ids.map(() => 'stored'));
    expectCharges(jobs, 12);
  });
});

describe('a server that asks for silence', () => {
  it('gets it, from all jobs of the origin', async () => {
    await using jobs = await startJobs();
    const storm = { type: 'status', status: 429, code: 'rate_limited', retryAfter: 20 } as const;
    jobs.sandbox.control.addFault({ path: '/api/', times: 30, action: storm });
    const ids = Array.from({ length: 20 }, () => jobs.create().id);
    jobs.runner.poke();
    await jobs.settled();
    expect(ids.map(id => jobs.task(id).state)).toEqual(ids.map(() => 'stored'));
    expectCharges(jobs, 20);
    const requests = jobs.sandbox.control.requests().filter(request => request.path.startsWith('/api/'));
    const refusals = requests.filter(request => request.status === 429);
    expect(refusals).toHaveLength(30);
    for (const { at } of refusals) {
      // Those of the same moment were on their way already.
      expect(requests.filter(other => other.at > at && other.at < at + 20_000)).toEqual([]);
    }
  });
});

describe('polls that fail', () => {
  it.each<[string, FaultAction]>([
    ['500', { type: 'status', status: 500 }],
    ['a broken connection', { type: 'dropBefore' }],
    ['HTML', { type: 'body', body: '<p>Maintenance' }],
    ['an error that cannot be true', { type: 'status', status: 400, code: 'validation_failed' }],
    ['the answer about another task', { type: 'body', body: '{"id":"task_other","status":"failed"}' }],
  ])('with %s, for an hour: the job goes on', async (_, action) => {
    await using jobs = await startJobs({ runner: unhurried });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.sandbox.control.addFault({ ...poll, times: 'always', action });
    const start = jobs.clock.now();
    await jobs.until(() => jobs.clock.now() - start > hour);
    expect(jobs.task(id).failures).toBeGreaterThan(10);
    // Patient, not tireless.
    expect(jobs.sandbox.control.requests().length).toBeLessThan(100);
    jobs.sandbox.control.clearFaults();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', problem: undefined });
    expectCharges(jobs, 1);
  });
});

describe('without a network', () => {
  it('a job waits, is known not to have been sent, and goes out once', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const { fetch } = jobs;
    jobs.fetch = offline;
    const { id } = jobs.create();
    jobs.runner.poke();
    const start = jobs.clock.now();
    await jobs.until(() => jobs.clock.now() - start > 2 * hour);
    expect(jobs.task(id)).toMatchObject({ state: 'submitting', firstSentAt: undefined });
    expect(jobs.task(id).problem?.code).toBe('host_not_found');
    jobs.fetch = fetch;
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });

  it('a job that is stopped meanwhile is not sent later', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const { fetch } = jobs;
    jobs.fetch = offline;
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures > 2);
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    jobs.fetch = fetch;
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'untracked', firstSentAt: undefined });
    expect(jobs.sandbox.control.requests()).toEqual([]);
  });

  it('a running job is found again after days', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const { fetch } = jobs;
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.fetch = offline;
    await jobs.until(() => jobs.task(id).failures > 3);
    jobs.clock.jump(48 * hour);
    await jobs.until(() => jobs.task(id).failures > 6);
    jobs.fetch = fetch;
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });
});

describe('credits that do not suffice', () => {
  it('at the submit: the job fails, and costs nothing', async () => {
    await using jobs = await startJobs({ credits: 0 });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({
      state: 'failed',
      firstSentAt: undefined,
      problem: { code: 'insufficient_credits' },
    });
    expectCharges(jobs, 0);
    expect(jobs.sandbox.control.requests()).toHaveLength(1);
  });

  it('inside a task that was accepted: the same, by Rivya’s word', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.failNextGeneration({ code: 'insufficient_credits', message: 'Buy credits.' });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({
      state: 'failed',
      finalCredits: 0,
      problem: { code: 'insufficient_credits', message: 'Buy credits.' },
    });
  });

  it('after a lost answer: the user decides, and sending again finds the job that was paid', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const broke = { type: 'status', status: 402, code: 'insufficient_credits' } as const;
    jobs.sandbox.control.addFault({ ...submit, action: broke });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'submitting', hold: 'decision' });
    decide(jobs.ledger, id, { type: 'released' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });
});

describe('refusals', () => {
  it.each([
    ['validation_failed', 400],
    ['api_key_revoked', 401],
    ['api_scope_denied', 403],
    ['not_found', 404],
  ])('%s at the first submit ends the job without charge', async (code, status) => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'status', status, code } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({
      state: 'failed',
      firstSentAt: undefined,
      problem: { code, status },
    });
    expectCharges(jobs, 0);
    expect(jobs.sandbox.control.requests()).toHaveLength(1);
  });

  it('a conflict after a lost answer may mean that the first is still being worked on', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const conflict = { type: 'status', status: 409, code: 'idempotency_conflict' } as const;
    jobs.sandbox.control.addFault({ ...submit, times: 3, action: conflict });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });

  it('a conflict that stays is for the user to decide; nothing is sent with another key', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const conflict = { type: 'status', status: 409, code: 'idempotency_conflict' } as const;
    jobs.sandbox.control.addFault({ ...submit, times: 'always', action: conflict });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'submitting', hold: 'decision' });
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    await jobs.settled();
    expect(jobs.task(id).state).toBe('untracked');
    expectCharges(jobs, 1);
  });
});

describe('a key', () => {
  it('that is revoked midway holds the job, and another lets it go on', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.sandbox.control.setKeyStatus(jobs.sandbox.apiKey, 'revoked');
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'key', problem: { code: 'api_key_revoked' } });
    jobs.apiKey = jobs.sandbox.control.addKey().key;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', hold: undefined });
    expectCharges(jobs, 1);
  });

  it('that works again where nobody noticed is found out in time', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.sandbox.control.setKeyStatus(jobs.sandbox.apiKey, 'expired');
    await jobs.settled();
    jobs.sandbox.control.setKeyStatus(jobs.sandbox.apiKey, 'active');
    const start = jobs.clock.now();
    await jobs.until(() => jobs.task(id).state === 'stored');
    expect(jobs.clock.now() - start).toBeLessThan(15 * minute);
  });

  it('that is replaced while a request with the old one is under way does not hold the job', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.sandbox.control.setKeyStatus(jobs.sandbox.apiKey, 'revoked');
    const { fetch } = jobs;
    jobs.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      jobs.fetch = fetch;
      jobs.apiKey = jobs.sandbox.control.addKey().key;
      jobs.runner.keyChanged(jobs.sandbox.url);
      return answer;
    };
    const held: unknown[] = [];
    jobs.runner.onDidAdvance(({ after }) => held.push(after.hold));
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(held.filter(Boolean)).toEqual([]);
  });

  it('that is replaced while the submit with the old one is under way does not end the job', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.setKeyStatus(jobs.sandbox.apiKey, 'revoked');
    const { fetch } = jobs;
    jobs.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      jobs.fetch = fetch;
      jobs.apiKey = jobs.sandbox.control.addKey().key;
      jobs.runner.keyChanged(jobs.sandbox.url);
      return answer;
    };
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', hold: undefined });
    expectCharges(jobs, 1);
  });

  it('is needed before an unknown outcome can be resolved', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    jobs.apiKey = undefined;
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'submitting', hold: 'key' });
    jobs.apiKey = jobs.sandbox.apiKey;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });
});

describe('a task that is not found', () => {
  const notFound = { type: 'status', status: 404, code: 'not_found' } as const;

  it('for a moment only, is polled on', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...poll, times: 4, action: notFound });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
  });

  it('because the key is of another account, is found again with the right one', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'queued');
    jobs.apiKey = jobs.sandbox.control.addKey({ account: 'acct_other' }).key;
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'unreachable', problem: { code: 'not_found' } });
    jobs.apiKey = jobs.sandbox.apiKey;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', problem: undefined });
    expectCharges(jobs, 1);
  });
});

describe('an outcome that is unknown for a day', () => {
  it('is not resolved without asking; asked, the same key finds the job', async () => {
    await using jobs = await startJobs();
    const { fetch } = jobs;
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    jobs.fetch = offline;
    await jobs.until(() => jobs.task(id).failures > 3);
    jobs.clock.jump(24 * hour);
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'outcome_unknown' } });
    jobs.fetch = fetch;
    const requests = jobs.sandbox.control.requests().length;
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.sandbox.control.requests()).toHaveLength(requests);
    decide(jobs.ledger, id, { type: 'released' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });

  it.each([
    ['stood still meanwhile', 0],
    ['was two days ahead, and is right when it comes back', 48],
  ])('is judged by the clock of the server: this one %s', async (_, ahead) => {
    await using jobs = await startJobs();
    const { fetch } = jobs;
    jobs.clock.jump(ahead * hour);
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    jobs.fetch = offline;
    await jobs.until(() => jobs.task(id).failures > 3);
    jobs.clock.standStill(48 * hour);
    expect(jobs.clock.now() - jobs.task(id).intendedAt).toBeLessThan(hour);
    jobs.fetch = fetch;
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'outcome_unknown' } });
    const submits = (): number => jobs.sandbox.control.requests().filter(r => r.method === 'POST').length;
    expect(submits()).toBe(1);
    expectCharges(jobs, 1);
    // The person is told what it may cost, and agrees.
    decide(jobs.ledger, id, { type: 'released' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(submits()).toBe(2);
  });

  it('is looked into as soon as the server says that it is young, not before', async () => {
    await using jobs = await startJobs();
    const { fetch } = jobs;
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    const asked: string[] = [];
    jobs.fetch = (_input, init) => {
      asked.push(init?.method ?? '');
      return offline();
    };
    await jobs.until(() => jobs.task(id).failures > 4);
    // No answer, no time, and so no request that could cost.
    expect(new Set(asked)).toEqual(new Set(['GET']));
    jobs.fetch = fetch;
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });

  it('is asked about when the server never says what time it is', async () => {
    await using jobs = await startJobs();
    const { fetch } = jobs;
    jobs.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      const headers = new Headers(answer.headers);
      headers.delete('date');
      return new Response(answer.body, { status: answer.status, headers });
    };
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'outcome_unknown' } });
    expectCharges(jobs, 1);
  });

  it('does not begin to cost when it was never sent and nobody remembers', async () => {
    await using jobs = await startJobs();
    const { id } = jobs.create();
    jobs.clock.advance(25 * hour);
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({
      state: 'draft',
      hold: 'decision',
      problem: { code: 'intent_old' },
    });
    expect(jobs.sandbox.control.requests()).toEqual([]);
    decide(jobs.ledger, id, { type: 'released' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expectCharges(jobs, 1);
  });
});

it('a ledger that another process holds locked stops nothing for good', async () => {
  const log = recordingLog();
  await using jobs = await startJobs({ runner: { log } });
  const { id } = jobs.create();
  const other = new DatabaseSync(join(jobs.folder, 'ledger.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  jobs.runner.poke();
  await jobs.runner.idle();
  expect(log.lines.join()).toContain('database is locked');
  expect(jobs.sandbox.control.requests()).toEqual([]);
  other.exec('ROLLBACK');
  other.close();
  await jobs.settled();
  expect(jobs.task(id).state).toBe('stored');
  expectCharges(jobs, 1);
});

it('a ledger that is locked when the answer comes costs a question, not a second charge', async () => {
  await using jobs = await startJobs();
  const { id } = jobs.create();
  const other = new DatabaseSync(join(jobs.folder, 'ledger.sqlite'));
  const { fetch } = jobs;
  jobs.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    jobs.fetch = fetch;
    other.exec('BEGIN IMMEDIATE');
    return answer;
  };
  jobs.runner.poke();
  await jobs.runner.idle();
  expect(jobs.task(id)).toMatchObject({ state: 'submitting', remoteId: undefined });
  other.exec('ROLLBACK');
  other.close();
  await jobs.settled();
  expect(jobs.task(id).state).toBe('stored');
  expectCharges(jobs, 1);
});

it.each<[string, (path: string) => void]>([
  [
    'replaced',
    path => {
      copyFileSync(path, `${path}.backup`);
      renameSync(`${path}.backup`, path);
    },
  ],
  ['deleted', path => rmSync(path)],
])('a draft is not sent once the ledger was %s: nobody would find it again', async (_, replace) => {
  await using jobs = await startJobs();
  const { id } = jobs.create();
  replace(join(jobs.folder, 'ledger.sqlite'));
  jobs.runner.poke();
  await jobs.runner.idle();
  expect(jobs.task(id).state).toBe('draft');
  // The runner rests, and does not look up every five seconds for ever.
  expect(jobs.clock.advanceToNext()).toBe(false);
  expect(jobs.sandbox.control.requests()).toEqual([]);
  expectCharges(jobs, 0);
});
