import { afterEach, describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import {
  confirmAbove,
  dailyLimit,
  defaultModelOf,
  invalidSettings,
  ownDefaultModelOf,
  setting,
  wantsNotifications,
} from '../../../../src/vscode/manifest/settings.ts';
import { manifest, resetSettings, setSetting } from '../../../support/vscodeStandIn.ts';

/** What people and workspaces write, and no number of credits is. */
const nonsense: readonly unknown[] = [
  ...[-1, -0.5, '3', '0', '20', 'many', '', {}, [], [3], { value: 3 }, true, false],
  ...[NaN, Infinity, -Infinity, Number('1e999')],
];
const extension = { packageJSON: manifest } as unknown as vscode.Extension<unknown>;

/** Keys of the settings that are reported as invalid. */
function reported(): string[] {
  return invalidSettings(extension).map(({ key }) => key);
}

afterEach(resetSettings);

describe('notifications in place of the status bar', () => {
  it.each([
    ['are not shown by themselves', undefined, undefined, false],
    ['are shown to who has told VS Code of a screen reader', undefined, 'on', true],
    ['are not shown to who wants none, whatever VS Code knows', 'quiet', 'on', false],
    ['are shown to who wants them', 'toast', 'off', true],
  ])('%s', (_, own, editor, wants) => {
    setSetting('rivya.notifications', own);
    setSetting('editor.accessibilitySupport', editor);
    expect(wantsNotifications()).toBe(wants);
  });
});

describe('the limit above which jobs are confirmed', () => {
  const name = 'rivya.credits.confirmAbove';

  it.each([...nonsense, null].map(value => [value]))(
    '%j of the user is the default, and is reported',
    value => {
      setSetting(name, value);
      expect(confirmAbove()).toBe(20);
      expect(setting('credits.confirmAbove')).toBe(20);
      expect(reported()).toEqual(['credits.confirmAbove']);
    },
  );

  it.each([...nonsense, null].map(value => [value]))('%j of a workspace changes nothing', value => {
    for (const layer of ['workspace', 'folder'] as const) {
      setSetting(name, value, layer);
      expect(confirmAbove()).toBe(20);
      setSetting(name, 5);
      expect(confirmAbove()).toBe(5);
      resetSettings();
    }
  });

  it('can only be made stricter by a workspace and by a folder', () => {
    setSetting(name, 1_000_000, 'workspace');
    expect(confirmAbove()).toBe(20);
    setSetting(name, 10, 'workspace');
    setSetting(name, 15, 'folder');
    expect(confirmAbove()).toBe(10);
    setSetting(name, 0, 'folder');
    expect(confirmAbove()).toBe(0);
    // The user's own is senseless: the default and the workspace's count.
    setSetting(name, -1);
    setSetting(name, 30, 'workspace');
    setSetting(name, undefined, 'folder');
    expect(confirmAbove()).toBe(20);
  });

  it('may be any number of credits', () => {
    for (const value of [0, 0.5, 20, 1_000_000]) {
      setSetting(name, value);
      expect(confirmAbove()).toBe(value);
    }
    expect(reported()).toEqual([]);
  });
});

describe('the limit of a day', () => {
  const name = 'rivya.credits.dailyLimit';

  it('is off by default, and with null', () => {
    expect(dailyLimit()).toBeUndefined();
    setSetting(name, null);
    expect(dailyLimit()).toBeUndefined();
    expect(reported()).toEqual([]);
  });

  it.each(nonsense.map(value => [value]))('%j is the default, and is reported', value => {
    setSetting(name, value);
    expect(dailyLimit()).toBeUndefined();
    expect(reported()).toEqual(['credits.dailyLimit']);
    setSetting(name, 50);
    setSetting(name, value, 'workspace');
    expect(dailyLimit()).toBe(50);
  });

  it('can only be made stricter by a workspace and by a folder', () => {
    setSetting(name, 50, 'workspace');
    expect(dailyLimit()).toBe(50);
    setSetting(name, 40);
    expect(dailyLimit()).toBe(40);
    setSetting(name, null, 'folder');
    expect(dailyLimit()).toBe(40);
    setSetting(name, 0, 'folder');
    expect(dailyLimit()).toBe(0);
  });
});

describe('the default model', () => {
  it('is the one that counts here, beside the own one of the user', () => {
    expect([defaultModelOf('image'), ownDefaultModelOf('image')]).toEqual(['', '']);
    setSetting('rivya.defaultModel.image', 'z-image');
    setSetting('rivya.defaultModel.image', 'flux-2-flex', 'workspace');
    expect([defaultModelOf('image'), ownDefaultModelOf('image')]).toEqual(['flux-2-flex', 'z-image']);
    setSetting('rivya.defaultModel.image', 7, 'folder');
    expect(defaultModelOf('image')).toBe('z-image');
    expect(defaultModelOf('text')).toBe('');
  });
});
