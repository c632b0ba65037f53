import { expect, it } from 'vitest';
import {
  creditsAnswer,
  foundAnswer,
  modelAnswer,
  modelsAnswer,
  tasksAnswer,
  type AnsweredTask,
} from '../../../../src/core/agents/answers.ts';
import { wantedBy } from '../../../../src/core/agents/resolveOrder.ts';
import { modelFields } from '../../../../src/api/resources/modelParameters.ts';
import type { Task } from '../../../../src/shared/task.ts';
import { hostileTexts } from '../../../support/hostileTexts.ts';
import { sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';
import { draft, storedFile } from '../../../support/tasks.ts';

const budget = { spent: 15, limit: 50 };
const models = await sandboxCatalogue();
const hints = { setUp: 'tell the user to set the key.', inLibrary: 'No folder is open.' };

function answered(change: Partial<Task> = {}, files = 1): AnsweredTask {
  const task = draft({ state: 'placed', remoteId: 'r', finalCredits: 3, ...change });
  return {
    task,
    isFolded: false,
    files: Array.from({ length: files }, (_, index) => ({
      path: `assets/generated/a-red-fox-that-jumps-over-${index}.png`,
      uri: `file:///w/${index}.png`,
      isInLibrary: false,
      file: storedFile({ width: 1024, height: 1024, bytes: 1_300_000 }),
      reference: `![A red fox](../assets/generated/a-red-fox-that-jumps-over-${index}.png)`,
    })),
  };
}

it('says what is done, where, how it is referred to, what it cost and what is left', () => {
  expect(tasksAnswer([answered()], budget, 'docs/guide.md', hints)).toBe(
    [
      'done: 1 of 1',
      'file: assets/generated/a-red-fox-that-jumps-over-0.png (image/png, 1024 x 1024, 1.3 MB)',
      'task: a1b2c3d4-0000-4000-8000-000000000000  model: z-image  charged: 3 credits',
      'reference for "docs/guide.md": ![A red fox](../assets/generated/a-red-fox-that-jumps-over-0.png)',
      'agents today: 15 of 50 credits',
    ].join('\n'),
  );
});

it.each<[string, Partial<Task>, string[]]>([
  [
    'one that runs',
    { state: 'processing', finalCredits: undefined, reservedCredits: 3 },
    ['done: 0 of 1', 'state: processing', 'reserved: 3 credits', 'call check_task with the same id'],
  ],
  [
    'one that has not left',
    { state: 'draft', remoteId: undefined, finalCredits: undefined },
    ['state: queued', 'charged: not yet'],
  ],
  [
    'one that failed',
    { state: 'failed', finalCredits: 0, problem: { code: 'x', message: 'Too dark.' } },
    ['state: failed', 'charged: 0 credits', 'Rivya says: "Too dark."', 'a new order and costs again'],
  ],
  [
    'one that waits for a decision',
    { state: 'submitting', hold: 'decision', remoteId: undefined, firstSentAt: 1, finalCredits: undefined },
    ['state: waits for the user', 'charged: unknown', 'the user, who decides'],
  ],
  [
    'one that waits for a key',
    { state: 'draft', hold: 'key', remoteId: undefined, finalCredits: undefined },
    ['state: waits for an API key', 'charged: no', 'not_set_up'],
  ],
])('says of %s what is so', (_, change, expected) => {
  const text = tasksAnswer([answered(change, 0)], budget, undefined, hints);
  for (const part of expected) expect(text).toContain(part);
  expect(text.includes('call check_task')).toBe(
    change.state === 'processing' || change.state === 'draft' ? change.hold === undefined : false,
  );
});

it('has at most 1.2 KB for four files, and 1.2 KB whatever it is about', () => {
  const four = [0, 1, 2, 3].map(() => answered());
  const text = tasksAnswer(four, budget, 'docs/a-guide-with-a-long-name.md', hints);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_200);
  expect(text).toContain('done: 4 of 4');
  const many = Array.from({ length: 8 }, () =>
    answered({ state: 'failed', problem: { code: 'x', message: 'ü'.repeat(5_000) } }, 4),
  );
  const cut = tasksAnswer(many, budget, 'x'.repeat(1_000), hints);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1_200);
  expect(cut).toMatch(/\(shortened; ask for less\)$/);
});

it('a list of models has at most 25 lines and 2.5 KB, one model 4 KB', () => {
  const media = models.filter(({ category }) => category !== 'chat');
  const list = modelsAnswer(media);
  expect(Buffer.byteLength(list)).toBeLessThanOrEqual(2_500);
  expect(list.split('\n').length).toBeLessThanOrEqual(25);
  expect(list).toContain(`models: ${media.length}`);
  for (const model of models) {
    const text = modelAnswer(model, modelFields(model), wantedBy);
    expect(Buffer.byteLength(text), model.id).toBeLessThanOrEqual(4_000);
  }
});

it('a list of jobs has at most 2.5 KB', () => {
  const found = Array.from({ length: 20 }, () => ({
    task: draft({ prompt: '狐'.repeat(500) }),
    path: `assets/generated/${'long-'.repeat(20)}.png`,
  }));
  expect(Buffer.byteLength(foundAnswer(found))).toBeLessThanOrEqual(2_500);
});

it.each(Object.entries(hostileTexts))('hostile words (%s) stand in quotes, on one line', (_name, hostile) => {
  const text = tasksAnswer(
    [answered({ state: 'failed', problem: { code: 'x', message: hostile } }, 0)],
    budget,
    undefined,
    hints,
  );
  const lines = text.split('\n');
  const said = lines.filter(line => line.startsWith('Rivya says: '));
  expect(said.length).toBeLessThanOrEqual(1);
  for (const line of said) expect(line).toMatch(/^Rivya says: "[^"]*"$/);
  expect(lines.length).toBeLessThanOrEqual(6);
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
  const list = foundAnswer([{ task: draft({ prompt: hostile }), path: undefined }]);
  expect(list.split('\n')).toHaveLength(2);
});

it.each(Object.entries(hostileTexts))(
  'hostile names of models and parameters (%s) stay on one line',
  (_name, words) => {
    const [model] = models;
    if (!model) throw new Error('There is no model.');
    const named = { ...model, id: words, display_name: words };
    expect(modelsAnswer([named]).split('\n')).toHaveLength(2);
    const fields = modelFields({
      params: [{ key: words, type: 'select', options: [words], default: words, required: true }],
    });
    const lines = modelAnswer(named, fields, wantedBy).split('\n');
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(tasksAnswer([answered({ model: words })], budget, undefined, hints).split('\n')).toHaveLength(4);
    expect(lines.join('')).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|\p{Cc}/u);
  },
);

it('tells of credits', () => {
  expect(creditsAnswer(88, budget, 0, true)).toBe(
    'balance: 88 credits\nagents today: 15 of 50 credits\nasked for above: 0 credits\nThis is the sandbox: nothing costs money.',
  );
  expect(creditsAnswer(undefined, budget, 0, false)).toContain('balance: unknown');
});
