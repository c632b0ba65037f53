import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AskedThread, type ThreadQuestion } from '../../../src/base/askedThread.ts';
import { ManualClock } from '../../support/manualClock.ts';

/** Threads in the order in which they were started. */
const threads = vi.hoisted(() => [] as TestThread[]);

interface TestThread extends EventEmitter {
  readonly asked: ThreadQuestion<string>[];
  /** The end that was asked for comes. */
  finish(): void;
}

vi.mock('node:worker_threads', () => ({
  Worker: class extends EventEmitter {
    readonly asked: unknown[] = [];
    readonly #end = Promise.withResolvers<number>();

    constructor() {
      super();
      threads.push(this as unknown as TestThread);
    }

    unref(): void {
      // Nothing waits for it here either.
    }

    postMessage(message: unknown): void {
      this.asked.push(message);
    }

    terminate(): Promise<number> {
      return this.#end.promise;
    }

    finish(): void {
      this.#end.resolve(1);
    }
  },
}));

describe('AskedThread', () => {
  const asked = (clock = new ManualClock()): AskedThread<string, string> =>
    new AskedThread({ file: 'program.ts', name: 'test', idleMs: 1_000, clock });
  const answerOf = (thread: TestThread | undefined): void => {
    for (const { id, question } of thread?.asked ?? [])
      thread?.emit('message', { id, answer: `${question}!` });
  };

  beforeEach(() => {
    threads.length = 0;
  });

  it('starts with the first question, and answers each', async () => {
    const thread = asked();
    const answers = Promise.all([thread.ask('a'), thread.ask('b')]);
    expect(threads).toHaveLength(1);
    answerOf(threads[0]);
    expect(await answers).toEqual(['a!', 'b!']);
    thread.dispose();
    threads[0]?.finish();
  });

  it('starts none while another one is being ended, of whatever program', async () => {
    const first = asked();
    const lost = first.ask('a');
    first.dispose();
    await expect(lost).rejects.toThrow('The thread of the test was ended.');
    const second = asked();
    const answer = second.ask('b');
    const further = first.ask('c');
    await new Promise(setImmediate);
    expect(threads).toHaveLength(1);
    threads[0]?.finish();
    await vi.waitFor(() => expect(threads).toHaveLength(3));
    for (const each of threads.slice(1)) answerOf(each);
    expect(await Promise.all([answer, further])).toEqual(['b!', 'c!']);
    for (const each of [first, second]) each.dispose();
    for (const each of threads) each.finish();
  });

  it('waits no longer than a second for one that does not end', async () => {
    const clock = new ManualClock();
    const held = asked(clock);
    const lost = held.ask('a').catch(String);
    held.dispose();
    const answer = asked().ask('b');
    clock.advance(999);
    await new Promise(setImmediate);
    expect(threads).toHaveLength(1);
    clock.advance(1);
    await vi.waitFor(() => expect(threads).toHaveLength(2));
    answerOf(threads[1]);
    expect(await answer).toBe('b!');
    expect(await lost).toContain('was ended');
  });

  it('says so to the one who asks when the question cannot be sent', async () => {
    const thread = asked();
    const answer = thread.ask('a');
    const [first] = threads;
    vi.spyOn(first as unknown as { postMessage(): void }, 'postMessage').mockImplementation(() => {
      throw new Error('could not be cloned');
    });
    await expect(thread.ask('b')).rejects.toThrow('could not be cloned');
    answerOf(first);
    expect(await answer).toBe('a!');
    thread.dispose();
    first?.finish();
  });

  it('starts none for a question that was given up while it waited', async () => {
    const first = asked();
    const lost = first.ask('a').catch(String);
    first.dispose();
    const second = asked();
    const given = second.ask('b').catch(String);
    second.dispose();
    threads[0]?.finish();
    expect(await Promise.all([lost, given])).toEqual(
      Array(2).fill('Error: The thread of the test was ended.'),
    );
    await new Promise(setImmediate);
    expect(threads).toHaveLength(1);
  });
});
