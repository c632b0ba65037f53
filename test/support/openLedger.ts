import { Ledger } from '../../src/core/tasks/ledger.ts';

/* Run as a process of its own: opens the ledger at argv[2], and fails as the extension would. */
const { ledger } = Ledger.open(process.argv[2] ?? '');
console.log(JSON.stringify(ledger.journal));
ledger.dispose();
