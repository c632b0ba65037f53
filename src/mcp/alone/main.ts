/**
 * `rivya-mcp`: Rivya for agents, without an editor. This file is read by any Node, so it says what it needs
 * before it loads anything that a Node may lack. Standard output belongs to the protocol alone: whatever else
 * is printed, by whomever, goes to standard error.
 */
import { oldNodeText, quietSqlite } from '../../base/node.ts';
import { usage } from './usage.ts';

const write = process.stdout.write.bind(process.stdout);

async function start(): Promise<number> {
  if (process.argv.length === 3 && process.argv[2] === '--help') {
    write(`${usage}\n`);
    return 0;
  }
  process.stdout.write = process.stderr.write.bind(process.stderr);
  quietSqlite();
  const { run } = await import('./run.ts');
  const { redact } = await import('../../base/log.ts');
  try {
    return await run(process.argv.slice(2), (bytes, done) => write(bytes, done));
  } catch (error) {
    const isPlain = error instanceof Error && error.name === 'AloneFailure';
    const text =
      error instanceof Error ? (isPlain ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`${redact(`rivya-mcp: ${text}`)}\n`);
    return 1;
  }
}

const problem = oldNodeText('rivya-mcp', process.versions.node);
if (problem === undefined) {
  // What still runs then is another process's to go on with.
  void start().then(code => process.exit(code));
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
