import type * as vscode from 'vscode';
import { l10n } from '../text/l10n.ts';
import type { ReadingPages } from './readingPages.ts';

interface Keybinding {
  readonly command: string;
  readonly key: string;
  readonly mac?: string;
}

/**
 * Opens what people who use a screen reader or the keyboard alone want to know of the chat and the views. The
 * keys are those of the manifest.
 */
export async function showAccessibilityHelp(
  pages: ReadingPages,
  extension: vscode.Extension<unknown>,
): Promise<void> {
  const { contributes } = extension.packageJSON as { contributes: { keybindings: readonly Keybinding[] } };
  await pages.show('rivya-help', l10n.t('Accessibility Help'), helpText(contributes.keybindings));
}

/** As Markdown. @param keybindings of the manifest */
export function helpText(keybindings: readonly Keybinding[]): string {
  const { t } = l10n;
  const keyOf = (command: string): string => {
    const found = keybindings.find(each => each.command === command);
    return `\`${(process.platform === 'darwin' ? found?.mac : undefined) ?? found?.key ?? ''}\``;
  };
  return [
    `# ${t('Accessibility help for Rivya')}`,
    t(
      'The keys on this page work when VS Code detects a screen reader. Every command is in the Command Palette, under Rivya.',
    ),
    `## ${t('Chat')}`,
    list([
      t(
        "You're told when a response starts, and when it's complete, stopped, incomplete, or failed. A response isn't read while it's being generated.",
      ),
      t(
        'The beginning of a response is read when the response is complete. To turn this off, use the setting rivya.chat.readAnswers.',
      ),
      t("You're told when an image, video, or audio file of the conversation is ready."),
      t(
        'Enter sends a question, and Shift+Enter inserts a line break. A question sent during a response waits until the response is complete, and you can cancel sending it.',
      ),
      t(
        'Tab moves from the conversation to the current message and to its contents. Up Arrow, Down Arrow, Home, and End move between messages.',
      ),
      t('Left Arrow and Right Arrow move between the buttons of a message or of its code.'),
      t(
        'Ctrl+Alt+Up and Ctrl+Alt+Down move to the previous and the next question. On a Mac, use Cmd instead of Ctrl.',
      ),
      t('Ctrl+F, or Cmd+F, finds words in the conversation.'),
      t(
        '{0} moves to the next message, {1} to the previous one.',
        keyOf('rivya.chat.nextMessage'),
        keyOf('rivya.chat.previousMessage'),
      ),
      t(
        "{0} opens the response in an editor, where you can read it with the editor's keys. Escape returns to its message.",
        keyOf('rivya.chat.openAnswer'),
      ),
    ]),
    `## ${t('Views')}`,
    list([
      t('Each row says what it is and what its status is. Shift+F10 opens its menu.'),
      t(
        '{0} removes the selected tasks from the list. You can restore them for one day.',
        keyOf('rivya.task.remove'),
      ),
    ]),
    `## ${t('Results')}`,
    list([
      t(
        "Screen readers don't read the status bar automatically. To get notifications about running and finished tasks, set rivya.notifications to toast.",
      ),
      t(
        "The status shown in a document where a result will be inserted isn't read. The Tasks view and Show Status of Task at Cursor show the same status.",
      ),
    ]),
    t('{0} opens this page.', keyOf('rivya.openAccessibilityHelp')),
    '',
  ].join('\n\n');
}

function list(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n');
}
