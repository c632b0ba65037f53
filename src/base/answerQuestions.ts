import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadQuestion } from './askedThread.ts';

/**
 * Makes this thread answer what it is asked, one question after the other; `AskedThread` has started it.
 * @param answer may return a promise; takes what the starter asks
 */
export function answerQuestions(answer: (question: never) => unknown): void {
  let before = Promise.resolve();
  parentPort?.on('message', ({ id, question }: ThreadQuestion<never>) => {
    const send = (message: ThreadAnswer<unknown>): void => parentPort?.postMessage(message);
    before = before
      .then(() => answer(question))
      .then(each => send({ id, answer: each }))
      .catch((error: unknown) => {
        send({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      });
  });
}
