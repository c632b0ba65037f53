/**
 * `rivya`: the media of a repository as code, without an editor. This file is read by any Node, so it says
 * what it needs before it loads anything that a Node may lack.
 */
import { oldNodeText, quietSqlite } from '../base/node.ts';
import { usage } from './common/usage.ts';

async function start(): Promise<number> {
  if (process.argv.length === 3 && process.argv[2] === '--help') {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  quietSqlite();
  const { run } = await import('./run.ts');
  return run(process.argv.slice(2));
}

const problem = oldNodeText('rivya', process.versions.node);
if (problem === undefined) {
  start().then(
    code => (process.exitCode = code),
    (error: unknown) => {
      process.stderr.write(
        `rivya: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      process.exitCode = 1;
    },
  );
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
