import { beforeEach, expect, it, vi } from 'vitest';
import type { AgentQuestion } from '../../../../src/core/agents/makeOrder.ts';
import { WindowQuestions } from '../../../../src/vscode/agents/windowQuestions.ts';
import { harmIn, hostileTexts } from '../../../support/hostileTexts.ts';

interface Shown {
  readonly text: string;
  readonly buttons: readonly string[];
  press(button: string | undefined): void;
}

const editor = vi.hoisted((): { shown: Shown[]; commands: unknown[][] } => ({ shown: [], commands: [] }));

vi.mock('vscode', async importOriginal => ({
  ...(await importOriginal<object>()),
  window: {
    showWarningMessage: (text: string, ...items: { title: string }[]) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const press = (button: string | undefined): void =>
        resolve(items.find(({ title }) => title === button));
      editor.shown.push({ text, buttons: items.map(({ title }) => title), press });
      return promise;
    },
    showInformationMessage: (text: string) => {
      editor.shown.push({ text, buttons: [], press: () => undefined });
      return Promise.resolve(undefined);
    },
  },
  commands: {
    executeCommand: (...values: unknown[]) => {
      editor.commands.push(values);
      return Promise.resolve();
    },
  },
}));

const question: AgentQuestion = {
  order: 'one',
  client: 'Some agent',
  kind: 'video',
  prompt: 'A red fox',
  model: 'Kling 3.0',
  estimate: { jobs: 1, certainty: 'certain', credits: 60, worst: 60 },
  spent: 12,
  budget: 50,
  reason: 'budget',
};
const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

beforeEach(() => {
  editor.shown.length = 0;
  editor.commands.length = 0;
});

it('says who wants what for how much, and what is spent; only a press on the one button allows it', async () => {
  const questions = new WindowQuestions();
  for (const [button, expected] of [
    ['Allow Once', true],
    ['Deny', false],
    ['Change Limit...', false],
    [undefined, false],
  ] as const) {
    const answer = questions.ask(question, never);
    await turn();
    const shown = editor.shown.at(-1);
    expect(shown?.text).toBe(
      'Some agent wants to generate a video with Kling 3.0. Price: 60 credits. Agents have spent 12 of 50 credits today. Prompt: "A red fox"',
    );
    expect(shown?.buttons).toEqual(['Allow Once', 'Change Limit...', 'Deny']);
    shown?.press(button);
    expect(await answer).toBe(expected);
  }
  expect(editor.commands).toEqual([['rivya.openSettings', 'agents.dailyBudget']]);
});

it('asks one at a time, and equal ones once', async () => {
  const questions = new WindowQuestions();
  const first = [questions.ask(question, never), questions.ask(question, never)];
  const second = questions.ask({ ...question, order: 'two', prompt: 'A cat' }, never);
  await turn();
  expect(editor.shown).toHaveLength(1);
  editor.shown[0]?.press('Allow Once');
  expect(await Promise.all(first)).toEqual([true, true]);
  await turn();
  expect(editor.shown.map(({ text }) => text.includes('A cat'))).toEqual([false, true]);
  editor.shown[1]?.press('Deny');
  expect(await second).toBe(false);
  const again = questions.ask(question, never);
  await turn();
  expect(editor.shown).toHaveLength(3);
  editor.shown[2]?.press('Deny');
  expect(await again).toBe(false);
});

it('takes silence for a no, says so to who answers later, and goes on with the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const questions = new WindowQuestions();
    const answer = questions.ask(question, never);
    const next = questions.ask({ ...question, order: 'two' }, never);
    await turn();
    vi.advanceTimersByTime(119_999);
    await turn();
    expect(editor.shown).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(await answer).toBe(false);
    await turn();
    expect(editor.shown).toHaveLength(2);
    editor.shown[0]?.press('Allow Once');
    await turn();
    expect(editor.shown.at(-1)?.text).toMatch(/^The request timed out/);
    editor.shown[1]?.press('Allow Once');
    expect(await next).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

it('stops waiting with the caller, and the question of others stays', async () => {
  const questions = new WindowQuestions();
  const abort = new AbortController();
  const gone = questions.ask(question, abort.signal);
  const other = questions.ask(question, never);
  await turn();
  abort.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  editor.shown[0]?.press('Allow Once');
  expect(await other).toBe(true);
});

it.each(Object.entries(hostileTexts))('shows no words of others as ours: %s', async (_name, words) => {
  const questions = new WindowQuestions();
  const answer = questions.ask({ ...question, client: words, model: words, prompt: words }, never);
  await turn();
  const [shown] = editor.shown;
  expect(harmIn(shown?.text ?? '', 2_040)).toEqual([]);
  expect(shown?.text).toContain('Agents have spent 12 of 50 credits today.');
  shown?.press('Deny');
  expect(await answer).toBe(false);
});
