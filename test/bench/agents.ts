import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/event.ts';
import { silentLog } from '../../src/base/log.ts';
import { toolNames } from '../../src/core/agents/toolSchemas.ts';
import { waitForTasks } from '../../src/core/agents/waitForTasks.ts';
import { Ledger } from '../../src/core/tasks/ledger.ts';
import { serveSocket } from '../../src/mcp/serveSocket.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { Bridge } from '../../src/vscode/agents/bridge.ts';
import { buildProgram } from '../support/builtCli.ts';
import { createTask } from '../support/tasks.ts';

/*
 * `node test/bench/agents.ts`: how long an agent waits for its tools, from the start of `rivya-mcp` or of the
 * shim to the first list of tools, beside `node -e 0`; and how soon is gone what nobody waits for any more.
 * Prints medians; asserts nothing.
 */
const rounds = 21;

const folder = mkdtempSync(path.join(tmpdir(), 'rivya-agents-'));
const sandbox = await startSandbox({ taskDurationMs: 600_000 });
const [server, shimBuilt] = await Promise.all([buildProgram('rivya-mcp'), buildProgram('shim')]);
const env = { RIVYA_BASE_URL: sandbox.url, RIVYA_API_KEY: sandbox.apiKey, HOME: folder };
const project = path.join(folder, 'site');
const alone = [server, '--data', path.join(folder, 'data'), '--confirm-above', '1000'];
mkdirSync(project);
writeFileSync(path.join(project, 'package.json'), '{}');
try {
  await starts();
  await ends();
} finally {
  await sandbox.close();
  for (const each of [folder, path.dirname(server), path.dirname(shimBuilt)])
    rmSync(each, { recursive: true, force: true });
}

/** What a client of each year says until it has the list; its answer has the id 2. */
function greetings(): Readonly<Record<'2025' | '2026', readonly object[]>> {
  const clientInfo = { name: 'a-bench', version: '1' };
  const capabilities = {};
  const start = { protocolVersion: '2025-11-25', capabilities, clientInfo };
  return {
    '2025': [
      { jsonrpc: '2.0', id: 1, method: 'initialize', params: start },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
    ],
    '2026': [{ jsonrpc: '2.0', id: 2, method: 'tools/list', params: { _meta: envelope() } }],
  };
}

function envelope(): object {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'a-bench', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
}

async function starts(): Promise<void> {
  const storage = path.join(folder, 'storage');
  mkdirSync(storage);
  const shim = path.join(storage, 'rivya-mcp.cjs');
  copyFileSync(shimBuilt, shim);
  const window = await Bridge.open(storage, {
    folders: () => [project],
    isFocused: () => true,
    onDidChange: new Emitter<void>().event,
    log: silentLog,
    serve: socket => {
      const call = () => Promise.resolve({ text: '' });
      const port = { call, tools: toolNames, stateKey: new Uint8Array(32), version: '1', clock: systemClock };
      serveSocket(socket, { ...port, log: silentLog });
      return Promise.resolve();
    },
  });
  const { '2025': older, '2026': newer } = greetings();
  const times = await inTurn({
    'node -e 0': () => spend(['-e', '0']),
    'alone, 2025': () => untilListed(alone, older),
    'alone, 2026': () => untilListed(alone, newer),
    'shim, 2025': () => untilListed([shim], older),
    'shim, 2026': () => untilListed([shim], newer),
  });
  window.dispose();
  console.log(`From the start to the first list of tools, medians of ${rounds}:`);
  const node = median(times['node -e 0'] ?? []);
  for (const [name, each] of Object.entries(times)) {
    const budget = name.startsWith('alone') ? 500 : name.startsWith('shim') ? 150 : undefined;
    const aim =
      budget === undefined ? '' : `, ${(median(each) / node).toFixed(1)} times (budget: ${budget} ms)`;
    console.log(`  ${name}: ${shown(each)}${aim}`);
  }
}

async function ends(): Promise<void> {
  const { ledger } = Ledger.open(path.join(folder, 'cancel.sqlite'));
  const { id } = createTask(ledger, systemClock.now());
  const times = await inTurn({
    'a call that is cancelled': async () => {
      const abort = new AbortController();
      const waiting = waitForTasks([id], 600_000, { ledger, clock: systemClock }, abort.signal);
      const start = performance.now();
      abort.abort(new Error('cancelled'));
      await waiting.catch(() => undefined);
      return performance.now() - start;
    },
    'an answer, past its wait of 1 s': () => pastItsWait(),
    'a process whose client has closed its input': () => untilGone(child => child.stdin?.end()),
    'a process that is asked to end': () => untilGone(child => child.kill('SIGTERM')),
  });
  ledger.dispose();
  console.log(`What nobody waits for, until it is gone, medians of ${rounds}:`);
  for (const [name, each] of Object.entries(times)) console.log(`  ${name}: ${shown(each)}`);
}

/** Milliseconds of each; they take turns, so that what slows the machine slows all. */
async function inTurn(works: Record<string, () => Promise<number>>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of Object.entries(works)) {
      const time = await work();
      // The first round warms the files up.
      if (round > 0) (times[name] ??= []).push(time);
    }
  }
  return times;
}

async function spend(parameters: readonly string[]): Promise<number> {
  const start = performance.now();
  await once(run(parameters), 'close');
  return performance.now() - start;
}

async function untilListed(parameters: readonly string[], greeting: readonly object[]): Promise<number> {
  const start = performance.now();
  const child = run(parameters);
  say(child, greeting);
  await heard(child, line => line.includes('"id":2'));
  const time = performance.now() - start;
  child.stdin?.end();
  await once(child, 'close');
  return time;
}

/** Of a server that waits for a job of its own. */
async function untilGone(end: (child: ChildProcess) => void): Promise<number> {
  const child = run(alone);
  const order = { prompt: 'A fox', model: 'z-image', wait_seconds: 300 };
  callTool(child, 'generate_image', order, { progressToken: 1 });
  await heard(child, line => line.includes('processing'));
  const start = performance.now();
  end(child);
  await once(child, 'exit');
  return performance.now() - start;
}

async function pastItsWait(): Promise<number> {
  const child = run(alone);
  callTool(child, 'generate_image', { prompt: 'A fox', model: 'z-image', wait_seconds: 0 });
  const [, id] = /"task_id":"([^"]+)"/.exec(await heard(child, line => line.includes('"id":2'))) ?? [];
  const start = performance.now();
  callTool(child, 'check_task', { task_ids: [id], wait_seconds: 1 });
  await heard(child, line => line.includes('"id":2'));
  const time = performance.now() - start - 1_000;
  child.stdin?.end();
  await once(child, 'close');
  return time;
}

function run(parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, parameters, { cwd: project, env, stdio: ['pipe', 'pipe', 'inherit'] });
}

function say(child: ChildProcess, messages: readonly object[]): void {
  for (const message of messages) child.stdin?.write(`${JSON.stringify(message)}\n`);
}

function callTool(child: ChildProcess, name: string, input: object, meta: object = {}): void {
  const params = { name, arguments: input, _meta: { ...envelope(), ...meta } };
  say(child, [{ jsonrpc: '2.0', id: 2, method: 'tools/call', params }]);
}

/** The first line of its output that is looked for. What comes later is read as well, so that it can end. */
function heard(child: ChildProcess, isWanted: (line: string) => boolean): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error('It has no output.');
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).on('line', line => isWanted(line) && resolve(line));
    child.once('close', () => reject(new Error('It has ended before it said that.')));
  });
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function shown(times: readonly number[]): string {
  return `${median(times).toFixed(1)} ms (${Math.min(...times).toFixed(1)} to ${Math.max(...times).toFixed(1)})`;
}
