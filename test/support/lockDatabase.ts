import { DatabaseSync } from 'node:sqlite';

/*
 * Run as a process of its own: holds the database at argv[2] locked until its standard input ends.
 * Prints "locked" when it has the lock.
 */
const database = new DatabaseSync(process.argv[2] ?? '');
database.exec('BEGIN IMMEDIATE');
console.log('locked');
process.stdin.on('end', () => {
  database.exec('ROLLBACK');
  database.close();
});
process.stdin.resume();
