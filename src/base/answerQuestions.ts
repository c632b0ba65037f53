import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadQuestion } from './askedThread.ts';

/**
 * Makes this thread answer what it is asked; `AskedThread` has started it.
 * @param answer may return a promise; takes what the starter asks
 */
export function answerQuestions(answer: (question: never) => unknown): void {
  parentPort?.on('message', ({ id, question }: ThreadQuestion<never>) => {
    const send = (message: ThreadAnswer<unknown>): void => parentPort?.postMessage(message);
    const fail = (error: unknown): void => {
      send({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    };
    // In a promise, so that one that throws at once fails like one that throws later.
    Promise.resolve(question)
      .then(answer)
      .then(each => send({ id, answer: each }))
      .catch(fail);
  });
}
