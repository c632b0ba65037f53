import { Ledger } from '../../src/core/tasks/ledger.ts';
import { newTask, nowhere } from './tasks.ts';

/*
 * Run as a process of its own, on a disk that refuses: writes orders of three jobs into the ledger at
 * argv[2], at most argv[3] of them. Prints what came of it.
 */
const [, , path = '', most = ''] = process.argv;
let orders = 0;
let error: unknown;
try {
  const { ledger } = Ledger.open(path);
  while (orders < Number(most)) {
    const jobs = [0, 1, 2].map(() => ({
      task: newTask({ prompt: 'A fox. '.repeat(60) }),
      placement: nowhere,
    }));
    ledger.createAll(jobs, Date.now());
    orders++;
  }
} catch (caught) {
  error = caught;
}
console.log(JSON.stringify({ orders, error: error instanceof Error ? error.message : undefined }));
// Without a word to the database, as a process that is killed.
process.exit(0);
