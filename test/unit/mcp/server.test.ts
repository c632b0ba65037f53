import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { AgentsPorts } from '../../../src/core/agents/agents.ts';
import { toolNames } from '../../../src/core/agents/toolSchemas.ts';
import { instructions } from '../../../src/mcp/instructions.ts';
import { progressOf } from '../../../src/mcp/progress.ts';
import { clientConfig, clientNames } from '../../../src/mcp/clientConfig.ts';
import type { McpPort } from '../../../src/mcp/createServer.ts';
import { silentLog } from '../../../src/base/log.ts';
import { resultFiles } from '../../../src/shared/task.ts';
import { agentWorld, type AgentWorld } from '../../support/agentWorld.ts';
import '../../support/fuzzSeed.ts';
import { startJobs, type JobHarness } from '../../support/jobHarness.ts';
import { ManualClock } from '../../support/manualClock.ts';
import { callTool, connectInMemory, eras, type Answer, type Era } from '../../support/mcpClient.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';

const yes: Answer = () => ({ action: 'accept', content: { allow: true } });

async function portOf(
  harness: JobHarness,
  change: Partial<AgentsPorts> = {},
  more: Partial<McpPort> = {},
  window: Pick<JobHarness, 'ledger' | 'runner'> = harness,
): Promise<{ readonly port: McpPort; readonly world: AgentWorld }> {
  const world = await agentWorld(harness, change, window);
  const port: McpPort = {
    call: (tool, input, caller, signal) => world.agents.call(tool, input, caller, signal),
    tools: toolNames,
    stateKey: new Uint8Array(32).fill(7),
    version: '1.0.0',
    clock: harness.clock,
    log: silentLog,
    ...more,
  };
  return { port, world };
}

const order = { prompt: 'A red fox', model: 'z-image', wait_seconds: 0 };
const asking = { confirmAbove: 0, dailyBudget: 50, dailyLimit: undefined, spentElsewhere: 0 };

describe.each(eras)('a server in a window, for a client of %s', era => {
  it('has the window ask when the client cannot, and not when it can', async () => {
    await using harness = await startJobs();
    const { port, world } = await portOf(harness);
    world.rules = asking;
    world.answer = () => true;
    const mute = await connectInMemory(port, { era });
    expect((await callTool(mute, 'generate_image', order)).isError).toBe(false);
    expect(world.questions).toHaveLength(1);
    expect(world.questions[0]?.client).toBe('A test client');
    const other = await connectInMemory(port, { era, answer: yes });
    expect((await callTool(other, 'generate_image', { ...order, prompt: 'A cat' })).isError).toBe(false);
    expect(world.questions).toHaveLength(1);
    // Beyond the budget a client has no say.
    world.rules = { ...asking, dailyBudget: 2 };
    world.answer = () => false;
    const { text } = await callTool(other, 'generate_image', { ...order, prompt: 'A dog' });
    expect(text).toContain('budget_exceeded');
    expect(world.questions).toHaveLength(2);
    expect(harness.ledger.count()).toBe(2);
    await Promise.all([mute.close(), other.close()]);
  });

  it('gives pictures only when an answer has them', async () => {
    await using harness = await startJobs();
    const bytes = new Uint8Array([1, 2, 3]);
    const call = () => Promise.resolve({ text: 'done', previews: [{ mediaType: 'image/jpeg', bytes }] });
    const { port } = await portOf(harness, {}, { call });
    const client = await connectInMemory(port, { era });
    const { result } = await callTool(client, 'check_task', { task_ids: ['x'] });
    expect(result.content).toEqual([
      { type: 'text', text: 'done' },
      { type: 'image', data: 'AQID', mimeType: 'image/jpeg' },
    ]);
    expect(result.structuredContent).toEqual({ message: 'done' });
    await client.close();
  });

  it('says nothing of an error that nobody expected', async () => {
    await using harness = await startJobs();
    const call = () => Promise.reject(new Error('/home/me/secret is gone'));
    const { port } = await portOf(harness, {}, { call });
    const client = await connectInMemory(port, { era });
    const { text, isError } = await callTool(client, 'get_credits');
    expect(isError).toBe(true);
    expect(text).toMatch(/^unavailable: something went wrong/);
    expect(text).not.toContain('/home/me');
    await client.close();
  });

  it.each(['cancels', 'loses patience', 'has gone'] as const)(
    'lets go of a call at once when its client %s, and the job goes on to its file',
    async how => {
      await using harness = await startJobs();
      const { port } = await portOf(harness);
      const outcomes: Promise<string>[] = [];
      const call: McpPort['call'] = (tool, input, caller, signal) => {
        const answer = port.call(tool, input, caller, signal);
        outcomes.push(
          answer.then(
            () => 'answered',
            () => (signal.aborted ? 'let go' : 'failed'),
          ),
        );
        return answer;
      };
      const client = await connectInMemory({ ...port, call }, { era });
      const abort = new AbortController();
      const made = new Promise<void>(resolve => {
        harness.ledger.onDidChange(() => resolve());
      });
      const waiting = (timeout?: number) =>
        expect(
          client.callTool(
            { name: 'generate_image', arguments: { prompt: 'A fox', model: 'z-image' } },
            { signal: abort.signal, ...(timeout !== undefined && { timeout }) },
          ),
        ).rejects.toThrow();
      if (how === 'loses patience') {
        do await waiting(100);
        while (harness.ledger.count() === 0);
      } else {
        const call1 = waiting();
        await made;
        if (how === 'cancels') abort.abort();
        else await client.close();
        await call1;
      }
      // The clock stands still: whatever waits for it waits for ever.
      expect(await outcomes.at(-1)).toBe('let go');
      await harness.settled();
      const [task] = harness.ledger.tasks({ limit: 5 });
      const [result] = task ? resultFiles(task) : [];
      expect(result && existsSync(harness.library.pathOf(result.file))).toBe(true);
      expect(harness.sandbox.control.charges()).toHaveLength(1);
      await client.close();
    },
  );

  it('waits as long as a client does that does not listen, and longer for one that does', async () => {
    await using harness = await startJobs();
    const waits: (number | undefined)[] = [];
    const call: McpPort['call'] = (_tool, _input, caller) => {
      waits.push(caller.longestWait);
      return Promise.resolve({ text: 'done' });
    };
    const { port } = await portOf(harness, {}, { call });
    const client = await connectInMemory(port, { era });
    await callTool(client, 'get_credits');
    await client.callTool({ name: 'get_credits' }, { onprogress: () => undefined });
    expect(waits).toEqual([45, 300]);
    await client.close();
  });
});

it('an answer that comes too late is asked for again', async () => {
  await using harness = await startJobs();
  const { port, world } = await portOf(harness, { ask: undefined });
  world.rules = asking;
  const client = await connectInMemory(port, { era: '2026', answer: yes });
  const call = async (more: object): Promise<{ resultType?: string; requestState?: string }> =>
    (await client.callTool(
      { name: 'generate_image', arguments: order, ...more },
      {
        allowInputRequired: true,
      },
    )) as { resultType?: string; requestState?: string };
  const { requestState } = await call({});
  harness.clock.advance(10 * 60_000);
  const inputResponses = { allow: { action: 'accept', content: { allow: true } } };
  expect((await call({ requestState, inputResponses })).resultType).toBe('input_required');
  expect(harness.ledger.count()).toBe(0);
  await client.close();
});

it('progress is told at the start, at each change, and every five seconds', () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const progress = progressOf((number, message) => told.push(`${number} ${message}`), clock);
  progress.say('queued');
  progress.say('queued');
  clock.advance(4_999);
  expect(told).toEqual(['1 started', '2 queued']);
  clock.advance(1);
  progress.say('processing');
  clock.advance(5_000);
  expect(told).toEqual(['1 started', '2 queued', '3 queued', '4 processing', '5 processing']);
  progress[Symbol.dispose]();
  clock.advance(60_000);
  expect(told).toHaveLength(5);
});

it('the instructions are short', () => {
  expect(instructions.length).toBeLessThanOrEqual(500);
});

it.each(clientNames)(
  'what is pasted into %s starts the program with its parameters, and holds no key',
  client => {
    const start = {
      program: '/opt/my node/node',
      parameters: ["/opt/it's/rivya-mcp.cjs", '--root', '/home/me/a b'],
    };
    const { text, language } = clientConfig(client, start);
    expect(text).not.toMatch(/npx|KEY/);
    const found =
      language === 'json'
        ? Object.values(
            JSON.parse(text) as Record<string, Record<string, { command: string; args: string[] }>>,
          )[0]?.['rivya']
        : undefined;
    if (found) expect({ program: found.command, parameters: found.args }).toEqual(start);
    if (language === 'toml') {
      expect(text).toContain('command = "/opt/my node/node"');
      expect(text).toContain('args = ["/opt/it\'s/rivya-mcp.cjs", "--root", "/home/me/a b"]');
    }
    if (language === 'shell') {
      expect(text).toBe(
        "claude mcp add rivya --scope user -- '/opt/my node/node' '/opt/it'\\''s/rivya-mcp.cjs' --root '/home/me/a b'",
      );
    }
  },
);

it('what docs/agents.md shows for three programs is what they are given', () => {
  const shim = '/home/me/.config/Code/User/globalStorage/rivya.rivya/rivya-mcp.cjs';
  const start = { program: '/usr/bin/node', parameters: [shim] };
  const bare = (text: string): string => text.replace(/\s+/g, '');
  const page = bare(readFileSync('docs/agents.md', 'utf8'));
  for (const client of ['claude-code', 'codex', 'cursor'] as const)
    expect(page).toContain(bare(clientConfig(client, start).text));
});

/** What happens in a run. */
type Step =
  | {
      readonly type: 'order';
      readonly wish: number;
      readonly era: Era;
      readonly end: 'stays' | 'cancels' | 'dies';
    }
  | { readonly type: 'turn'; readonly looks: number }
  | { readonly type: 'loseAnswer' | 'failJob' | 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('order' as const),
      wish: fc.nat({ max: 3 }),
      era: fc.constantFrom(...eras),
      end: fc.constantFrom('stays' as const, 'cancels' as const, 'dies' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('turn' as const), looks: fc.nat({ max: 6 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('loseAnswer' as const, 'failJob' as const, 'restart' as const),
    }),
  },
);

it(
  'whatever clients of both eras repeat, cancel or lose, a wish is charged once and the budget holds',
  { timeout: 1_800_000 },
  async () => {
    let made = 0;
    const budget = 3;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async steps => {
        await using harness = await startJobs({ credits: 1_000, taskDurationMs: 2_000 });
        const start = harness.clock.now();
        let running: Pick<typeof harness, 'ledger' | 'runner'> = harness;
        let windows = 0;
        const open = async () => {
          const { port, world } = await portOf(harness, { ask: undefined }, {}, running);
          world.rules = { ...asking, dailyBudget: budget };
          return port;
        };
        let port = await open();
        const calls: Promise<unknown>[] = [];
        const clients: { close(): Promise<void> }[] = [];
        for (const each of steps) {
          switch (each.type) {
            case 'order': {
              const client = await connectInMemory(port, { era: each.era, answer: yes });
              clients.push(client);
              const abort = new AbortController();
              const input = { prompt: `Wish ${each.wish}`, model: 'z-image' };
              calls.push(
                client
                  .callTool({ name: 'generate_image', arguments: input }, { signal: abort.signal })
                  .catch(() => undefined),
              );
              await new Promise(resolve => setTimeout(resolve, 0));
              if (each.end === 'cancels') abort.abort();
              if (each.end === 'dies') await client.close();
              break;
            }
            case 'turn':
              for (let look = 0; look < each.looks; look++) {
                await running.runner.idle();
                harness.clock.advanceToNext();
              }
              break;
            case 'loseAnswer':
              harness.sandbox.control.addFault({
                method: 'POST',
                path: '/generations',
                times: 1,
                action: { type: 'dropAfter' },
              });
              break;
            case 'failJob':
              harness.sandbox.control.failNextGeneration();
              break;
            case 'restart':
              running.runner.dispose();
              running = harness.window(`window-${windows++}`);
              port = await open();
              break;
          }
          expect(running.ledger.agents.spent(harness.sandbox.url, start - 1)).toBeLessThanOrEqual(budget);
        }
        let areAnswered = false;
        const answered = Promise.all(calls).then(() => (areAnswered = true));
        // Questions and answers take their own time, and jobs that of the clock.
        const isOver = () => areAnswered && running.ledger.runningCount() === 0;
        while (!isOver()) {
          running.runner.poke();
          await new Promise(resolve => setImmediate(resolve));
          await running.runner.idle();
          harness.clock.advanceToNext();
        }
        await answered;
        await Promise.all(clients.map(client => client.close()));
        const tasks = running.ledger.tasks({ limit: 100 });
        expect(harness.sandbox.control.charges().length).toBe(tasks.length);
        for (const prompt of new Set(tasks.map(task => task.prompt)))
          expect(
            tasks.filter(task => task.prompt === prompt && task.state !== 'failed').length,
            prompt,
          ).toBeLessThanOrEqual(1);
        made += tasks.length;
      }),
      { numRuns: propertyRuns(15, 1_000) },
    );
    // Else nothing was tried.
    expect(made).toBeGreaterThan(10);
  },
);
