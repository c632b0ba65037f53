import { describe, expect, it } from 'vitest';
import type { Task, TaskResult, TaskState } from '../../../../src/shared/task.ts';
import { maximumConflicts, type Outcome } from '../../../../src/core/paidRequest/paidRequest.ts';
import { chargeOf } from '../../../../src/shared/charge.ts';
import {
  patienceMs,
  patientAnswers,
  transition,
  type Observation,
  type TaskEvent,
} from '../../../../src/core/tasks/transition.ts';
import { draft, noon, storedFile } from '../../../support/tasks.ts';

const problem = { code: 'some_problem', message: 'Something.' };
const notFound = { code: 'not_found', message: 'There is no such task.' };

function pending(count: number): TaskResult[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    url: `https://media.example/${index}.png`,
    state: 'pending',
    failures: 0,
  }));
}

/** A typical job in each state. */
const examples: Record<TaskState, Task> = {
  draft: draft(),
  submitting: draft({ state: 'submitting', firstSentAt: noon }),
  queued: draft({ state: 'queued', firstSentAt: noon, remoteId: 'task_1' }),
  processing: draft({ state: 'processing', firstSentAt: noon, remoteId: 'task_1' }),
  succeeded: draft({ state: 'succeeded', firstSentAt: noon, remoteId: 'task_1', results: pending(2) }),
  stored: draft({
    state: 'stored',
    firstSentAt: noon,
    remoteId: 'task_1',
    results: [
      { index: 0, url: 'https://media.example/0.png', state: 'stored', failures: 0, file: storedFile() },
    ],
  }),
  placed: draft({
    state: 'placed',
    firstSentAt: noon,
    remoteId: 'task_1',
    results: [
      { index: 0, url: 'https://media.example/0.png', state: 'stored', failures: 0, file: storedFile() },
    ],
  }),
  failed: draft({ state: 'failed', firstSentAt: noon, remoteId: 'task_1', problem }),
  unreachable: draft({ state: 'unreachable', firstSentAt: noon, remoteId: 'task_1', problem }),
  untracked: draft({ state: 'untracked', tracked: false, remoteId: 'task_1', firstSentAt: noon }),
};

function seen(status: string, change: Partial<Observation> = {}): TaskEvent {
  return { type: 'observed', observation: { remoteId: 'task_1', status, urls: [], ...change } };
}

/** The request leaves. */
const sending: TaskEvent = { type: 'sending', account: 'account-1', serverTime: noon };

/** The submit brought no task. */
function failedSubmit(outcome: Outcome, isOnlyOne: boolean): TaskEvent {
  return { type: 'answered', attempt: { outcome, isOnlyOne }, problem };
}

function after(task: Task, ...events: TaskEvent[]): Task {
  return events.reduce((current, event) => transition(current, event, noon + 1), task);
}

describe('which event moves which state', () => {
  const events: Record<string, TaskEvent> = {
    sending,
    'seen queued': seen('queued'),
    'seen processing': seen('processing'),
    'seen an unknown status': seen('resting'),
    'seen succeeded': seen('succeeded', { urls: ['https://media.example/0.png'] }),
    'seen failed': seen('failed', { error: problem }),
    'refused, the only one': failedSubmit('refused', true),
    'refused, after others': failedSubmit('refused', false),
    deferred: { type: 'deferred', problem },
    keyNeeded: { type: 'keyNeeded', problem },
    released: { type: 'released' },
    notFound: { type: 'notFound', problem: notFound },
    reopened: { type: 'reopened' },
    'first file stored': { type: 'fileStored', index: 0, file: storedFile() },
    'first file lost': { type: 'downloadFailed', index: 0, problem, tries: 1 },
    placed: { type: 'placed' },
    trackingStopped: { type: 'trackingStopped' },
  };
  // Each row: the state that follows from draft, submitting, queued, processing, succeeded, stored, placed,
  // failed, unreachable, untracked.
  const table: Record<keyof typeof events, string> = {
    sending: 'submitting submitting queued processing succeeded stored placed failed unreachable untracked',
    'seen queued': 'queued queued queued processing succeeded stored placed failed queued untracked',
    'seen processing':
      'processing processing processing processing succeeded stored placed failed processing untracked',
    'seen an unknown status':
      'processing processing processing processing succeeded stored placed failed processing untracked',
    'seen succeeded':
      'succeeded succeeded succeeded succeeded succeeded stored placed failed succeeded untracked',
    'seen failed': 'failed failed failed failed succeeded stored placed failed failed untracked',
    'refused, the only one':
      'failed failed queued processing succeeded stored placed failed unreachable untracked',
    deferred: 'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    keyNeeded: 'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    'refused, after others':
      'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    released: 'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    notFound: 'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    reopened: 'draft submitting queued processing succeeded stored placed processing processing untracked',
    'first file stored':
      'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    'first file lost':
      'draft submitting queued processing succeeded stored placed failed unreachable untracked',
    placed: 'draft submitting queued processing succeeded placed placed failed unreachable untracked',
    trackingStopped:
      'untracked submitting queued processing succeeded untracked placed failed unreachable untracked',
  };
  for (const [name, event] of Object.entries(events)) {
    it(name, () => {
      const states = Object.values(examples).map(task => after(task, event).state);
      expect(states.join(' ')).toBe(table[name]);
    });
  }

  it('an event that does not fit gives the same object back', () => {
    expect(transition(examples.placed, seen('failed'), noon)).toBe(examples.placed);
    expect(transition(examples.queued, { type: 'released' }, noon)).toBe(examples.queued);
    expect(transition(examples.stored, { type: 'downloadFailed', index: 0, problem, tries: 1 }, noon)).toBe(
      examples.stored,
    );
  });
});

describe('sending', () => {
  it('notes when the first request left, once', () => {
    const sent = transition(draft(), sending, noon + 5);
    expect(sent.firstSentAt).toBe(noon + 5);
    expect(transition(sent, sending, noon + 9).firstSentAt).toBe(noon + 5);
  });

  it('is not done while the user is asked', () => {
    const held = draft({ state: 'submitting', hold: 'decision', firstSentAt: noon });
    expect(transition(held, sending, noon)).toBe(held);
  });

  it('is forgotten again when it is certain that nothing was accepted', () => {
    const sent = after(draft(), sending, failedSubmit('neverLeft', true));
    expect(sent).toMatchObject({ state: 'submitting', firstSentAt: undefined, failures: 1 });
  });

  it('stays noted when an answer was lost, whatever comes later', () => {
    const sent = after(
      draft(),
      sending,
      failedSubmit('unknown', false),
      sending,
      failedSubmit('unknown', false),
    );
    expect(sent).toMatchObject({ firstSentAt: noon + 1, failures: 2 });
  });
});

describe('a refusal', () => {
  it('ends the job without charge when nothing was accepted before', () => {
    expect(after(examples.draft, sending, failedSubmit('refused', true))).toMatchObject({
      state: 'failed',
      firstSentAt: undefined,
      problem,
    });
  });

  it('asks the user when an earlier answer was lost: that request may be running', () => {
    const asked = after(examples.submitting, failedSubmit('refused', false));
    expect(asked).toMatchObject({ state: 'submitting', hold: 'decision', problem });
    expect(asked.finalCredits).toBeUndefined();
  });
});

describe('an acceptance', () => {
  it('counts also when the job was given up: it is paid', () => {
    const givenUp = draft({ state: 'untracked', tracked: false, firstSentAt: noon });
    expect(after(givenUp, seen('processing'))).toMatchObject({ state: 'processing', remoteId: 'task_1' });
    const refused = draft({ state: 'failed', problem });
    expect(after(refused, seen('queued', { reservedCredits: 3 }))).toMatchObject({
      state: 'queued',
      reservedCredits: 3,
      finalCredits: undefined,
      problem: undefined,
    });
  });

  it('under a second id is kept: the server has forgotten the key, and each may be charged', () => {
    const other = seen('queued', { remoteId: 'task_2', reservedCredits: 5 });
    const twice = after(examples.queued, other);
    expect(twice).toMatchObject({ remoteId: 'task_1', otherRemoteIds: ['task_2'], state: 'queued' });
    expect(twice.reservedCredits).toBeUndefined();
    expect(chargeOf(twice)).toEqual({ kind: 'unknown' });
    expect(transition(twice, other, noon)).toBe(twice);
  });
});

describe('credits', () => {
  it('of an answer whose status is not terminal are not final', () => {
    const queued = after(examples.submitting, seen('queued', { reservedCredits: 3, finalCredits: 0 }));
    expect(queued.finalCredits).toBeUndefined();
    expect(chargeOf(queued)).toEqual({ kind: 'said', credits: 3, as: 'reservation' });
    const failed = after(queued, seen('failed', { reservedCredits: 3, finalCredits: 0 }));
    expect(chargeOf(failed)).toEqual({ kind: 'said', credits: 0, as: 'charge' });
    const silent = after(queued, seen('failed', { reservedCredits: 3 }));
    expect(chargeOf(silent)).toEqual({ kind: 'unknown' });
  });

  it.each(['canceled', 'Cancelled', 'expired', 'rejected'])('are unknown when a job is %s', status => {
    const ended = after(examples.processing, seen(status, { reservedCredits: 3, finalCredits: 0 }));
    expect(ended).toMatchObject({ state: 'failed', problem: { code: 'generation_ended', message: status } });
    expect(chargeOf(ended)).toEqual({ kind: 'unknown' });
    const said = after(examples.processing, seen(status, { reservedCredits: 3, finalCredits: 2 }));
    expect(chargeOf(said)).toEqual({ kind: 'said', credits: 2, as: 'charge' });
    expect(after(ended, { type: 'reopened' }).state).toBe('processing');
  });

  it('are none while nothing is out, and unknown once something is', () => {
    expect(chargeOf(examples.draft)).toEqual({ kind: 'neverLeft' });
    expect(chargeOf(examples.submitting)).toEqual({ kind: 'unknown' });
    expect(chargeOf(after(examples.draft, sending, failedSubmit('turnedAway', true)))).toEqual({
      kind: 'neverLeft',
    });
    expect(chargeOf(after(examples.draft, sending, failedSubmit('conflict', true)))).toEqual({
      kind: 'unknown',
    });
  });
});

describe('a key that is known already', () => {
  it('is waited for also on the very first send, and then the user is asked', () => {
    let task = after(examples.draft, sending);
    for (let count = 1; count < maximumConflicts; count++) {
      task = after(task, failedSubmit('conflict', count === 1));
      expect(task).toMatchObject({ state: 'submitting', hold: undefined, firstSentAt: noon + 1 });
      // Failures of another kind in between do not count.
      task = after(task, failedSubmit('neverLeft', false), failedSubmit('unknown', false));
    }
    task = after(task, failedSubmit('conflict', false));
    expect(task).toMatchObject({ state: 'submitting', hold: 'decision', firstSentAt: noon + 1 });
  });
});

describe('another API key', () => {
  it('than the one with which something left is not used without asking', () => {
    const lost = after(examples.draft, sending, failedSubmit('unknown', true));
    const other: TaskEvent = { type: 'sending', account: 'account-2', serverTime: noon };
    const held = after(lost, other);
    expect(held).toMatchObject({
      hold: 'decision',
      problem: { code: 'other_account' },
      account: 'account-1',
    });
    const agreed = after(held, { type: 'released' }, other);
    expect(agreed).toMatchObject({ state: 'submitting', hold: undefined, account: 'account-2' });
    expect(after(lost, sending).hold).toBeUndefined();
  });

  it('is used freely when it is certain that nothing was accepted', () => {
    const free = after(examples.draft, sending, failedSubmit('neverLeft', true));
    expect(after(free, { type: 'sending', account: 'account-2', serverTime: noon })).toMatchObject({
      hold: undefined,
      account: 'account-2',
    });
  });
});

describe('a held job', () => {
  it('goes on when the key is there, and when any answer comes', () => {
    const held = after(examples.processing, { type: 'keyNeeded', problem });
    expect(held.hold).toBe('key');
    expect(after(held, { type: 'released' })).toMatchObject({ hold: undefined, problem: undefined });
    expect(after(held, seen('processing')).hold).toBeUndefined();
  });

  it('is wanted anew when the user says so', () => {
    const held = after(examples.submitting, failedSubmit('refused', false));
    expect(after(held, { type: 'released' })).toMatchObject({ hold: undefined, intendedAt: noon + 1 });
  });

  it('ends when the user refuses to send again', () => {
    const held = after(examples.submitting, failedSubmit('refused', false));
    expect(after(held, { type: 'trackingStopped' })).toMatchObject({
      state: 'untracked',
      hold: undefined,
      tracked: false,
    });
  });
});

describe('stop tracking', () => {
  it('costs nothing while it is certain that nothing was accepted', () => {
    const retrying = draft({ state: 'submitting', failures: 4, problem });
    expect(after(retrying, { type: 'trackingStopped' })).toMatchObject({
      state: 'untracked',
      firstSentAt: undefined,
    });
  });

  it('does not send again once it is known that nothing was accepted', () => {
    const stopped = after(examples.draft, sending, { type: 'trackingStopped' });
    expect(stopped).toMatchObject({ state: 'submitting', tracked: false, hold: 'decision' });
    expect(after(stopped, failedSubmit('neverLeft', true))).toMatchObject({
      state: 'untracked',
      hold: undefined,
      firstSentAt: undefined,
    });
    // Where it is not known, the user decides; and an answer that is still on its way counts.
    const unsure = after(stopped, failedSubmit('unknown', true));
    expect(unsure).toMatchObject({ state: 'submitting', hold: 'decision' });
    expect(after(unsure, sending)).toBe(unsure);
    expect(after(unsure, { type: 'trackingStopped' })).toMatchObject({ state: 'untracked' });
    expect(after(stopped, seen('queued'))).toMatchObject({
      state: 'queued',
      hold: undefined,
      tracked: false,
    });
  });

  it('still stores the result', () => {
    const ended = after(
      examples.processing,
      { type: 'trackingStopped' },
      seen('succeeded', { urls: ['https://media.example/0.png'] }),
      { type: 'fileStored', index: 0, file: storedFile() },
    );
    expect(ended).toMatchObject({ state: 'untracked', tracked: false });
    expect(ended.results[0]?.file).toEqual(storedFile());
    expect(after(ended, { type: 'placed' }).state).toBe('placed');
  });
});

describe('success without a file', () => {
  it('is asked about again for hours, and then given up as out of reach', () => {
    const empty = seen('succeeded', { finalCredits: 1 });
    const last = patiently(examples.processing, empty, task => {
      expect(task).toMatchObject({ state: 'succeeded', problem: { code: 'result_missing' } });
    });
    expect(last).toMatchObject({ state: 'unreachable', problem: { code: 'result_missing' } });
    expect(chargeOf(last)).toEqual({ kind: 'said', credits: 1, as: 'charge' });
    expect(after(last, { type: 'reopened' }).state).toBe('processing');
  });
});

/** Says the same for as long and as often as it needs. @param until looks at the job before the last time */
function patiently(task: Task, event: TaskEvent, until: (task: Task) => void): Task {
  let current = task;
  for (let count = 1; count < patientAnswers; count++) {
    current = transition(current, event, noon + count);
    until(current);
  }
  // Often enough, but not for long enough.
  current = transition(current, event, noon + patienceMs);
  until(current);
  return transition(current, event, noon + 1 + patienceMs);
}

describe('a task that Rivya does not know', () => {
  it('is given up only when that is said for hours without anything else in between', () => {
    const missing: TaskEvent = { type: 'notFound', problem: notFound };
    const goesOn = (task: Task): void => expect(task.state).toBe('queued');
    const last = patiently(examples.queued, missing, goesOn);
    expect(last).toMatchObject({ state: 'unreachable', problem: notFound });
    // Another failure in between, and the count and the time begin anew.
    let broken = patiently(
      transition(examples.queued, missing, noon - patienceMs),
      { type: 'deferred', problem },
      goesOn,
    );
    broken = transition(broken, missing, noon + 2 * patienceMs);
    expect(broken).toMatchObject({ state: 'queued', failures: 1, problem: { since: noon + 2 * patienceMs } });
    // Two answers are not many, however long the clock says that it was.
    expect(transition(broken, missing, noon + 100 * patienceMs).state).toBe('queued');
  });

  it('is not given up while there are links', () => {
    expect(transition(examples.succeeded, { type: 'notFound', problem: notFound }, noon)).toBe(
      examples.succeeded,
    );
  });
});

describe('several results', () => {
  it('are stored one by one, and the job is stored with the last', () => {
    const one = after(examples.succeeded, { type: 'fileStored', index: 1, file: storedFile() });
    expect(one.state).toBe('succeeded');
    expect(after(one, { type: 'fileStored', index: 0, file: storedFile() }).state).toBe('stored');
  });

  it('are kept when one is lost, and the problem stays to be told', () => {
    const mixed = after(
      examples.succeeded,
      { type: 'fileStored', index: 0, file: storedFile() },
      { type: 'downloadFailed', index: 1, problem, tries: 1 },
    );
    expect(mixed).toMatchObject({ state: 'stored', problem });
  });

  it('are out of reach only when all are lost; they can be looked at again', () => {
    const lost = after(
      examples.succeeded,
      { type: 'downloadFailed', index: 0, problem, tries: 1 },
      { type: 'downloadFailed', index: 1, problem, tries: 1 },
    );
    expect(lost).toMatchObject({ state: 'unreachable', problem });
    const again = after(lost, { type: 'reopened' });
    expect(again.state).toBe('succeeded');
    expect(again.results.map(({ state, failures }) => [state, failures])).toEqual([
      ['pending', 0],
      ['pending', 0],
    ]);
  });

  it('take renewed links, except where a file is stored', () => {
    const urls = ['https://media.example/a.png', 'https://media.example/b.png'];
    const stored = after(examples.succeeded, { type: 'fileStored', index: 0, file: storedFile() });
    const renewed = after(stored, { type: 'linksRenewed', urls });
    expect(renewed.results.map(result => result.url)).toEqual(['https://media.example/0.png', urls[1]]);
    expect(transition(renewed, { type: 'linksRenewed', urls }, noon)).not.toBe(stored);
  });
});

describe('a download that fails', () => {
  it('counts towards losing the file only when the link is to blame', () => {
    let task = examples.succeeded;
    for (let count = 0; count < 100; count++)
      task = after(task, { type: 'downloadFailed', index: 0, problem, tries: undefined });
    expect(task).toMatchObject({ state: 'succeeded', failures: 100 });
    task = after(
      task,
      ...Array.from({ length: 2 }, (): TaskEvent => ({
        type: 'downloadFailed',
        index: 0,
        problem,
        tries: 3,
      })),
    );
    expect(task.results[0]).toMatchObject({ state: 'pending', failures: 2 });
    task = after(task, { type: 'downloadFailed', index: 0, problem, tries: 3 });
    expect(task.results[0]).toMatchObject({ state: 'lost', failures: 3 });
  });
});

describe('house-keeping', () => {
  it('notes a file as removed, never as lost', () => {
    const removed = after(examples.placed, { type: 'fileRemoved', index: 0 });
    expect(removed.state).toBe('placed');
    expect(removed.results[0]).toEqual({
      index: 0,
      url: 'https://media.example/0.png',
      state: 'removed',
      failures: 0,
    });
  });
});
