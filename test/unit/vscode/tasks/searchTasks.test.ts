import { beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { Emitter } from '../../../../src/base/event.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { Library } from '../../../../src/core/assets/library.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { searchTasks } from '../../../../src/vscode/tasks/searchTasks.ts';
import { createJob, newTask, nowhere, storedFile, temporaryFolder } from '../../../support/tasks.ts';

/** A list that a test reads. */
class TestPick {
  items: readonly vscode.QuickPickItem[] = [];
  activeItems: readonly vscode.QuickPickItem[] = [];
  readonly typed = new Emitter<string>();
  readonly accepted = new Emitter<void>();
  readonly pressed = new Emitter<{ item: vscode.QuickPickItem; button: vscode.QuickInputButton }>();
  readonly hidden = new Emitter<void>();
  readonly onDidChangeValue = this.typed.event;
  readonly onDidAccept = this.accepted.event;
  readonly onDidTriggerItemButton = this.pressed.event;
  readonly onDidHide = this.hidden.event;
  show(): void {
    // It is read by the test.
  }
  hide(): void {
    this.hidden.fire();
  }
  dispose(): void {
    this.activeItems = [];
  }
}

const stage = vi.hoisted((): { pick: unknown; ran: unknown[][] } => ({ pick: undefined, ran: [] }));

vi.mock('vscode', async importOriginal => ({
  ...(await importOriginal<object>()),
  window: { createQuickPick: () => stage.pick },
  commands: { executeCommand: (...values: unknown[]) => Promise.resolve(void stage.ran.push(values)) },
}));

let pick: TestPick;

beforeEach(() => {
  stage.ran = [];
});

const words = (): string[] => pick.items.map(({ label, description = '' }) => `${label} | ${description}`);

it('finds tasks as they are shown, says when there is none, and does what is likeliest', async () => {
  using folder = temporaryFolder();
  const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
  const now = Date.now();
  const results = [
    { index: 0, url: 'https://media.example/0', state: 'stored', failures: 0, file: storedFile() },
  ] as const;
  const clip = createJob(
    ledger,
    newTask({ prompt: 'A long clip', kind: 'video', model: 'kling-3-0' }),
    nowhere,
    now - 2,
  );
  const fox = createJob(ledger, newTask({ prompt: 'A red fox' }), nowhere, now - 1);
  ledger.update(fox.id, now, task => ({ ...task, state: 'placed', results, finalCredits: 1, remoteId: 't' }));
  ledger.lists.setFavourite([fox.id], true);
  const open = (): Promise<void> => {
    stage.pick = pick = new TestPick();
    return searchTasks({
      ledger,
      library: new Library(folder.file('library')),
      catalogue: {
        kept: () => Promise.resolve([{ id: 'kling-3-0', display_name: 'Kling 3.0' }] as never),
      },
      server: { origin: 'https://rivya.ai' },
      log: silentLog,
    });
  };
  await open();
  // As in the view: the age first, no word for what is well, and the name of the model.
  expect(words()).toEqual([
    '★ A red fox | now · 1 credit · z-image',
    'A long clip | now · ready to send · Kling 3.0',
  ]);
  pick.typed.fire('kling 3.0');
  expect(words()).toHaveLength(1);
  const [item] = pick.items;
  const button = item?.buttons?.find(({ tooltip }) => tooltip === 'Edit and Generate...');
  if (!item || !button) throw new Error('It cannot be edited.');
  pick.pressed.fire({ item, button });
  await open();
  pick.typed.fire('nowhere');
  expect(words()).toEqual(['No matching tasks | ']);
  pick.activeItems = pick.items;
  pick.accepted.fire();
  pick.typed.fire('fox');
  pick.activeItems = pick.items;
  pick.accepted.fire();
  expect(stage.ran).toEqual([
    ['rivya.task.edit', clip.id],
    ['rivya.task.open', fox.id],
  ]);
  ledger.dispose();
});
