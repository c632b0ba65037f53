import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AgentProblem } from '../../../../src/core/agents/problems.ts';
import { someAgent, agentWorld, generous, type AgentWorld } from '../../../support/agentWorld.ts';
import { modelOf } from '../../../support/sandboxCatalogue.ts';
import { startJobs, type JobHarness } from '../../../support/jobHarness.ts';
import type { ToolName } from '../../../../src/core/agents/toolSchemas.ts';

const never = new AbortController().signal;

/** Files, hashes and questions come without the clock. */
async function flushed(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await new Promise(resolve => setImmediate(resolve));
}

/** Calls, and turns the clock until there is an answer. */
async function call(
  harness: JobHarness,
  { agents }: AgentWorld,
  tool: ToolName,
  input: unknown,
  shown?: number,
): Promise<string> {
  let answer: string | undefined;
  let problem: unknown;
  const done = agents.call(tool, input, { ...someAgent, shown }, never).then(
    ({ text }) => (answer = text),
    (error: unknown) => (problem = error),
  );
  for (;;) {
    await flushed();
    if (answer !== undefined || problem !== undefined) break;
    await harness.runner.idle();
    harness.clock.advanceToNext();
  }
  await done;
  // A request that is still under way would run out of time with the next turn of the clock, and go again.
  await harness.runner.idle();
  if (problem instanceof AgentProblem) return problem.message;
  if (problem !== undefined) throw new Error('The call failed.', { cause: problem });
  return answer ?? '';
}

function creates({ sandbox }: JobHarness): number {
  return sandbox.control
    .requests()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/generations')).length;
}

describe('an order of an agent', () => {
  it('becomes a file, and the answer says where it is, what it cost, and what is left', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const text = await call(harness, world, 'generate_image', { prompt: 'A red fox', model: 'z-image' });
    const [task] = harness.ledger.tasks({ limit: 5 });
    expect(text.split('\n')).toEqual([
      'done: 1 of 1',
      expect.stringMatching(
        /^file: .+\.\w+ in the library, not in the workspace \(image\/\w+, \d+ x \d+, .+B\)$/,
      ),
      `task: ${task?.id}  model: z-image  charged: ${task?.finalCredits} credits`,
      `agents today: ${task?.finalCredits} of 1000 credits`,
      expect.stringMatching(/^files_unavailable: what is in the library is paid and kept\./),
    ]);
    expect(task?.finalCredits).toBeGreaterThan(0);
    expect(harness.ledger.agents.spendings(5)).toMatchObject([
      { taskId: task?.id, final: task?.finalCredits, client: 'A test', door: 'test', tool: 'generate_image' },
    ]);
  });

  it('is the job that exists when it is the same, however it is written, and costs nothing', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    await call(harness, world, 'generate_image', { prompt: 'A café', model: 'z-image' });
    const again = await call(harness, world, 'generate_image', {
      prompt: '  A cafe\u0301\n',
      model: 'z-image',
      wait_seconds: 5,
    });
    expect(again).toContain('This order exists already; nothing was charged');
    expect(creates(harness)).toBe(1);
    expect(harness.ledger.count()).toBe(1);
    await call(harness, world, 'generate_image', { prompt: 'A café', model: 'z-image', again: true });
    await call(harness, world, 'generate_image', { prompt: 'A cafe', model: 'z-image' });
    expect(creates(harness)).toBe(3);
  });

  it('is a new one ten minutes after the first was there, and at once when that failed', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const order = { prompt: 'A red fox', model: 'z-image' };
    harness.sandbox.control.failNextGeneration();
    const failed = await call(harness, world, 'generate_image', order);
    expect(failed).toContain('state: failed');
    expect(failed).toContain('Rivya says: "The generation failed."');
    await call(harness, world, 'generate_image', order);
    expect(creates(harness)).toBe(2);
    harness.clock.advance(9 * 60_000);
    await call(harness, world, 'generate_image', order);
    expect(creates(harness)).toBe(2);
    harness.clock.advance(2 * 60_000);
    await call(harness, world, 'generate_image', order);
    expect(creates(harness)).toBe(3);
  });

  it('of four when one exists makes the other three', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    await call(harness, world, 'generate_image', { prompt: 'A fox', model: 'z-image' });
    const text = await call(harness, world, 'generate_image', {
      prompt: 'A fox',
      model: 'z-image',
      count: 4,
    });
    expect(text).toContain('done: 4 of 4');
    expect(text).toContain('1 of these exists already');
    expect(creates(harness)).toBe(4);
  });

  it('that meets itself is made once', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const order = { prompt: 'A red fox', model: 'z-image', wait_seconds: 0 };
    const all = await Promise.all(
      Array.from({ length: 8 }, () => world.agents.call('generate_image', order, someAgent, never)),
    );
    expect(all.filter(({ text }) => text.includes('exists already'))).toHaveLength(7);
    await harness.settled();
    expect(creates(harness)).toBe(1);
  });

  it('goes on when nobody waits for it any more, and is found again', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const abort = new AbortController();
    const order = { prompt: 'A red fox', model: 'z-image' };
    const call1 = world.agents.call('generate_image', order, someAgent, abort.signal);
    const ended = expect(call1).rejects.toThrow('The caller is gone.');
    await flushed();
    expect(harness.ledger.count()).toBe(1);
    abort.abort(new Error('The caller is gone.'));
    await ended;
    await harness.settled();
    expect(await call(harness, world, 'generate_image', order)).toContain('done: 1 of 1');
    expect(creates(harness)).toBe(1);
  });

  it('sends no parameter that was not asked for, and reads those that were', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const plain = { prompt: 'A red fox', model: 'nano-banana', wait_seconds: 0 };
    await call(harness, world, 'generate_image', plain);
    const [first] = harness.ledger.tasks({ limit: 1 });
    const required = JSON.parse(first?.body ?? '{}') as { params?: object };
    const field = (await call(harness, world, 'list_models', { model: 'nano-banana' }))
      .split('\n')
      .find(line => line.includes('one of "'));
    const [, key = '', value = ''] = /^params\.(\S+): one of "([^"]*)"/.exec(field ?? '') ?? [];
    await call(harness, world, 'generate_image', { ...plain, params: { [key]: value.toUpperCase() } });
    const [second] = harness.ledger.tasks({ limit: 1 });
    const sent = JSON.parse(second?.body ?? '{}') as { params: object };
    expect(sent.params).toEqual({ ...required.params, [key]: value });
    expect(await call(harness, world, 'generate_image', { ...plain, params: { [key]: 'nothing' } })).toMatch(
      new RegExp(`^invalid_input: params."${key}" must be one of "`),
    );
    expect(await call(harness, world, 'generate_image', { ...plain, params: { budget: '1' } })).toContain(
      'params."budget" is no parameter of nano-banana; it has ',
    );
  });

  it("takes the user's model, else the cheapest, and says so", async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const text = await call(harness, world, 'generate_image', { prompt: 'A red fox', wait_seconds: 0 });
    const [task] = harness.ledger.tasks({ limit: 1 });
    const prices = world.models.flatMap(({ category, base_credits: price }) =>
      category === 'image' && price !== null ? [price] : [],
    );
    expect(modelOf(world.models, task?.model ?? '').base_credits).toBe(Math.min(...prices));
    expect(text).toContain(`model ${task?.model} was chosen because it is the cheapest`);
    world.defaultModel = 'nano-banana';
    const own = await call(harness, world, 'generate_image', { prompt: 'A blue fox', wait_seconds: 0 });
    expect(own).toContain('model: nano-banana');
    expect(own).not.toContain('was chosen');
  });

  it('is refused with what would be right, and nothing is sent', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const image = (input: object): Promise<string> =>
      call(harness, world, 'generate_image', { prompt: 'A fox', ...input });
    expect(await image({ model: 'z-imagee' })).toMatch(/^model_unknown: .*Near: z-image \(\d+ credits\), /);
    const video = world.models.find(({ category }) => category === 'video')?.id;
    expect(await image({ model: video })).toMatch(/^model_unusable: .*another kind of media.* Usable: /);
    expect(await image({ model: 'z-image', references: ['a.png'] })).toMatch(
      /^(?:reference_refused|model_unusable)/,
    );
    expect(await image({ references: ['a.txt'] })).toMatch(/^reference_refused/);
    expect(harness.ledger.count()).toBe(0);
    expect(world.uploads).toEqual([]);
  });
});

describe('what limits agents', () => {
  it('stops them when the budget is used up, whatever their host has confirmed', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const price = modelOf(world.models, 'nano-banana').base_credits ?? 0;
    world.rules = { ...generous, confirmAbove: 0, dailyBudget: 50 };
    let last = '';
    let orders = 0;
    for (; !last.startsWith('budget_exceeded') && orders < 60; orders++) {
      // Not faster than the other limit allows.
      harness.clock.advance(60_000);
      const order = { prompt: `Fox ${orders}`, model: 'nano-banana', wait_seconds: 0 };
      last = await call(harness, world, 'generate_image', order, 1_000);
    }
    expect(orders - 1).toBe(Math.floor(50 / price));
    expect(last).toContain('charged: no. next: stop ordering and tell the user');
    expect(last).not.toMatch(/again: true|cheaper|other model/);
    expect(world.questions).toMatchObject([{ reason: 'budget', budget: 50 }]);
    await harness.settled();
    expect(creates(harness)).toBe(orders - 1);
    harness.clock.advance(24 * 60 * 60_000);
    const fresh = { prompt: 'Tomorrow', model: 'nano-banana', wait_seconds: 0 };
    expect(await call(harness, world, 'generate_image', fresh, 1_000)).toContain('Not done yet');
  });

  it('asks a person about each order after twenty in ten minutes', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const order = (name: string): Promise<string> =>
      call(harness, world, 'generate_image', { prompt: name, model: 'z-image', wait_seconds: 0 });
    for (let index = 0; index < 20; index++) await order(`Fox ${index}`);
    expect(world.questions).toEqual([]);
    expect(await order('One more')).toMatch(/^too_many_orders/);
    world.answer = () => true;
    expect(await order('One more')).toContain('Not done yet');
    expect(world.questions.map(({ reason }) => reason)).toEqual(['orders', 'orders']);
    harness.clock.advance(10 * 60_000);
    await order('Later');
    expect(world.questions).toHaveLength(2);
  });

  it('stops them for ten minutes when the account is empty, without asking Rivya again', async () => {
    await using harness = await startJobs({ credits: 0 });
    const world = await agentWorld(harness);
    const order = (name: string): Promise<string> =>
      call(harness, world, 'generate_image', { prompt: name, model: 'z-image' });
    expect(await order('One')).toContain('state: failed');
    expect(await order('Two')).toMatch(/^insufficient_credits: .* Do not retry\.$/);
    expect(creates(harness)).toBe(1);
    harness.sandbox.control.setCredits(100);
    harness.ledger.agents.balanceRose(harness.sandbox.url);
    expect(await order('Three')).toContain('done: 1 of 1');
  });

  it('stops them when a person says so, until the day ends or they may go on', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const order = (name: string): Promise<string> =>
      call(harness, world, 'generate_image', { prompt: name, model: 'z-image', wait_seconds: 0 });
    await order('One');
    world.answer = () => true;
    harness.ledger.agents.stopAll(harness.clock.now() + 60_000);
    expect(await order('Two')).toMatch(/^budget_exceeded: the user has stopped all agents/);
    // What exists is told all the same.
    expect(await order('One')).toContain('exists already');
    expect(world.questions).toEqual([]);
    harness.ledger.agents.goOn();
    expect(await order('Two')).toContain('Not done yet');
  });

  it('is also the limit of the person, which nobody can agree away', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    world.rules = { ...generous, dailyLimit: 5, spentElsewhere: 5 };
    world.answer = () => true;
    const text = await call(harness, world, 'generate_image', { prompt: 'A fox', model: 'z-image' });
    expect(text).toMatch(/^budget_exceeded: the user's limit for a day/);
    expect(creates(harness)).toBe(0);
  });

  it('asks before what the host has not shown, and what it has shown cheaper', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const price = modelOf(world.models, 'nano-banana').base_credits ?? 0;
    world.rules = { ...generous, confirmAbove: 0 };
    const order = { prompt: 'A fox', model: 'nano-banana', wait_seconds: 0 };
    for (const shown of [undefined, price - 1])
      expect(await call(harness, world, 'generate_image', order, shown)).toMatch(/^consent_denied/);
    expect(world.questions.map(({ reason }) => reason)).toEqual(['confirm', 'confirm']);
    expect(await call(harness, world, 'generate_image', order, price)).toContain('Not done yet');
    expect(harness.ledger.agents.spendings(1)).toMatchObject([{ consent: 'host' }]);
  });

  it('asks before an unknown price, also when the host has shown something', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    world.models = [modelOf(world.models, 'nano-banana', { base_credits: null })];
    const order = { prompt: 'A fox', model: 'nano-banana', wait_seconds: 0 };
    expect(await call(harness, world, 'generate_image', order, 1_000)).toMatch(/^price_unknown/);
    world.answer = () => true;
    expect(await call(harness, world, 'generate_image', order)).toContain('Not done yet');
  });

  it('asks again when the price has risen while somebody thought about it', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    world.rules = { ...generous, dailyBudget: 0 };
    const order = { prompt: 'A fox', model: 'nano-banana', count: 2, wait_seconds: 0 };
    world.answer = () => true;
    const made = await call(harness, world, 'generate_image', { ...order, count: 1 });
    const [one] = harness.ledger.tasks({ limit: 1 });
    expect(made).toContain('Not done yet');
    // The variation that exists fails while the question about the other stands there.
    world.answer = question => {
      const id = one?.id ?? '';
      harness.ledger.update(id, harness.clock.now(), task => ({ ...task, state: 'failed' }));
      return question.estimate.jobs > 0;
    };
    await call(harness, world, 'generate_image', order);
    expect(world.questions.map(({ estimate }) => estimate.jobs)).toEqual([1, 1, 2]);
  });
});

describe('the free tools', () => {
  it('tell of jobs, models and credits', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    await call(harness, world, 'generate_image', { prompt: 'A red fox', model: 'z-image' });
    const [task] = harness.ledger.tasks({ limit: 1 });
    expect(await call(harness, world, 'check_task', { task_ids: [task?.id] })).toContain('done: 1 of 1');
    expect(await call(harness, world, 'check_task', { task_ids: ['nothing'] })).toMatch(
      /^task_unknown: .*"nothing"/,
    );
    expect(await call(harness, world, 'find_tasks', { query: 'fox' })).toMatch(
      /^found: 1\n\S+ {2}image {2}stored /,
    );
    expect(await call(harness, world, 'find_tasks', { kind: 'video' })).toMatch(/^found: 0/);
    expect(await call(harness, world, 'list_models', { kind: 'video' })).toMatch(
      /^models: \d+ .*\n\S+ {2}video {2}/,
    );
    expect(await call(harness, world, 'get_credits', {})).toContain('agents today: ');
  });

  it('find the one of a kind behind hundreds of others, so that nobody pays for it again', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    harness.create({ kind: 'video', prompt: 'A fox that runs' });
    for (let index = 0; index < 250; index++) harness.create({ prompt: `Fox ${index}` });
    for (const query of ['', 'fox']) {
      const text = await call(harness, world, 'find_tasks', { query, kind: 'video' });
      expect(text).toMatch(/^found: 1\n\S+ {2}video .*"A fox that runs"$/);
    }
    expect(await call(harness, world, 'find_tasks', { query: 'fox', kind: 'image', limit: 20 })).toMatch(
      /^found: 20\n/,
    );
  });

  it('never order, and never ask', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    for (const tool of ['find_tasks', 'list_models', 'get_credits'] as const)
      await call(harness, world, tool, {});
    expect(creates(harness)).toBe(0);
    expect(world.questions).toEqual([]);
  });
});

describe('before a call', () => {
  it('nobody is asked over the network, and no file and no list is written', async () => {
    await using harness = await startJobs();
    const fail = (): Promise<never> => Promise.reject(new Error('Not before a call.'));
    const world = await agentWorld(harness, {
      models: fail,
      placement: fail,
      upload: fail,
      ask: fail,
      files: fail,
      made: () => expect.unreachable(),
    });
    const requests = harness.sandbox.control.requests().length;
    let changes = 0;
    harness.ledger.onDidChange(() => changes++);
    const written = (): string => {
      const names = readdirSync(harness.folder).filter(name => name.startsWith('ledger.sqlite'));
      // The index of the log in shared memory notes who reads.
      return names
        .filter(name => !name.endsWith('-shm'))
        .map(name => readFileSync(path.join(harness.folder, name)).toString('base64'))
        .join();
    };
    const before = written();
    for (const [tool, input] of [
      ['generate_image', { prompt: 'A fox', model: 'z-image', count: 4, document: 'a.md' }],
      ['generate_image', { prompt: 'A fox', model: 'nano-banana', references: ['a.png'] }],
      ['generate_video', { prompt: 'A fox that runs' }],
      ['generate_audio', { prompt: 'A fox' }],
      ['generate_image', { prompt: 'A fox', budget: 1 }],
      ['check_task', { task_ids: ['a'], show: true }],
      ['list_models', {}],
    ] as const)
      await world.agents.preview(tool, input);
    expect(harness.sandbox.control.requests()).toHaveLength(requests);
    expect(changes).toBe(0);
    expect(before.length).toBeGreaterThan(1_000);
    expect(written() === before).toBe(true);
  });

  it('its price is told, or that it exists, and nothing is written', async () => {
    await using harness = await startJobs();
    const world = await agentWorld(harness);
    const order = { prompt: 'A red fox', model: 'z-image' };
    const price = modelOf(world.models, 'z-image').base_credits;
    expect(await world.agents.preview('generate_image', { ...order, count: 2 })).toMatchObject({
      type: 'paid',
      prompt: 'A red fox',
      price: { estimate: { jobs: 2, credits: 2 * (price ?? 0) }, spent: 0, budget: 1_000 },
    });
    expect(harness.ledger.count()).toBe(0);
    await call(harness, world, 'generate_image', order);
    expect(await world.agents.preview('generate_image', order)).toEqual({ type: 'folded', kind: 'image' });
    expect(await world.agents.preview('generate_image', { ...order, again: true })).toMatchObject({
      type: 'paid',
    });
    expect(await world.agents.preview('generate_image', { ...order, confirm: true })).toEqual({
      type: 'invalid',
    });
    expect(await world.agents.preview('get_credits', {})).toEqual({ type: 'free' });
  });
});
