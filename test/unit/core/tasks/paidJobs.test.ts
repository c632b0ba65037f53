import { describe, expect, it } from 'vitest';
import { removeTasks } from '../../../../src/core/tasks/housekeeping.ts';
import { decide } from '../../../../src/core/tasks/runner.ts';
import { patienceMs, transition } from '../../../../src/core/tasks/transition.ts';
import type { FaultAction } from '../../../../src/sandbox/state/fault.ts';
import { chargeOf } from '../../../../src/shared/charge.ts';
import { diskFiles } from '../../../support/diskFiles.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import { recordingLog } from '../../api/testClock.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A runner that does not look up in between, for stories of many hours. */
const unhurried = { timings: { leaseMs: 15 * minute, renewalMs: 5 * minute } };
const submit = { method: 'POST', path: '/api/v1/generations' } as const;
const poll = { method: 'GET', path: '/api/v1/generations/' } as const;
const htmlPage: FaultAction = {
  type: 'status',
  status: 404,
  body: '<h1>Not Found</h1>',
  contentType: 'text/html',
};
/** In Rivya's form, from a host that knows nothing of the API. */
const hostsWord: FaultAction = {
  type: 'status',
  status: 404,
  body: '{"error":{"code":"DEPLOYMENT_NOT_FOUND","message":"The deployment could not be found."}}',
  contentType: 'application/json',
};
const notFound: FaultAction = { type: 'status', status: 404, code: 'not_found' };
const conflict: FaultAction = { type: 'status', status: 409, code: 'idempotency_conflict' };

function accountsCharged({ sandbox }: JobHarness): string[] {
  return sandbox.control.charges().map(charge => charge.account);
}

async function pass(jobs: JobHarness, milliseconds: number): Promise<void> {
  const start = jobs.clock.now();
  await jobs.until(() => jobs.clock.now() - start >= milliseconds);
}

/** Whether it may leave the list by the person's word. */
async function remove(jobs: JobHarness, id: string): Promise<boolean> {
  const { ledger, library } = jobs;
  const ports = { ledger, library, placedFiles: diskFiles };
  return (await removeTasks([{ task: jobs.task(id), mayLose: [] }], ports, jobs.clock.now())).removed === 1;
}

/** A job that Rivya has accepted. */
async function accepted(jobs: JobHarness): Promise<string> {
  const { id } = jobs.create();
  jobs.runner.poke();
  await jobs.until(() => jobs.task(id).remoteId !== undefined);
  return id;
}

describe('the key of another account', () => {
  it('does not resend a job whose answer was lost; the first key does, by itself', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    jobs.apiKey = jobs.sandbox.control.addKey({ account: 'acct_other' }).key;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'other_account' } });
    expect(chargeOf(jobs.task(id))).toEqual({ kind: 'unknown' });
    expect(accountsCharged(jobs)).toEqual(['acct_sandbox']);
    jobs.apiKey = jobs.sandbox.apiKey;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.until(() => jobs.task(id).state === 'stored');
    expect(accountsCharged(jobs)).toEqual(['acct_sandbox']);
  });

  it('does not, either, when the job was held for a key', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    jobs.sandbox.control.setKeyStatus(jobs.sandbox.apiKey, 'revoked');
    await jobs.settled();
    expect(jobs.task(id).hold).toBe('key');
    jobs.apiKey = jobs.sandbox.control.addKey({ account: 'acct_other' }).key;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'other_account' } });
    expect(accountsCharged(jobs)).toEqual(['acct_sandbox']);
    // The person says that it is the same account, or wants it again.
    decide(jobs.ledger, id, { type: 'released' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).state === 'stored');
    expect(accountsCharged(jobs)).toEqual(['acct_sandbox', 'acct_other']);
  });

  it('that is stored between the look at it and the send is not used', async () => {
    await using jobs = await startJobs();
    const other = jobs.sandbox.control.addKey({ account: 'acct_other' }).key;
    const own = jobs.sandbox.apiKey;
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropAfter' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    // The first look reads the old key, what is sent would carry the new one.
    let looks = 0;
    Object.defineProperty(jobs, 'apiKey', { get: () => (looks++ === 0 ? own : other) });
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'other_account' } });
    expect(accountsCharged(jobs)).toEqual(['acct_sandbox']);
  });
});

describe('a conflict on the very first send', () => {
  it('means that a copy of it was accepted: it is waited for', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { ...conflict, afterWork: true } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(accountsCharged(jobs)).toHaveLength(1);
  });

  it('that stays is for the person to decide, and nothing is said to be free', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, times: 'always', action: { ...conflict, afterWork: true } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'submitting', hold: 'decision' });
    expect(chargeOf(jobs.task(id))).toEqual({ kind: 'unknown' });
    expect(jobs.ledger.clearable()).toEqual([]);
  });
});

describe('a refusal that is not in the words of Rivya', () => {
  it.each<[string, FaultAction]>([
    ['404', htmlPage],
    ['403', { ...htmlPage, status: 403 }],
    ['413', { ...htmlPage, status: 413 }],
    ['401', { ...htmlPage, status: 401 }],
    ['409', { ...htmlPage, status: 409 }],
    ['404 of a host in its own words', hostsWord],
    ['403 of a host in its own words', { ...hostsWord, status: 403 }],
  ])('ends nothing: %s', async (_, action) => {
    await using jobs = await startJobs();
    for (let count = 0; count < 3; count++) jobs.sandbox.control.addFault({ ...submit, action });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id).state).toBe('stored');
    expect(accountsCharged(jobs)).toHaveLength(1);
  });
});

describe('a running job', () => {
  it.each<[string, FaultAction]>([
    ['pages of a gateway', htmlPage],
    ['401 of a gateway', { ...htmlPage, status: 401 }],
    ['404 of a host in its own words', hostsWord],
    ['success without a file', { type: 'body', body: '' }],
    ['"not found"', notFound],
  ])('is not given up for hours of %s', async (name, action) => {
    await using jobs = await startJobs({ runner: unhurried });
    const id = await accepted(jobs);
    const { remoteId = '' } = jobs.task(id);
    const empty = JSON.stringify({
      id: remoteId,
      status: 'succeeded',
      reserved_credits: 1,
      final_credits: 1,
    });
    const fault = name === 'success without a file' ? { ...action, body: empty } : action;
    jobs.sandbox.control.addFault({ ...poll, times: 'always', action: fault });
    await pass(jobs, patienceMs - hour);
    expect(['queued', 'processing', 'succeeded']).toContain(jobs.task(id).state);
    expect(jobs.task(id).failures).toBeGreaterThan(10);
    expect(jobs.ledger.clearable()).toEqual([]);
    jobs.sandbox.control.clearFaults();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', finalCredits: 1 });
  });

  it('is never given up for pages of a gateway, only looked at more and more seldom', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const id = await accepted(jobs);
    jobs.sandbox.control.addFault({ ...poll, times: 'always', action: htmlPage });
    await pass(jobs, 12 * hour);
    expect(jobs.task(id).state).toBe('queued');
    expect(jobs.sandbox.control.requests().length).toBeLessThan(400);
    // Another base URL or network, and it is looked at at once.
    jobs.sandbox.control.clearFaults();
    jobs.runner.lookAgain(jobs.sandbox.url);
    await jobs.runner.idle();
    expect(jobs.task(id).state).toBe('stored');
  });

  it('that Rivya does not know for hours is out of reach, not over: kept, and found again', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const id = await accepted(jobs);
    jobs.apiKey = jobs.sandbox.control.addKey({ account: 'acct_other' }).key;
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'unreachable', finalCredits: undefined });
    // The documented answer to the submit says `final_credits: 0`; that is no refund.
    expect(chargeOf(jobs.task(id))).toEqual({ kind: 'said', credits: 1, as: 'reservation' });
    expect(jobs.ledger.clearable()).toEqual([]);
    expect(jobs.ledger.books.spent(jobs.sandbox.url, 0)).toBe(1);
    decide(jobs.ledger, id, { type: 'reopened' }, jobs.clock.now());
    expect(jobs.task(id).state).toBe('processing');
    jobs.apiKey = jobs.sandbox.apiKey;
    jobs.runner.keyChanged(jobs.sandbox.url);
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'stored', finalCredits: 1 });
  });

  it.each(['canceled', 'expired'])('that is %s is over; its credits are unknown', async status => {
    await using jobs = await startJobs();
    const id = await accepted(jobs);
    const body = { id: jobs.task(id).remoteId, status, reserved_credits: 1, final_credits: 0 };
    jobs.sandbox.control.addFault({
      ...poll,
      times: 'always',
      action: { type: 'body', body: JSON.stringify(body) },
    });
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'failed', problem: { code: 'generation_ended' } });
    expect(chargeOf(jobs.task(id))).toEqual({ kind: 'unknown' });
  });

  it('that is queued for ever can be given up and removed, after Stop Tracking', async () => {
    await using jobs = await startJobs({ runner: unhurried });
    const id = await accepted(jobs);
    const body = { id: jobs.task(id).remoteId, status: 'queued', reserved_credits: 1, final_credits: 0 };
    jobs.sandbox.control.addFault({
      ...poll,
      times: 'always',
      action: { type: 'body', body: JSON.stringify(body) },
    });
    await pass(jobs, 3 * hour);
    expect(jobs.task(id).state).toBe('queued');
    expect(await remove(jobs, id)).toBe(false);
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    expect(chargeOf(jobs.task(id))).toEqual({ kind: 'said', credits: 1, as: 'reservation' });
    expect(await remove(jobs, id)).toBe(true);
    expect(jobs.ledger.hasPending()).toBe(false);
    await jobs.runner.idle();
    const asked = jobs.sandbox.control.requests().length;
    await jobs.settled();
    expect(jobs.sandbox.control.requests()).toHaveLength(asked);
  });

  it('that Rivya begins a second time is noted, logged and kept', async () => {
    const log = recordingLog();
    await using jobs = await startJobs({ runner: { log } });
    const { id } = jobs.create();
    const { fetch } = jobs;
    jobs.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      jobs.fetch = fetch;
      // Another window was accepted meanwhile, by a server that has forgotten the key.
      const observation = { remoteId: 'task_of_another_window', status: 'queued', urls: [] };
      const now = jobs.clock.now();
      jobs.ledger.update(id, now, task => transition(task, { type: 'observed', observation }, now));
      return answer;
    };
    const told: string[][] = [];
    jobs.runner.onDidAdvance(({ after }) => told.push([...after.otherRemoteIds]));
    jobs.runner.poke();
    await jobs.runner.idle();
    const [charge] = jobs.sandbox.control.charges();
    expect(jobs.task(id).otherRemoteIds).toEqual([charge?.taskId]);
    expect(told).toContainEqual([charge?.taskId]);
    expect(log.lines.join('\n')).toContain(charge?.taskId);
    expect(jobs.ledger.attempts(id).at(-1)).toMatchObject({ action: 'submit', outcome: 'queued' });
  });
});

describe('a job that is stopped', () => {
  it('before it is known whether it arrived is not sent again by itself', async () => {
    await using jobs = await startJobs();
    jobs.sandbox.control.addFault({ ...submit, action: { type: 'dropBefore' } });
    const { id } = jobs.create();
    jobs.runner.poke();
    await jobs.until(() => jobs.task(id).failures === 1);
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ hold: 'decision', problem: { code: 'stopped_unsure' } });
    expect(accountsCharged(jobs)).toEqual([]);
    decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
    jobs.runner.poke();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'untracked', hold: undefined });
    expect(accountsCharged(jobs)).toEqual([]);
    // Nobody knows what became of it: it stays in the list until the person removes it.
    expect(jobs.ledger.clearable()).toEqual([]);
    expect(await remove(jobs, id)).toBe(true);
  });

  it('while its answer is on the way is kept when it was accepted', async () => {
    await using jobs = await startJobs();
    const { fetch } = jobs;
    const { id } = jobs.create();
    jobs.fetch = async (input, init) => {
      jobs.fetch = fetch;
      const answer = await fetch(input, init);
      decide(jobs.ledger, id, { type: 'trackingStopped' }, jobs.clock.now());
      return answer;
    };
    jobs.runner.poke();
    await jobs.runner.idle();
    await jobs.settled();
    expect(jobs.task(id)).toMatchObject({ state: 'untracked', tracked: false, finalCredits: 1 });
    expect(jobs.task(id).results[0]?.file).toBeDefined();
  });
});

it('another key releases many jobs in one transaction', async () => {
  await using jobs = await startJobs();
  const ids = Array.from({ length: 100 }, () => jobs.create({ origin: 'https://elsewhere.example' }).id);
  for (const id of ids) jobs.ledger.update(id, 0, task => ({ ...task, hold: 'key', dueAt: undefined }));
  let changes = 0;
  jobs.ledger.onDidChange(() => changes++);
  jobs.runner.keyChanged('https://elsewhere.example');
  expect(changes).toBe(1);
  expect(jobs.ledger.held('https://elsewhere.example', 'key')).toEqual([]);
  expect(jobs.ledger.runningCount()).toBe(100);
});
