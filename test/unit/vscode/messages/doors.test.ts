import { marked } from 'marked';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as vscode from 'vscode';
import { silentLog } from '../../../../src/base/log.ts';
import {
  ask,
  askFiles,
  askFolder,
  askTarget,
  askText,
  flash,
  inform,
} from '../../../../src/vscode/messages/dialogs.ts';
import { Cancelled } from '../../../../src/vscode/messages/errors.ts';
import { drawnText, joinDrawn, plain } from '../../../../src/vscode/messages/plain.ts';
import { withProgress } from '../../../../src/vscode/messages/progress.ts';
import {
  chooseMany,
  chooseOne,
  createPick,
  row,
  separator,
  type Row,
} from '../../../../src/vscode/messages/quickPick.ts';
import { show } from '../../../../src/vscode/messages/show.ts';
import { createStatusItem, drawStatusItem } from '../../../../src/vscode/messages/statusItem.ts';
import { actionTooltip, pictureTooltip, tooltipOf } from '../../../../src/vscode/messages/tooltip.ts';
import { treeItem, withTooltip } from '../../../../src/vscode/messages/treeItem.ts';
import { harmIn, hostileTexts } from '../../../support/hostileTexts.ts';

/** What an editor was given to show, and what its person answers. */
interface Editor {
  readonly calls: { readonly name: string; readonly values: unknown[] }[];
  readonly reports: unknown[];
  answer: ((values: unknown[]) => unknown) | undefined;
  item: { text?: string; accessibilityInformation?: object };
}

const editor = vi.hoisted((): Editor => ({ calls: [], reports: [], answer: undefined, item: {} }));

vi.mock('vscode', async importOriginal => {
  const door =
    (name: string) =>
    (...values: unknown[]) => {
      editor.calls.push({ name, values });
      return Promise.resolve(editor.answer?.(values));
    };
  const names = [
    ...['showInformationMessage', 'showWarningMessage', 'showErrorMessage', 'setStatusBarMessage'],
    ...['showInputBox', 'showQuickPick', 'showOpenDialog', 'showSaveDialog', 'showWorkspaceFolderPick'],
  ];
  return {
    ...(await importOriginal<object>()),
    StatusBarAlignment: { Left: 1, Right: 2 },
    ProgressLocation: { Notification: 15 },
    InputBoxValidationSeverity: { Error: 3 },
    window: {
      ...Object.fromEntries(names.map(name => [name, door(name)])),
      createQuickPick: () => ({}),
      createStatusBarItem: () => editor.item,
      withProgress: (options: unknown, work: (progress: object, token: object) => unknown) => {
        editor.calls.push({ name: 'withProgress', values: [options] });
        return work({ report: (step: unknown) => editor.reports.push(step) }, {});
      },
    },
  };
});

beforeEach(() => {
  editor.calls.length = 0;
  editor.reports.length = 0;
  editor.answer = undefined;
  editor.item = {};
});

/** Every text in what an editor was given, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** VS Code allows no more than so many UTF-16 units of anything of ours. */
const most = 20_000;

function expectHarmless(value: unknown, ownIcons: readonly string[] = []): void {
  const texts = textsIn(value);
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.flatMap(text => harmIn(text, most, ownIcons))).toEqual([]);
}

function shown(): unknown[] {
  return editor.calls.flatMap(({ values }) => values);
}

/** The one answer of the person: the item at a place of those that are offered. */
function press(offered: (values: unknown[]) => unknown): void {
  editor.answer = offered;
}

describe.each(Object.entries(hostileTexts))('text with %s', (_name, text) => {
  it.each(['info', 'warning', 'error'] as const)('does nothing in a message: %s', async severity => {
    await ask(severity, text, [text]);
    show(severity, { text, actions: [{ title: text, command: 'rivya.showLog' }] }, silentLog);
    expect(editor.calls).toHaveLength(2);
    expectHarmless(shown());
  });

  it('does nothing in a dialog', async () => {
    inform(text);
    await ask('warning', text, [text], { detail: [text, text], close: text });
    const [, options] = editor.calls[1]?.values ?? [];
    const { detail = '', modal } = options as vscode.MessageOptions;
    expect(modal).toBe(true);
    // The line breaks are ours: as many lines as were given, less the empty ones.
    const lines = detail === '' ? [] : detail.split('\n');
    expect(lines.length).toBe(plain(text, 'paragraph') === '' ? 0 : 2);
    expectHarmless([editor.calls[0], editor.calls[1]?.values.toSpliced(1, 1), lines, '-']);
  });

  it('does nothing in the dialogs of files', async () => {
    await askFiles({ title: text });
    await askTarget({ title: text });
    await askFolder(text);
    expect(editor.calls.map(({ name }) => name)).toEqual([
      'showOpenDialog',
      'showSaveDialog',
      'showWorkspaceFolderPick',
    ]);
    expectHarmless(shown());
  });

  it('does nothing in a progress', async () => {
    await withProgress({ location: vscode.ProgressLocation.Notification, title: text }, progress => {
      progress.report({ message: text, increment: 3 });
      return Promise.resolve();
    });
    expectHarmless([...shown(), ...editor.reports, '-']);
    expect(editor.reports).toEqual([{ increment: 3, message: plain(text, 'title') }]);
  });

  it('is no link in a progress, beside one of ours', async () => {
    const link = { title: 'Stop', command: 'rivya.task.stopTracking', arguments: ['1'] } as const;
    await withProgress({ location: vscode.ProgressLocation.Notification, title: text, link }, progress => {
      progress.report({ message: text });
      return Promise.resolve();
    });
    const [{ title }] = editor.calls[0]?.values as [{ title: string }];
    const [step] = editor.reports as [{ message: string }];
    const message = `${title}: ${step.message}`;
    // As VS Code finds the links of a notification (base/common/linkedText.ts).
    const links = Array.from(
      message.matchAll(/\[([^\]]+)\]\(((?:https?:|command:|file:)[^)\s]+)(?: .+?)?\)/g),
    );
    expect(links.map(([, label, target]) => [label, target])).toEqual([
      ['Stop', expect.stringMatching(/^command:rivya\.task\.stopTracking\?/)],
    ]);
  });

  it('does nothing in an input box, and stays what it is in the box itself', async () => {
    for (const validate of [
      () => text,
      () => ({ message: text, severity: vscode.InputBoxValidationSeverity.Error }),
    ]) {
      await askText({ title: text, prompt: text, placeholder: text, value: text, validate });
    }
    for (const { values } of editor.calls) {
      const options = values[0] as vscode.InputBoxOptions;
      expect(options.value).toBe(text);
      expectHarmless([{ ...options, value: '' }, options.validateInput?.('anything'), '-']);
    }
  });

  it('does nothing in a list', async () => {
    const items = [{ label: text, description: text, detail: text, value: text }];
    const words = { title: text, placeholder: text };
    press(values => (values[0] as vscode.QuickPickItem[])[0]);
    expect(await chooseOne(items, words)).toBe(items[0]);
    press(values => values[0]);
    expect(await chooseMany(items, words)).toEqual(items);
    for (const { values } of editor.calls) {
      const [rows, options] = values as [readonly (vscode.QuickPickItem & { value: string })[], unknown];
      for (const { value, ...drawn } of rows) {
        expect(value).toBe(text);
        expectHarmless([drawn, '-']);
      }
      expectHarmless([options, '-']);
    }
    expectHarmless([createPick<Row>(words), separator(text), row({ label: text, detail: text }), '-']);
    expectHarmless([row({ label: text, icon: 'bug' }).label, '-']);
    // An icon in a label would be read aloud.
    expect(row({ label: text, icon: 'bug' })).toMatchObject({ iconPath: { id: 'bug' } });
  });

  it('does nothing in the status bar', () => {
    flash(text, undefined, 5);
    flash(text, 'check', 5);
    expectHarmless([editor.calls[0]?.values, '-']);
    expectHarmless([editor.calls[1]?.values], ['check']);
    drawStatusItem(createStatusItem('rivya.credits', 1), {
      text: joinDrawn([drawnText(text, 'sparkle'), drawnText(text)]),
      tooltip: tooltipOf([text]),
      accessibleLabel: text,
    });
    expectHarmless([editor.item.text], ['sparkle']);
    expectHarmless([editor.item.accessibilityInformation, '-']);
  });

  it('does nothing in a tree', () => {
    const { tooltip, ...item } = treeItem({
      label: text,
      description: text,
      tooltip: [text],
      accessibleLabel: text,
    });
    expectHarmless([item, '-']);
    expect(tagsIn(tooltip)).toEqual([]);
  });

  it('does nothing in a tooltip', () => {
    expect(tagsIn(tooltipOf([text, text]))).toEqual([]);
    const open = { title: 'Open', command: 'rivya.task.open', arguments: [text] } as const;
    const [at, folder] = [vscode.Uri.file('/library/a.png'), vscode.Uri.file('/library/')];
    const picture = pictureTooltip(at, folder, [text], { open });
    expect(picture.isTrusted).toEqual({ enabledCommands: ['rivya.task.open'] });
    expect(tagsIn(picture)).toEqual([
      expect.stringMatching(/^<a href="command:rivya\.task\.open\?/),
      expect.stringContaining('<img src="file:///library/a.png'),
    ]);
    const mac = '/Users/eva/Library/Application Support/Code (1)/a.png';
    const encodes = { toString: (skips?: boolean) => `file://${skips ? mac : encodeURI(mac)}` };
    const address = encodes as unknown as vscode.Uri;
    expect(tagsIn(pictureTooltip(address, address, [text], { open })).slice(1)).toEqual([
      expect.stringContaining('<img src="file:///Users/eva/Library/Application%20Support/'),
    ]);
    const link = { title: 'Stop', command: 'rivya.task.stopTracking', arguments: [text] } as const;
    const trusted = actionTooltip([{ lines: [text], links: [link] }], ['rivya.task.stopTracking']);
    expect(trusted.isTrusted).toEqual({ enabledCommands: ['rivya.task.stopTracking'] });
    expect(trusted.supportThemeIcons ?? false).toBe(false);
    expect(tagsIn(trusted)).toEqual([expect.stringMatching(/^<a href="command:rivya\.task\.stopTracking\?/)]);
  });
});

/** The tags of links, pictures and anything but paragraphs that VS Code would make of a tooltip. */
function tagsIn(tooltip: unknown): string[] {
  const { value } = tooltip as vscode.MarkdownString;
  // VS Code draws HTML only where a string asks for it, which ours never do.
  const html = marked.parse(value.replaceAll('<', '&lt;'), { gfm: true, async: false });
  return Array.from(html.matchAll(/<(?!\/)(?!p>)[^>]*>/g), ([tag]) => tag);
}

describe('the doors', () => {
  it('find out by which button a person has answered', async () => {
    press(values => values.at(-1));
    expect(await ask('info', 'Which?', ['A', 'B'])).toBe('B');
    expect(await ask('info', 'Which?', ['A', '$(x)'], { detail: ['It matters.'] })).toBe('$(x)');
    expect(await ask('info', 'Which?', ['A'], { detail: [], close: 'Close' })).toBeUndefined();
    press(() => undefined);
    expect(await ask('info', 'Which?', ['A'])).toBeUndefined();
  });

  it('tell when a person leaves a list', async () => {
    await expect(chooseOne([{ label: 'a' }], { title: 't' })).rejects.toThrow(Cancelled);
    await expect(chooseMany([{ label: 'a' }], { title: 't' })).rejects.toThrow(Cancelled);
    press(() => []);
    expect(await chooseMany([{ label: 'a' }], { title: 't' })).toEqual([]);
  });

  it('hand on everything but words', async () => {
    const item = { label: 'a', picked: true, alwaysShow: true };
    await chooseMany([item], { title: 't', matchOnDetail: true }).catch(() => undefined);
    expect(editor.calls[0]?.values).toEqual([[item], { title: 't', matchOnDetail: true, canPickMany: true }]);
    await askFiles({ canSelectMany: true, filters: { Images: ['png'] } });
    expect(editor.calls[1]?.values).toEqual([{ canSelectMany: true, filters: { Images: ['png'] } }]);
    await askText({ title: 't', prompt: 'p', password: true });
    expect(editor.calls[2]?.values[0]).toMatchObject({ password: true, ignoreFocusOut: true });
    const result = await withProgress(
      { location: vscode.ProgressLocation.Notification, cancellable: true },
      () => Promise.resolve(7),
    );
    expect(result).toBe(7);
    expect(editor.calls[3]?.values).toEqual([
      { location: vscode.ProgressLocation.Notification, cancellable: true },
    ]);
    expect(
      withTooltip(treeItem({ label: 'a' }, vscode.TreeItemCollapsibleState.Collapsed), tooltipOf(['b'])),
    ).toMatchObject({
      label: 'a',
      collapsibleState: 1,
      tooltip: { value: 'b\n\n' },
    });
  });
});
