import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { agentGate, type AgentRules } from '../../../../src/core/agents/agentGate.ts';
import { orderName } from '../../../../src/core/agents/wish.ts';
import type { AgentAnswer, AgentOrder } from '../../../../src/core/tasks/agentJobs.ts';
import { DamagedSource } from '../../../../src/core/storage/damagedSource.ts';
import { Database } from '../../../../src/core/storage/database.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { rescue } from '../../../../src/core/tasks/rescue.ts';
import { migrations } from '../../../../src/core/tasks/schema.ts';
import { newTask, noon, nowhere, temporaryFolder } from '../../../support/tasks.ts';

const rules: AgentRules = { confirmAbove: 0, dailyBudget: 50, dailyLimit: undefined, spentElsewhere: 0 };

function order(prompt: string, credits = 3): AgentOrder {
  return {
    origin: 'https://rivya.ai',
    door: 'test',
    client: 'A test',
    tool: 'generate_image',
    orderId: randomUUID(),
    wish: orderName([prompt], false),
    isAgain: false,
    jobs: [{ task: newTask({ prompt }), placement: nowhere, wish: prompt, estimate: credits }],
  };
}

function make(ledger: Ledger, wanted: AgentOrder, answer: AgentAnswer | undefined, now = noon): string {
  const credits = wanted.jobs[0]?.estimate;
  const outcome = ledger.agents.create(wanted, answer, { now, dayStart: noon }, facts =>
    agentGate(
      {
        ...facts,
        estimate: { jobs: 1, certainty: 'certain', credits, worst: credits },
        isShownByHost: false,
      },
      rules,
    ),
  );
  return outcome.type;
}

it.each<[string, (nonce: string) => Partial<AgentAnswer>]>([
  ['no', () => ({ allow: false })],
  ['nothing', () => ({ allow: undefined })],
  ['an empty object', () => ({ allow: {} })],
  ['a word', () => ({ allow: 'true' })],
  ['a number', () => ({ allow: 1 })],
  ['a list', () => ({ allow: [true] })],
  ['a yes to a question that nobody asked', () => ({ nonce: 'forged' })],
  ['a yes to a question without a name', () => ({ nonce: '' })],
  ['a yes to part of a name', nonce => ({ nonce: nonce.slice(0, -1) })],
])('%s is no consent', (_, change) => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  for (const by of ['client', 'window'] as const) {
    const wanted = order('A fox');
    const nonce = ledger.agents.ask(wanted.wish, 3, noon);
    expect(make(ledger, wanted, { nonce, allow: true, by, ...change(nonce) })).toBe('refused');
  }
  expect(ledger.count()).toBe(0);
  expect(ledger.agents.spent('https://rivya.ai', noon)).toBe(0);
  ledger.dispose();
});

it.each(['client', 'window'] as const)(
  'a yes given in a %s counts for that order alone, at its price, in time, and once',
  by => {
    using folder = temporaryFolder();
    const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
    const wanted = order('A fox');
    const ask = (): AgentAnswer => ({ nonce: ledger.agents.ask(wanted.wish, 3, noon), allow: true, by });
    expect(make(ledger, order('A cat'), ask())).toBe('refused');
    expect(make(ledger, { ...order('A fox'), wish: orderName(['A fox'], true) }, ask())).toBe('refused');
    expect(make(ledger, order('A fox', 4), ask())).toBe('refused');
    expect(make(ledger, wanted, ask(), noon + 10 * 60_000)).toBe('refused');
    expect(ledger.count()).toBe(0);

    const answer = ask();
    expect(make(ledger, order('A fox', 2), answer)).toBe('made');
    ledger.update(ledger.tasks({ limit: 1 })[0]?.id ?? '', noon, task => ({ ...task, state: 'failed' }));
    expect(make(ledger, wanted, answer)).toBe('refused');
    expect(make(ledger, { ...order('A fox'), isAgain: true }, answer)).toBe('refused');
    expect(ledger.count()).toBe(1);
    ledger.dispose();
  },
);

it('a client can consent within the budget, and only a window beyond it', () => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const dear = order('A long film', 60);
  const answer = (by: AgentAnswer['by']): AgentAnswer => ({
    nonce: ledger.agents.ask(dear.wish, 60, noon),
    allow: true,
    by,
  });
  expect(make(ledger, dear, answer('client'))).toBe('refused');
  expect(make(ledger, dear, answer('window'))).toBe('made');
  expect(ledger.agents.spendings(1)).toMatchObject([{ consent: 'window', estimate: 60 }]);
  ledger.dispose();
});

it('what is spent follows each job, and stays when the job is removed from the list', () => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const spent = (): number => ledger.agents.spent('https://rivya.ai', noon);
  const wanted = order('A fox', 3);
  const yes = (): AgentAnswer => ({
    nonce: ledger.agents.ask(wanted.wish, 9, noon),
    allow: true,
    by: 'window',
  });
  make(ledger, wanted, yes());
  const id = wanted.jobs[0]?.task.id ?? '';
  expect(spent()).toBe(3);
  ledger.update(id, noon, task => ({ ...task, state: 'processing', remoteId: 'r', reservedCredits: 5 }));
  expect(spent()).toBe(5);
  ledger.update(id, noon, task => ({ ...task, state: 'stored', finalCredits: 4 }));
  expect(spent()).toBe(4);
  ledger.removeIf([{ id, mayLose: [] }], noon, () => true);
  expect(ledger.task(id)).toBeUndefined();
  expect(spent()).toBe(4);
  ledger.agents.forget(noon);
  expect(spent()).toBe(4);
  ledger.agents.forget(noon + 1);
  expect(spent()).toBe(0);
  ledger.dispose();
});

it('a damaged list gives no agent its budget back', () => {
  using folder = temporaryFolder();
  const file = folder.file('ledger.sqlite');
  const { ledger } = Ledger.open(file);
  const wanted = order('A fox', 3);
  make(ledger, wanted, { nonce: ledger.agents.ask(wanted.wish, 3, noon), allow: true, by: 'client' });
  ledger.dispose();
  const source = new DamagedSource(file);
  const into = Database.open(folder.file('new.sqlite'), migrations);
  expect(rescue(source, into)).toBe(1);
  source.dispose();
  into.dispose();
  const { ledger: fresh } = Ledger.open(folder.file('new.sqlite'));
  expect(fresh.agents.spent('https://rivya.ai', noon)).toBe(3);
  expect(fresh.agents.find('A fox', noon)?.prompt).toBe('A fox');
  fresh.dispose();
});

it('what never left is free, and what nobody knows counts as it was agreed', () => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const spent = (): number => ledger.agents.spent('https://rivya.ai', noon);
  const wanted = order('A fox', 3);
  make(ledger, wanted, { nonce: ledger.agents.ask(wanted.wish, 3, noon), allow: true, by: 'client' });
  const id = wanted.jobs[0]?.task.id ?? '';
  ledger.update(id, noon, task => ({ ...task, state: 'failed' }));
  expect(spent()).toBe(0);
  ledger.update(id, noon, task => ({ ...task, firstSentAt: noon }));
  expect(spent()).toBe(3);
  ledger.dispose();
});
