import { createRequire } from 'node:module';
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { clientNames, type ClientName } from './reliability/dialects.ts';
import { troubles, type Trouble } from './reliability/faults.ts';
import { measure, type Outcome } from './reliability/measure.ts';
import { footnoteOf, remarks } from './reliability/remarks.ts';
import { printTables } from './reliability/tables.ts';

/*
 * `node test/bench/reliability.ts`: the same faults for the engine of this extension and for the npm clients
 * of other services. Prints what it measures; asserts nothing. `--requests` shows what the first intent of
 * each case has sent.
 */
const { values } = parseArgs({
  options: {
    intents: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    client: { type: 'string', multiple: true },
    requests: { type: 'boolean', default: false },
  },
});
const options = { intents: Number(values.intents), seed: Number(values.seed), patience: 30_000 };
const wanted = clientNames.filter(name => values.client?.includes(name) ?? true);
/** Most of a case is waiting; more at once would make the processes wait for each other instead. */
const lanes = 6;

const startedAt = performance.now();
const cases = wanted.flatMap(client =>
  troubles
    .filter(trouble => footnoteOf(client, trouble)?.comparable !== false)
    .map(trouble => ({ client, trouble })),
);
// The longest first, so that the lanes end together.
cases.sort((a, b) => Number(b.trouble.step === 'death') - Number(a.trouble.step === 'death'));
const outcomes = new Map<string, Outcome>();
const outcomeOf = (client: ClientName, trouble: Trouble): Outcome | undefined =>
  outcomes.get(`${client} ${trouble.id}`);

const lane = async (): Promise<void> => {
  for (let next = cases.shift(); next; next = cases.shift())
    outcomes.set(`${next.client} ${next.trouble.id}`, await measure(next.client, next.trouble, options));
};
// After a failure the other lanes are still waited for, so that no process outlives this one.
const failed = (await Promise.allSettled(Array.from({ length: lanes }, lane))).find(
  end => end.status === 'rejected',
);
if (failed) throw failed.reason;

console.log(
  `${options.intents} intents for each fault and client, each hit by the fault; seed ${options.seed}`,
);
console.log(wanted.map(name => `${name}: ${versionOf(name)}`).join(', '));
printTables(wanted, outcomeOf);
if (values.requests) printRequests();
for (const remark of remarks) console.log(`\n${remark}`);
console.log(`\n${Math.round((performance.now() - startedAt) / 1_000)} s`);

function printRequests(): void {
  for (const trouble of troubles) {
    for (const client of wanted) {
      const outcome = outcomeOf(client, trouble);
      if (!outcome) continue;
      console.log(`\n${client}, ${trouble.title}`);
      for (const { intent, at, method, path, step, outcome: what, idempotencyKey } of outcome.requests) {
        if (intent !== 'intent-1') continue;
        const key = idempotencyKey === undefined ? '' : `  key ${idempotencyKey.slice(0, 8)}`;
        console.log(`${(at / 1_000).toFixed(2).padStart(7)} s  ${step} ${method} ${path}: ${what}${key}`);
      }
      for (const [problem, count] of outcome.problems) console.log(`          ${count} × ${problem}`);
    }
  }
}

function versionOf(client: ClientName): string {
  const packages = {
    rivya: join(import.meta.dirname, '../../package.json'),
    fal: manifestOf('@fal-ai/client'),
    replicate: manifestOf('replicate'),
    openai: manifestOf('openai'),
  };
  const { name, version } = JSON.parse(readFileSync(packages[client], 'utf8')) as Record<string, string>;
  return `${name ?? ''} ${version ?? ''}`;
}

/** Not every package exports its manifest. */
function manifestOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const found = folders.map(folder => join(folder, name, 'package.json')).find(path => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed: npm ci`);
  return found;
}
