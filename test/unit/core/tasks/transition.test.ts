import { describe, expect, it } from 'vitest';
import type { Task, TaskResult, TaskState } from '../../../../src/shared/task.ts';
import {
  maximumEmptyAnswers,
  maximumNotFound,
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
  untracked: draft({ state: 'untracked', wanted: false, remoteId: 'task_1', firstSentAt: noon }),
};

function seen(status: string, change: Partial<Observation> = {}): TaskEvent {
  return { type: 'observed', observation: { remoteId: 'task_1', status, urls: [], ...change } };
}

function after(task: Task, ...events: TaskEvent[]): Task {
  return events.reduce((current, event) => transition(current, event, noon + 1), task);
}

describe('which event moves which state', () => {
  const events: Record<string, TaskEvent> = {
    sending: { type: 'sending' },
    'seen queued': seen('queued'),
    'seen processing': seen('processing'),
    'seen an unknown status': seen('resting'),
    'seen succeeded': seen('succeeded', { urls: ['https://media.example/0.png'] }),
    'seen failed': seen('failed', { error: problem }),
    'refused, settled': { type: 'refused', problem, settled: true },
    deferred: { type: 'deferred', problem },
    keyNeeded: { type: 'keyNeeded', problem },
    decisionNeeded: { type: 'decisionNeeded', problem },
    released: { type: 'released' },
    notFound: { type: 'notFound', problem: notFound },
    reopened: { type: 'reopened' },
    'first file stored': { type: 'fileStored', index: 0, file: storedFile() },
    'first file lost': { type: 'downloadFailed', index: 0, problem, tries: 1 },
    placed: { type: 'placed' },
    trackingStopped: { type: 'trackingStopped' },
  };
  // Each row: the state that follows from draft, submitting, queued, processing, succeeded, stored, placed, failed, untracked.
  const table: Record<keyof typeof events, string> = {
    sending: 'submitting submitting queued processing succeeded stored placed failed untracked',
    'seen queued': 'queued queued queued processing succeeded stored placed failed untracked',
    'seen processing': 'processing processing processing processing succeeded stored placed failed untracked',
    'seen an unknown status':
      'processing processing processing processing succeeded stored placed failed untracked',
    'seen succeeded': 'succeeded succeeded succeeded succeeded succeeded stored placed failed untracked',
    'seen failed': 'failed failed failed failed succeeded stored placed failed untracked',
    'refused, settled': 'failed failed queued processing succeeded stored placed failed untracked',
    deferred: 'draft submitting queued processing succeeded stored placed failed untracked',
    keyNeeded: 'draft submitting queued processing succeeded stored placed failed untracked',
    decisionNeeded: 'draft submitting queued processing succeeded stored placed failed untracked',
    released: 'draft submitting queued processing succeeded stored placed failed untracked',
    notFound: 'draft submitting queued processing succeeded stored placed failed untracked',
    reopened: 'draft submitting queued processing succeeded stored placed processing untracked',
    'first file stored': 'draft submitting queued processing succeeded stored placed failed untracked',
    'first file lost': 'draft submitting queued processing succeeded stored placed failed untracked',
    placed: 'draft submitting queued processing succeeded placed placed failed untracked',
    trackingStopped: 'untracked submitting queued processing succeeded untracked placed failed untracked',
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
    const sent = transition(draft(), { type: 'sending' }, noon + 5);
    expect(sent.firstSentAt).toBe(noon + 5);
    expect(transition(sent, { type: 'sending' }, noon + 9).firstSentAt).toBe(noon + 5);
  });

  it('is not done while the user is asked', () => {
    const held = draft({ state: 'submitting', hold: 'decision', firstSentAt: noon });
    expect(transition(held, { type: 'sending' }, noon)).toBe(held);
  });

  it('is forgotten again when it is certain that nothing was accepted', () => {
    const sent = after(draft(), { type: 'sending' }, { type: 'deferred', problem, settled: true });
    expect(sent).toMatchObject({ state: 'submitting', firstSentAt: undefined, failures: 1 });
  });

  it('stays noted when an answer was lost, whatever comes later', () => {
    const sent = after(
      draft(),
      { type: 'sending' },
      { type: 'deferred', problem, settled: false },
      { type: 'sending' },
      { type: 'deferred', problem, settled: false },
    );
    expect(sent).toMatchObject({ firstSentAt: noon + 1, failures: 2 });
  });
});

describe('a refusal', () => {
  it('ends the job without charge when nothing was accepted before', () => {
    expect(
      after(examples.draft, { type: 'sending' }, { type: 'refused', problem, settled: true }),
    ).toMatchObject({ state: 'failed', finalCredits: 0, problem });
  });

  it('asks the user when an earlier answer was lost: that request may be running', () => {
    const asked = after(examples.submitting, { type: 'refused', problem, settled: false });
    expect(asked).toMatchObject({ state: 'submitting', hold: 'decision', problem });
    expect(asked.finalCredits).toBeUndefined();
  });
});

describe('an acceptance', () => {
  it('counts also when the job was given up: it is paid', () => {
    const givenUp = draft({ state: 'untracked', wanted: false, firstSentAt: noon });
    expect(after(givenUp, seen('processing'))).toMatchObject({ state: 'processing', remoteId: 'task_1' });
    const refused = draft({ state: 'failed', finalCredits: 0, problem });
    expect(after(refused, seen('queued', { reservedCredits: 3 }))).toMatchObject({
      state: 'queued',
      reservedCredits: 3,
      finalCredits: undefined,
      problem: undefined,
    });
  });

  it('of another task changes nothing', () => {
    const other: TaskEvent = {
      type: 'observed',
      observation: { remoteId: 'task_2', status: 'failed', urls: [] },
    };
    expect(transition(examples.queued, other, noon)).toBe(examples.queued);
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
    const held = after(examples.submitting, { type: 'decisionNeeded', problem });
    expect(after(held, { type: 'released' })).toMatchObject({ hold: undefined, intendedAt: noon + 1 });
  });

  it('ends when the user refuses to send again', () => {
    const held = after(examples.submitting, { type: 'decisionNeeded', problem });
    expect(after(held, { type: 'trackingStopped' })).toMatchObject({
      state: 'untracked',
      hold: undefined,
      wanted: false,
    });
  });
});

describe('stop tracking', () => {
  it('costs nothing while it is certain that nothing was accepted', () => {
    const retrying = draft({ state: 'submitting', failures: 4, problem });
    expect(after(retrying, { type: 'trackingStopped' })).toMatchObject({
      state: 'untracked',
      finalCredits: 0,
    });
  });

  it('does not send again once it is known that nothing was accepted', () => {
    const stopped = after(examples.draft, { type: 'sending' }, { type: 'trackingStopped' });
    expect(stopped).toMatchObject({ state: 'submitting', wanted: false });
    expect(after(stopped, { type: 'deferred', problem, settled: true })).toMatchObject({
      state: 'untracked',
      finalCredits: 0,
    });
  });

  it('still stores the result', () => {
    const ended = after(
      examples.processing,
      { type: 'trackingStopped' },
      seen('succeeded', { urls: ['https://media.example/0.png'] }),
      { type: 'fileStored', index: 0, file: storedFile() },
    );
    expect(ended).toMatchObject({ state: 'untracked', wanted: false });
    expect(ended.results[0]?.file).toEqual(storedFile());
    expect(after(ended, { type: 'placed' }).state).toBe('placed');
  });
});

describe('success without a file', () => {
  it('is asked about again, and fails only after many answers in a row', () => {
    let task = examples.processing;
    for (let count = 1; count < maximumEmptyAnswers; count++) {
      task = after(task, seen('succeeded'));
      expect(task).toMatchObject({ state: 'succeeded', failures: count });
    }
    // A failure of another kind in between begins the count anew.
    task = after(task, { type: 'deferred', problem }, seen('succeeded'));
    expect(task).toMatchObject({ state: 'succeeded', failures: 1 });
    for (let count = 1; count < maximumEmptyAnswers; count++) task = after(task, seen('succeeded'));
    expect(task).toMatchObject({ state: 'failed', problem: { code: 'result_missing' } });
    expect(after(task, { type: 'reopened' }).state).toBe('processing');
  });
});

describe('a task that Rivya does not know', () => {
  it('fails only when that is said many times in a row', () => {
    let task = after(
      examples.queued,
      ...Array.from({ length: 40 }, (): TaskEvent => ({ type: 'deferred', problem })),
    );
    for (let count = 1; count < maximumNotFound; count++) {
      task = after(task, { type: 'notFound', problem: notFound });
      expect(task.state).toBe('queued');
    }
    task = after(task, { type: 'notFound', problem: notFound });
    expect(task).toMatchObject({ state: 'failed', problem: notFound });
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

  it('fail the job only when all are lost; it can be looked at again', () => {
    const lost = after(
      examples.succeeded,
      { type: 'downloadFailed', index: 0, problem, tries: 1 },
      { type: 'downloadFailed', index: 1, problem, tries: 1 },
    );
    expect(lost).toMatchObject({ state: 'failed', problem });
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
