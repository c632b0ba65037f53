import { measureStream } from './client/stream.ts';
import { measureTransfer } from './client/transfer.ts';

/*
 * `node test/bench/client.ts`: the budgets of the API client (ARCHITECTURE.md), each beside the least that
 * anyone must do, in the same run. Prints what it measures; asserts nothing.
 */
await measureStream();
await measureTransfer();
