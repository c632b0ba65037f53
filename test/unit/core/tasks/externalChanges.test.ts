import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../../src/base/log.ts';
import { ExternalChanges } from '../../../../src/core/tasks/externalChanges.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { createTask, noon, temporaryFolder } from '../../../support/tasks.ts';

interface Windows extends Disposable {
  readonly clock: ManualClock;
  readonly here: Ledger;
  readonly elsewhere: Ledger;
  readonly changes: ExternalChanges;
  /** How often this window was told of a change. */
  readonly told: () => number;
}

function twoWindows(): Windows {
  const folder = temporaryFolder();
  const path = folder.file('ledger.sqlite');
  const [here, elsewhere] = [Ledger.open(path).ledger, Ledger.open(path).ledger];
  const clock = new ManualClock();
  const changes = new ExternalChanges({ ledger: here, clock, log: silentLog });
  let told = 0;
  here.onDidChange(() => told++);
  return {
    clock,
    here,
    elsewhere,
    changes,
    told: () => told,
    [Symbol.dispose]: () => {
      for (const each of [changes, here, elsewhere]) each.dispose();
      folder[Symbol.dispose]();
    },
  };
}

describe('what other windows write', () => {
  it('is looked for by no timer while there is nothing to wait for', () => {
    using windows = twoWindows();
    expect(windows.clock.advanceToNext()).toBe(false);
    createTask(windows.elsewhere, noon);
    expect(windows.clock.advanceToNext()).toBe(false);
  });

  it('is noticed when the window gets the focus, and from then on while jobs run', () => {
    using windows = twoWindows();
    const { id } = createTask(windows.elsewhere, noon);
    windows.changes.check();
    expect(windows.told()).toBe(1);
    windows.elsewhere.update(id, noon, task => ({ ...task, state: 'processing' }));
    windows.clock.advance(1_000);
    expect(windows.told()).toBe(2);
    windows.elsewhere.update(id, noon, task => ({ ...task, state: 'failed', dueAt: undefined }));
    windows.clock.advance(1_000);
    expect(windows.told()).toBe(3);
    expect(windows.clock.advanceToNext()).toBe(false);
  });

  it('is noticed while a job of this window runs, but not while one only waits for the user', () => {
    using windows = twoWindows();
    const { id } = createTask(windows.here, noon);
    const before = windows.told();
    createTask(windows.elsewhere, noon);
    windows.clock.advance(1_000);
    expect(windows.told()).toBe(before + 1);
    for (const task of windows.here.tasks({ limit: 9 }))
      windows.here.update(task.id, noon, each => ({ ...each, hold: 'decision' }));
    expect(windows.here.task(id)?.hold).toBe('decision');
    expect(windows.clock.advanceToNext()).toBe(false);
  });

  it('is noticed while the list is visible', () => {
    using windows = twoWindows();
    windows.changes.setListVisible(true);
    for (const expected of [1, 2]) {
      const { id } = createTask(windows.elsewhere, noon);
      windows.elsewhere.update(id, noon, task => ({ ...task, state: 'failed', dueAt: undefined }));
      windows.clock.advance(1_000);
      expect(windows.told()).toBe(expected);
    }
    windows.changes.setListVisible(false);
    expect(windows.clock.advanceToNext()).toBe(false);
  });

  it('is looked for no more once the window closes', () => {
    using windows = twoWindows();
    createTask(windows.here, noon);
    windows.changes.dispose();
    windows.changes.setListVisible(true);
    expect(windows.clock.advanceToNext()).toBe(false);
  });
});
