import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Outcome } from '../../../../src/core/paidRequest/paidRequest.ts';
import { nextPollAt } from '../../../../src/core/tasks/schedule.ts';
import { chargeOf } from '../../../../src/shared/charge.ts';
import { isRunningState, type Problem, type Task } from '../../../../src/shared/task.ts';
import { transition, type TaskEvent } from '../../../../src/core/tasks/transition.ts';
import { propertyRuns } from '../../../support/propertyRuns.ts';
import { draft, noon, storedFile } from '../../../support/tasks.ts';

/*
 * A small world: a server that accepts a key once, loses answers, forgets tasks and lets links die; one or
 * two windows whose answers may arrive late; and a user. Whatever they do in whatever order, what was paid
 * stays within reach.
 */
type Deed =
  | {
      readonly do: 'send';
      readonly server: 'accepts' | 'turnsAway' | 'refuses' | 'conflicts' | 'fails' | 'wantsKey';
      readonly answer: Arrival;
    }
  | {
      readonly do: 'poll';
      readonly server:
        'queued' | 'processing' | 'succeeded' | 'empty' | 'failed' | 'notFound' | 'wantsKey' | 'fails';
      readonly answer: Arrival;
    }
  | {
      readonly do: 'download';
      readonly index: number;
      readonly outcome: 'stored' | 'gone' | 'dead' | 'diskFull';
    }
  | { readonly do: 'deliver' }
  | { readonly do: 'user'; readonly action: 'stop' | 'release' | 'reopen' | 'place' };
type Arrival = 'now' | 'late' | 'never';

const arrival = fc.constantFrom<Arrival>('now', 'now', 'now', 'late', 'never');
const deeds = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('send' as const),
      server: fc.constantFrom('accepts', 'accepts', 'turnsAway', 'refuses', 'conflicts', 'fails', 'wantsKey'),
      answer: arrival,
    }),
    fc.record({
      do: fc.constant('poll' as const),
      server: fc.constantFrom(
        'queued',
        'processing',
        'succeeded',
        'succeeded',
        'empty',
        'failed',
        'notFound',
        'wantsKey',
        'fails',
      ),
      answer: arrival,
    }),
    fc.record({
      do: fc.constant('download' as const),
      index: fc.nat(2),
      outcome: fc.constantFrom('stored', 'stored', 'gone', 'dead', 'diskFull'),
    }),
    fc.record({ do: fc.constant('deliver' as const) }),
    fc.record({
      do: fc.constant('user' as const),
      action: fc.constantFrom('stop', 'release', 'reopen', 'place'),
    }),
  ),
  { maxLength: 60 },
) as fc.Arbitrary<Deed[]>;

/** What a submit without a task shows. */
const outcomes: Record<(Deed & { do: 'send' })['server'], Outcome | undefined> = {
  accepts: undefined,
  turnsAway: 'turnedAway',
  refuses: 'refused',
  conflicts: 'conflict',
  fails: 'unknown',
  wantsKey: 'keyRefused',
};

class World {
  task: Task = draft();
  accepted = false;
  serverFailed = false;
  /** The user was told that the outcome is unknown, and did not want to send again. */
  refusedByUser = false;
  readonly storedIndexes = new Set<number>();
  readonly #late: TaskEvent[] = [];

  act(deed: Deed): void {
    switch (deed.do) {
      case 'send':
        this.#send(deed.server, deed.answer);
        return;
      case 'poll':
        this.#poll(deed.server, deed.answer);
        return;
      case 'download':
        this.#download(deed.index, deed.outcome);
        return;
      case 'deliver': {
        const event = this.#late.shift();
        if (event) this.#apply(event);
        return;
      }
      case 'user':
        this.#user(deed.action);
    }
  }

  #send(server: (Deed & { do: 'send' })['server'], answer: Arrival): void {
    const { task } = this;
    if ((task.state !== 'draft' && task.state !== 'submitting') || task.hold === 'decision') return;
    const isOnlyOne = task.firstSentAt === undefined;
    this.#apply({ type: 'sending', account: 'account-1', serverTime: noon });
    if (server === 'accepts') this.accepted = true;
    // The answer to a repeated key is unknown (rivya-api.md 8): a replay, or a refusal for another reason.
    const outcome = outcomes[server];
    if (!outcome) this.#arrive(this.#observed('queued'), answer);
    else {
      const failed = { type: 'answered', problem: problemOf(server) } as const;
      this.#arrive({ ...failed, attempt: { outcome, isOnlyOne } }, answer, {
        ...failed,
        attempt: { outcome, isOnlyOne: false },
      });
    }
  }

  #poll(server: (Deed & { do: 'poll' })['server'], answer: Arrival): void {
    const { state, results } = this.task;
    const waits =
      state === 'queued' || state === 'processing' || (state === 'succeeded' && results.length === 0);
    if (!waits) return;
    this.#arrive(this.#answerToPoll(server), answer);
  }

  #answerToPoll(server: (Deed & { do: 'poll' })['server']): TaskEvent {
    switch (server) {
      case 'failed':
        this.serverFailed = true;
        return this.#observed('failed');
      case 'empty':
        return this.#observed('succeeded', []);
      case 'notFound':
        return { type: 'notFound', problem: problemOf('not_found') };
      case 'wantsKey':
        return { type: 'keyNeeded', problem: problemOf('api_key_revoked') };
      case 'fails':
        return { type: 'deferred', problem: problemOf('connection_lost') };
      default:
        return this.#observed(server);
    }
  }

  #download(index: number, outcome: (Deed & { do: 'download' })['outcome']): void {
    if (this.task.state !== 'succeeded' || this.task.results[index]?.state !== 'pending') return;
    if (outcome === 'stored') {
      this.storedIndexes.add(index);
      this.#apply({ type: 'fileStored', index, file: storedFile({ path: `a1/${index}.png` }) });
      return;
    }
    const tries = { gone: 2, dead: 5, diskFull: undefined }[outcome];
    this.#apply({ type: 'downloadFailed', index, problem: problemOf(outcome), tries });
  }

  #user(action: (Deed & { do: 'user' })['action']): void {
    if (action === 'stop' && this.task.hold === 'decision') this.refusedByUser = true;
    const types = {
      stop: 'trackingStopped',
      release: 'released',
      reopen: 'reopened',
      place: 'placed',
    } as const;
    this.#apply({ type: types[action] });
  }

  #arrive(event: TaskEvent, answer: Arrival, whenLate = event): void {
    if (answer === 'now') this.#apply(event);
    else if (answer === 'late') this.#late.push(whenLate);
  }

  #observed(status: string, urls?: string[]): TaskEvent {
    const links =
      urls ?? (status === 'succeeded' ? ['https://media.example/0', 'https://media.example/1'] : []);
    return { type: 'observed', observation: { remoteId: 'task_1', status, urls: links } };
  }

  #apply(event: TaskEvent): void {
    const before = this.task;
    this.task = transition(before, event, noon + 1);
    this.#check(before);
  }

  #check(before: Task): void {
    const { task } = this;
    expect([task.id, task.body, task.idempotencyKey]).toEqual([
      before.id,
      before.body,
      before.idempotencyKey,
    ]);
    if (before.remoteId !== undefined) expect(task.remoteId).toBe(before.remoteId);
    // A stored file is never forgotten.
    for (const index of this.storedIndexes) expect(task.results[index]?.file?.path).toBe(`a1/${index}.png`);
    if (this.storedIndexes.size > 0) expect(task.state).not.toBe('failed');
    if (task.state === 'stored' || task.state === 'placed')
      expect(this.storedIndexes.size).toBeGreaterThan(0);
    // Whatever runs is looked at again, or waits for a word that the user can give.
    const look = nextPollAt(task, false, { now: noon, random: 0, focused: true, pollPace: 1, retryPace: 1 });
    expect(look !== undefined).toBe(isRunningState(task.state) && task.hold !== 'decision');
    if (task.hold) expect(transition(task, { type: 'released' }, noon).hold).toBeUndefined();
    if (task.hold === 'decision')
      expect(transition(task, { type: 'trackingStopped' }, noon).state).toBe('untracked');
    if (this.accepted) this.#checkReachable();
  }

  /**
   * The job is paid: it runs, or its file is there, or Rivya has said that there is none, or a way leads
   * back.
   */
  #checkReachable(): void {
    const { task } = this;
    if (isRunningState(task.state) || this.storedIndexes.size > 0 || this.serverFailed) return;
    // Its acceptance may still be on the way; when it comes, it counts.
    if (task.remoteId === undefined) {
      const late = transition(task, this.#observed('queued'), noon);
      expect(isRunningState(late.state)).toBe(true);
      expect(this.refusedByUser).toBe(true);
      return;
    }
    // Only we have stopped looking.
    expect(task.state).toBe('unreachable');
    expect(isRunningState(transition(task, { type: 'reopened' }, noon).state)).toBe(true);
  }
}

function problemOf(code: string): Problem {
  return { code, message: code };
}

it('no sequence of events makes a paid result unreachable', () => {
  fc.assert(
    fc.property(deeds, sequence => {
      const world = new World();
      for (const deed of sequence) world.act(deed);
    }),
    { numRuns: propertyRuns(2_000) },
  );
});

it('a job that is certain not to have been accepted never costs anything', () => {
  fc.assert(
    fc.property(deeds, sequence => {
      const world = new World();
      for (const deed of sequence) {
        if (deed.do === 'send' && deed.server === 'accepts') continue;
        world.act(deed);
      }
      expect(world.task.remoteId).toBeUndefined();
      // What is said of it is that nothing was charged, or that nobody knows; never a number.
      expect(chargeOf(world.task).kind).not.toBe('said');
    }),
    { numRuns: 2_000 },
  );
});

it('an event that is delivered twice does what it does once, but for the count of failures', () => {
  fc.assert(
    fc.property(deeds, sequence => {
      const world = new World();
      for (const deed of sequence) world.act(deed);
      // Where the user is asked what to do, the second time is their answer.
      const asked = transition(world.task, { type: 'trackingStopped' }, noon);
      const once = asked.hold === 'decision' ? transition(asked, { type: 'trackingStopped' }, noon) : asked;
      expect(transition(once, { type: 'trackingStopped' }, noon)).toEqual(once);
      const files = once.results.map((_, index): TaskEvent => ({
        type: 'fileStored',
        index,
        file: storedFile(),
      }));
      const stored = files.reduce((task, event) => transition(task, event, noon), once);
      expect(files.reduce((task, event) => transition(task, event, noon), stored)).toEqual(stored);
    }),
    { numRuns: 2_000 },
  );
});
