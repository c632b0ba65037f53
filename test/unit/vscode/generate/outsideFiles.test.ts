import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { agreeToOutsideFiles } from '../../../../src/vscode/generate/outsideFiles.ts';
import { Cancelled } from '../../../../src/vscode/messages/errors.ts';

/** What the editor has, what it was told to ask, and what its person answers. */
const editor = vi.hoisted(() => ({
  folders: undefined as { uri: object }[] | undefined,
  asked: [] as { text: string; detail: string }[],
  answer: undefined as string | undefined,
}));

vi.mock('vscode', async importOriginal => ({
  ...(await importOriginal<object>()),
  workspace: {
    get workspaceFolders() {
      return editor.folders;
    },
    getWorkspaceFolder: ({ path: at }: { path: string }) =>
      editor.folders?.find(({ uri }) => at.startsWith((uri as { path: string }).path)),
  },
  window: {
    showWarningMessage: (
      text: string,
      { detail }: vscode.MessageOptions,
      ...buttons: readonly (string | vscode.MessageItem)[]
    ) => {
      editor.asked.push({ text, detail: detail ?? '' });
      const titles = buttons.map(each => (typeof each === 'string' ? each : each.title));
      return Promise.resolve(buttons[titles.indexOf(editor.answer ?? '')]);
    },
  },
}));

describe('files that the workspace names', () => {
  let base: string;
  let folder: string;
  const uriOf = (...names: string[]): vscode.Uri => {
    const fsPath = path.join(...names);
    return { scheme: 'file', fsPath, path: fsPath } as unknown as vscode.Uri;
  };

  beforeEach(() => {
    base = realpathSync(mkdtempSync(path.join(tmpdir(), 'rivya-outside-')));
    folder = path.join(base, 'site');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'own.png'), 'x');
    writeFileSync(path.join(base, 'secret.png'), 'x');
    symlinkSync(path.join(base, 'secret.png'), path.join(folder, 'link.png'));
    editor.folders = [{ uri: uriOf(folder) }];
    editor.asked = [];
    editor.answer = 'Send';
  });

  afterEach(() => rmSync(base, { recursive: true, force: true }));

  it('are sent without a question when they lie in it', async () => {
    await agreeToOutsideFiles([uriOf(folder, 'own.png')]);
    await agreeToOutsideFiles([]);
    expect(editor.asked).toEqual([]);
  });

  it('are asked about by name when they lie outside, or a link leads out', async () => {
    const files = [uriOf(folder, 'own.png'), uriOf(base, 'secret.png'), uriOf(folder, 'link.png')];
    await agreeToOutsideFiles(files);
    const [asked, ...others] = editor.asked;
    expect(others).toEqual([]);
    expect(asked?.text).toBe('Send files from outside the workspace to Rivya?');
    expect(asked?.detail.split('\n')).toEqual([path.join(base, 'secret.png'), path.join(folder, 'link.png')]);
  });

  it('are not sent without a yes', async () => {
    editor.answer = undefined;
    await expect(agreeToOutsideFiles([uriOf(base, 'secret.png')])).rejects.toThrow(Cancelled);
  });

  it('are all outside where there is no folder', async () => {
    editor.folders = undefined;
    await agreeToOutsideFiles([uriOf(folder, 'own.png')]);
    expect(editor.asked).toHaveLength(1);
  });

  it('cannot name themselves something else in the question', async () => {
    const name = '[safe](command:a.b) $(bug)\u202egnp.png';
    writeFileSync(path.join(base, name), 'x');
    await agreeToOutsideFiles([uriOf(base, name)]);
    expect(editor.asked[0]?.detail).toContain('[safe]\u200b(command:a.b) $\u200b(bug)gnp.png');
  });
});
