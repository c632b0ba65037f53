import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import type { RivyaClient } from '../../src/api/client.ts';
import type { Generation } from '../../src/api/resources/generations.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { Agents } from '../../src/core/agents/agents.ts';
import { Library } from '../../src/core/assets/library.ts';
import { AccountMarks } from '../../src/core/paidRequest/accountMarks.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { Runner } from '../../src/core/tasks/runner.ts';
import type { ListQuery } from '../../src/core/tasks/search.ts';
import { searchWords } from '../../src/core/tasks/searchWords.ts';
import { sandboxCatalogue } from '../support/sandboxCatalogue.ts';
import { createTask } from '../support/tasks.ts';

/*
 * `node test/bench/scale.ts [--past]`: the budgets of many jobs (ARCHITECTURE.md), or of past ones alone.
 * Prints what it measures; asserts nothing. The server is a stand-in in the same process, so that the figures
 * are those of the ledger and the runner.
 */
const jobsInFlight = 1_000;
const pastJobs = 100_000;
/** Of the latest of them, those that an agent has ordered. */
const agentJobs = 10_000;
const seconds = 20;

/** Each filter of the gallery on its own. */
const filters: Readonly<Record<string, ListQuery>> = {
  kind: { kinds: ['video'] },
  model: { models: ['model-7'] },
  state: { states: ['failed'] },
  day: { since: 40_000_000, before: 41_000_000 },
  workspace: { folders: ['file:///w'] },
  favourite: { favouritesOnly: true },
  agents: { orderedBy: ['agents'] },
  'that nothing passes': { kinds: ['audio'], models: ['z-image'], favouritesOnly: true },
};

const folder = mkdtempSync(join(tmpdir(), 'rivya-scale-'));
try {
  if (!process.argv.includes('--past')) await inFlight();
  past();
  await ofAgents();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A thousand jobs are polled; two windows are open, and one of them does the work. */
async function inFlight(): Promise<void> {
  const origin = 'https://rivya.example';
  let polls = 0;
  const answer = (id: string, status: string): Generation => ({
    id,
    status,
    model: 'z-image',
    reserved_credits: 1,
    final_credits: 0,
    created_at: '',
    updated_at: '',
    result: null,
    error: null,
  });
  const client: Pick<RivyaClient, 'generations' | 'pausedUntil' | 'serverTime'> = {
    pausedUntil: () => 0,
    serverTime: { last: Date.now, ask: () => Promise.resolve(Date.now()) },
    generations: {
      create: async (_body, options) =>
        Promise.resolve(answer(`task_${options?.idempotencyKey ?? ''}`, 'queued')),
      retrieve: async id => {
        polls += 1;
        await new Promise(resolve => setTimeout(resolve, 30));
        return answer(id, 'processing');
      },
    },
  };
  const marks = AccountMarks.open(join(folder, 'account.salt'));
  const windows = ['window-1', 'window-2'].map(holder => {
    const { ledger } = Ledger.open(join(folder, 'flight.sqlite'));
    const runner = new Runner({
      ledger,
      library: new Library(join(folder, 'library')),
      servers: () =>
        new Map([
          [origin, { client, account: marks.sender(() => 'a-key'), baseUrl: origin, fetch, pollPace: 1 }],
        ]),
      holder,
      clock: systemClock,
      random: Math.random,
      focused: () => true,
      log: silentLog,
      maximumResultBytes: { image: 1_000_000, video: 1_000_000, audio: 1_000_000 },
    });
    return { ledger, runner };
  });
  const [first, second] = windows;
  if (!first || !second) throw new Error('There are two windows.');
  for (let count = 0; count < jobsInFlight; count++) createTask(first.ledger, Date.now() + count, { origin });
  first.runner.poke();
  await accepted(first.ledger);
  second.runner.poke();
  polls = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  await new Promise(resolve => setTimeout(resolve, seconds * 1_000));
  delay.disable();
  const used = process.cpuUsage(cpu);
  for (const { runner, ledger } of windows) {
    runner.dispose();
    await runner.idle();
    ledger.dispose();
  }
  // The monitor counts its own interval of a millisecond.
  const milliseconds = (nanoseconds: number): string => `${(nanoseconds / 1e6 - 1).toFixed(2)} ms`;
  console.log(`${jobsInFlight} jobs in flight, two windows in one process, ${seconds} s:`);
  console.log(`  ${(polls / seconds).toFixed(0)} polls a second`);
  console.log(
    `  event-loop delay p50 ${milliseconds(delay.percentile(50))}, p99 ${milliseconds(delay.percentile(99))}, max ${milliseconds(delay.max)} (budget: p99 10 ms)`,
  );
  console.log(`  CPU ${((used.user + used.system) / 1e4 / seconds).toFixed(0)} %`);
}

async function accepted(ledger: Ledger): Promise<void> {
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, 200));
    if (ledger.tasks({ limit: jobsInFlight, states: ['draft', 'submitting'] }).length === 0) return;
  }
}

/** A hundred thousand jobs of the past: how soon the first page and a search are there. */
function past(): void {
  const path = join(folder, 'past.sqlite');
  Ledger.open(path).ledger.dispose();
  fill(path);
  const opening: number[] = [];
  const page: number[] = [];
  const measured: Record<string, number[]> = {};
  for (let round = 0; round < 15; round++) {
    const startedAt = performance.now();
    const { ledger } = Ledger.open(path);
    opening.push(performance.now() - startedAt);
    page.push(timed(() => ledger.tasks({ limit: 50 })));
    const filtered: [string, () => unknown][] = Object.entries(filters).flatMap(([name, filter]) => [
      [`filter ${name}, count`, () => ledger.lists.count(filter, pastJobs * 2)],
      [`filter ${name}, first page`, () => ledger.lists.page(filter, { limit: 100 })],
    ]);
    const queries: Record<string, () => unknown> = {
      'search "fox"': () => ledger.search('fox', 50),
      'search "purple lighthouse"': () => ledger.search('purple lighthouse', 50),
      'search "word99999" (one hit)': () => ledger.search('word99999', 50),
      'search "nowhere to be found"': () => ledger.search('nowhere to be found', 50),
      'search "fo" (too short for the index)': () => ledger.search('fo', 50),
      'search "qq" (too short, no hit)': () => ledger.search('qq', 50),
      'running jobs': () =>
        ledger.tasks({ limit: 500, states: ['draft', 'submitting', 'queued', 'processing', 'succeeded'] }),
      'a page in the middle': () => ledger.tasks({ limit: 50, before: 50_000_000 }),
      'anything pending?': () => ledger.hasPending(),
      'results to place': () => ledger.placements.waiting(),
      'next due': () => ledger.leases.nextDue('me', ['https://rivya.ai'], 0),
      'search "z-image" (a model)': () => search(ledger, 'z-image'),
      'search "november" (a month, by words and by date)': () => search(ledger, 'november'),
      'list, count of all': () => ledger.lists.count({}, pastJobs * 2),
      'list, first page': () => ledger.lists.page({}, { limit: 100 }),
      'list, last page': () => ledger.lists.page({}, { limit: 100, offset: pastJobs - 100 }),
      'list, last page by price': () =>
        ledger.lists.page({ order: 'price' }, { limit: 100, offset: pastJobs - 100 }),
      ...Object.fromEntries(filtered),
      'search "fox", count to 5,000': () => ledger.lists.count({ words: [{ text: 'fox' }] }, 5_000),
      'search "fox" and a filter': () => {
        const query = { words: [{ text: 'fox' }], kinds: ['video'] } as const;
        ledger.lists.page(query, { limit: 100 });
        ledger.lists.count(query, 5_000);
      },
      'models that were used': () => ledger.lists.models(),
      'an order of an agent, looked at: fold and budget': () =>
        ledger.agents.look(
          { origin: 'https://rivya.ai', wishes: [`wish-${pastJobs - round}`], isAgain: false },
          // A day of two hundred orders.
          { now: pastJobs * 1_000, dayStart: (pastJobs - 200) * 1_000 },
        ),
      'create a job, on disk': () => createTask(ledger, Date.now() + round),
    };
    for (const [name, query] of Object.entries(queries)) (measured[name] ??= []).push(timed(query));
    ledger.dispose();
  }
  console.log(`${pastJobs} past jobs, median of 15:`);
  console.log(`  open the ledger ${shown(opening)}`);
  console.log(`  first page of 50 ${shown(page)} (budget: 50 ms)`);
  for (const [name, times] of Object.entries(measured)) {
    const ratio = (median(times) / median(page)).toFixed(1);
    const besides = /^(?:search|filter)/.test(name)
      ? ` (budget: 30 ms), ${ratio} times the first page of the Tasks view`
      : name.includes('agent')
        ? ' (budget: 2 ms)'
        : '';
    console.log(`  ${name} ${shown(times)}${besides}`);
  }
}

/** What a host is told before a call, with nothing but a catalogue that is kept; and what an agent finds. */
async function ofAgents(): Promise<void> {
  const { ledger } = Ledger.open(join(folder, 'past.sqlite'));
  const models = await sandboxCatalogue();
  const never = (): Promise<never> => Promise.reject(new Error('This is not needed.'));
  const caller = { door: 'bench', client: 'A bench', shown: undefined };
  const agents = new Agents({
    ledger,
    clock: systemClock,
    server: () => ({ origin: 'https://rivya.ai', isSandbox: false }),
    requireAllowed: () => Promise.resolve(),
    models: never,
    keptModels: () => Promise.resolve(models),
    defaultModel: () => '',
    rules: () =>
      Promise.resolve({ confirmAbove: 0, dailyBudget: 50, dailyLimit: undefined, spentElsewhere: 0 }),
    references: () => Promise.resolve([]),
    placement: never,
    upload: never,
    ask: never,
    files: () => Promise.resolve([]),
    hints: { setUp: '', inLibrary: '' },
    balance: () => undefined,
    made: () => undefined,
  });
  const find = (input: object) => () =>
    agents.call('find_tasks', input, caller, new AbortController().signal);
  const works: [name: string, budgetMs: number, work: (round: number) => Promise<unknown>][] = [
    [
      'before a call of an agent: its price',
      50,
      round => agents.preview('generate_image', { prompt: `Fox ${round}`, count: 4 }),
    ],
    ['an agent finds the latest', 30, find({ limit: 20 })],
    ['an agent finds "purple lighthouse"', 30, find({ query: 'purple lighthouse', limit: 20 })],
    ['an agent finds videos of "fox"', 30, find({ query: 'fox', kind: 'video', limit: 20 })],
    ['an agent finds nothing', 30, find({ query: 'nowhere to be found' })],
  ];
  for (const [name, budgetMs, work] of works) {
    const times: number[] = [];
    for (let round = 0; round < 50; round++) {
      const startedAt = performance.now();
      await work(round);
      times.push(performance.now() - startedAt);
    }
    console.log(`  ${name} ${shown(times)} (budget: ${budgetMs} ms)`);
  }
  ledger.dispose();
}

function search(ledger: Ledger, words: string): unknown {
  return ledger.lists.page(
    { words: searchWords(words, { language: 'en', now: Date.now() }) },
    { limit: 100 },
  );
}

function fill(path: string): void {
  const words = [
    'red',
    'fox',
    'forest',
    'lighthouse',
    'morning',
    'purple',
    'painting',
    'of a',
    'city',
    'cat',
    'बिल्ली',
    '狐',
  ];
  const database = new DatabaseSync(path);
  database.exec('BEGIN');
  const task = database.prepare(
    `INSERT INTO task (id, origin, kind, model, prompt, body, idempotency_key, state, wanted, failures, created_at, updated_at, intended_at)
     VALUES (?, 'https://rivya.ai', ?, ?, ?, ?, ?, ?, 1, 0, ?, ?, ?)`,
  );
  const result = database.prepare(
    `INSERT INTO result VALUES (?, 0, ?, 'stored', 0, ?, 1000, ?, 'image/png', 'png', 64, 64)`,
  );
  const placement = database.prepare(
    `INSERT INTO placement (task_id, state, mode, document, folder, updated_at)
     VALUES (?, ?, 'after', 'file:///w/readme.md', ?, ?)`,
  );
  for (let index = 0; index < pastJobs; index++) {
    const id = `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
    const picked = Array.from(
      { length: 14 },
      (_, place) => words[(index * 7 + place * place * 3) % words.length],
    );
    const prompt = `${picked.join(' ')} word${index}`;
    const state = index % 20 === 0 ? 'failed' : index % 50 === 1 ? 'untracked' : 'placed';
    const time = 1_000 * index;
    const kind = index % 10 === 3 ? 'video' : index % 10 === 7 ? 'audio' : 'image';
    const model = index % 3 === 0 ? 'z-image' : `model-${index % 40}`;
    task.run(
      id,
      kind,
      model,
      prompt,
      JSON.stringify({ model, prompt }),
      `key-${index}`,
      state,
      time,
      time,
      time,
    );
    result.run(id, `https://media.example/${id}.png`, `00/${id}-0.png`, 'ab'.repeat(32));
    placement.run(id, state === 'placed' ? 'placed' : 'waiting', `file:///${index % 2 ? 'w' : 'v'}`, time);
  }
  database.exec('UPDATE task SET favourite = 1 WHERE number % 500 = 0');
  database.exec(
    `INSERT INTO agent_spend (at, origin, door, client, tool, order_id, wish, task_id, estimate, final, consent)
     SELECT created_at, origin, 'tool', 'Bench', 'generate_image', id, 'wish-' || number, id, 3, 3, 'host'
     FROM task ORDER BY number DESC LIMIT ${agentJobs}`,
  );
  database.exec(`UPDATE task SET wish = 'wish-' || number WHERE number > ${pastJobs - agentJobs}`);
  database.exec('COMMIT');
  database.close();
}

function timed(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

function shown(times: readonly number[]): string {
  return `${median(times).toFixed(2)} ms`;
}
