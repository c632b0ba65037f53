import { beforeEach, expect, it, vi } from 'vitest';
import { silentLog } from '../../../../src/base/log.ts';
import { AgentBudget } from '../../../../src/vscode/agents/agentBudget.ts';
import type { GenerateServices } from '../../../../src/vscode/generate/generateServices.ts';
import { resetSettings, setSetting } from '../../../support/vscodeStandIn.ts';

const editor = vi.hoisted((): { questions: string[]; answer: string | undefined; updates: unknown[][] } => ({
  questions: [],
  answer: undefined,
  updates: [],
}));

vi.mock('vscode', async importOriginal => {
  const original = await importOriginal<{ workspace: { getConfiguration: (section: string) => object } }>();
  return {
    ...original,
    ConfigurationTarget: { Global: 1 },
    workspace: {
      ...original.workspace,
      isTrusted: true,
      getConfiguration: (section: string) => ({
        ...original.workspace.getConfiguration(section),
        update: (...values: unknown[]) => {
          editor.updates.push(values);
          return Promise.resolve();
        },
      }),
    },
    window: {
      showWarningMessage: (text: string, ...items: { title: string }[]) => {
        editor.questions.push(text);
        return Promise.resolve(items.find(({ title }) => title === editor.answer));
      },
    },
  };
});

const origin = 'https://rivya.ai';

/** A window; the state outlives it. */
function budgetOf(state: Map<string, unknown>): AgentBudget {
  const services = {
    log: silentLog,
    context: {
      globalState: {
        get: (key: string, preset: unknown) => state.get(key) ?? preset,
        update: (key: string, value: unknown) => Promise.resolve(state.set(key, value)),
      },
    },
    server: { origin, isSandbox: false },
    ledger: { books: { spent: () => 7, planned: () => 2 } },
    chats: () => Promise.resolve({ spent: () => 4 }),
    spentElsewhere: () => 1,
  };
  return new AgentBudget(services as unknown as GenerateServices);
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

beforeEach(() => {
  resetSettings();
  editor.questions.length = 0;
  editor.updates.length = 0;
  editor.answer = undefined;
});

it('is 50 credits, or less where somebody has set that', () => {
  const budget = budgetOf(new Map());
  expect(budget.dailyBudget()).toBe(50);
  setSetting('rivya.agents.dailyBudget', 0);
  expect(budget.dailyBudget()).toBe(0);
  setSetting('rivya.agents.dailyBudget', -1);
  expect(budget.dailyBudget()).toBe(50);
  setSetting('rivya.agents.dailyBudget', 'unlimited');
  expect(budget.dailyBudget()).toBe(50);
  expect(editor.questions).toEqual([]);
});

it('is more only once a person has confirmed it in a window, which is asked once', async () => {
  const state = new Map<string, unknown>();
  const budget = budgetOf(state);
  setSetting('rivya.agents.dailyBudget', 500);
  expect(budget.dailyBudget()).toBe(50);
  expect(budget.dailyBudget()).toBe(50);
  await turn();
  expect(editor.questions).toEqual([
    'The daily budget for agents is now 500 credits (rivya.agents.dailyBudget). Until you confirm it, 50 credits apply.',
  ]);
  // Left without an answer; another window asks again.
  expect(budget.dailyBudget()).toBe(50);
  editor.answer = 'Keep';
  const other = budgetOf(state);
  expect(other.dailyBudget()).toBe(50);
  await turn();
  expect(other.dailyBudget()).toBe(500);
  expect(budget.dailyBudget()).toBe(500);
  // What goes beyond that is another question.
  editor.answer = undefined;
  setSetting('rivya.agents.dailyBudget', 1_000);
  expect(budget.dailyBudget()).toBe(500);
  await turn();
  expect(editor.questions).toHaveLength(3);
});

it('that was lowered is confirmed again when it is raised', async () => {
  const state = new Map<string, unknown>();
  const budget = budgetOf(state);
  editor.answer = 'Keep';
  setSetting('rivya.agents.dailyBudget', 500);
  budget.dailyBudget();
  await turn();
  expect(budget.dailyBudget()).toBe(500);
  setSetting('rivya.agents.dailyBudget', 20);
  expect(budget.dailyBudget()).toBe(20);
  await turn();
  editor.answer = undefined;
  setSetting('rivya.agents.dailyBudget', 500);
  expect(budgetOf(state).dailyBudget()).toBe(50);
});

it('goes back to 50 when the person wants that', async () => {
  editor.answer = 'Back to 50';
  setSetting('rivya.agents.dailyBudget', 500);
  const budget = budgetOf(new Map());
  expect(budget.dailyBudget()).toBe(50);
  await turn();
  expect(editor.updates).toEqual([['agents.dailyBudget', 50, 1]]);
});

it('stands beside the limits of the person, of which the stricter count', async () => {
  const budget = budgetOf(new Map());
  expect(await budget.rules(origin)).toEqual({
    confirmAbove: 0,
    dailyBudget: 50,
    dailyLimit: undefined,
    spentElsewhere: 0,
  });
  setSetting('rivya.agents.confirmAbove', 30);
  setSetting('rivya.credits.dailyLimit', 100);
  expect(await budget.rules(origin)).toEqual({
    confirmAbove: 20,
    dailyBudget: 50,
    dailyLimit: 100,
    // By chats, and on other machines.
    spentElsewhere: 5,
  });
  setSetting('rivya.credits.confirmAbove', 10);
  expect((await budget.rules(origin)).confirmAbove).toBe(10);
});
