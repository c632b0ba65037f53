import { afterEach, expect, it, vi } from 'vitest';
import { patiently } from '../support/patiently.ts';
import { activate } from '../../src/extension.ts';
import { setUnexpectedErrorHandler } from '../../src/base/unexpectedError.ts';

const editor = vi.hoisted(() => ({
  channel: {
    lines: [] as string[],
    shown: 0,
    error(line: string): void {
      this.lines.push(line);
    },
    show(): void {
      this.shown++;
    },
    dispose: () => undefined,
  },
  messages: [] as unknown[][],
}));

vi.mock('vscode', () => ({
  l10n: {
    t: ({ message, args }: { message: string; args: unknown[] }) => message.replace('{0}', String(args[0])),
  },
  window: {
    createOutputChannel: () => editor.channel,
    showErrorMessage: (...values: unknown[]) => {
      editor.messages.push(values);
      return Promise.resolve(values[1]);
    },
  },
}));

afterEach(() => setUnexpectedErrorHandler(undefined));

it('a failed activation is explained to the user and fails for VS Code, too', async () => {
  const context = {
    subscriptions: [] as { dispose(): void }[],
    secrets: {
      onDidChange: () => {
        throw new Error('The keyring is locked.');
      },
    },
  };
  expect(() => activate(context as never)).toThrow('The keyring is locked.');
  expect(editor.messages).toEqual([
    [
      "Couldn't start Rivya: The keyring is locked. Nothing was sent or charged, and running tasks are saved. Reload the window to try again.",
      { title: 'Show Log' },
    ],
  ]);
  expect(editor.channel.lines.join()).toContain('The keyring is locked.');
  // The button was chosen; no command of ours stands behind it.
  await vi.waitFor(() => expect(editor.channel.shown).toBe(1), patiently);
  expect(context.subscriptions.at(-1)).toBe(editor.channel);
  for (const each of context.subscriptions) each.dispose();
});
