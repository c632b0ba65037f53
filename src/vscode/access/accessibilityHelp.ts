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
      'The keys of this page work when VS Code knows of a screen reader. Every command is in the Command Palette, under Rivya.',
    ),
    `## ${t('Chat')}`,
    list([
      t(
        'You are told when an answer begins, and when it is complete, was stopped, broke off, or failed. The words of an answer are not read while it is written.',
      ),
      t('How an answer begins is read when it is complete. Turn that off with rivya.chat.readAnswers.'),
      t('You are told when an image, video or sound of the conversation is ready.'),
      t(
        'Enter sends a question, and Shift+Enter breaks the line. A question that is sent while an answer is written waits for its end, and can be taken back.',
      ),
      t(
        'Tab leads from the conversation to the current message and to what is in it. Arrow Up, Arrow Down, Home and End lead from message to message.',
      ),
      t('Left and Right Arrow lead through the buttons of a message or of its code.'),
      t(
        'Ctrl+Alt+Up and Ctrl+Alt+Down lead to the previous and the next question; on a Mac, Cmd in place of Ctrl.',
      ),
      t('Ctrl+F, or Cmd+F, finds words in the conversation.'),
      t(
        '{0} leads to the next message, {1} to the previous one.',
        keyOf('rivya.chat.nextMessage'),
        keyOf('rivya.chat.previousMessage'),
      ),
      t(
        '{0} opens the answer in an editor, where it is read with the keys of the editor. Escape leads back to its message.',
        keyOf('rivya.chat.openAnswer'),
      ),
    ]),
    `## ${t('Views')}`,
    list([
      t('Each row says in words what it is and how it stands. Its menu opens with Shift+F10.'),
      t(
        '{0} removes the selected tasks from the list. They can be brought back for a day.',
        keyOf('rivya.task.remove'),
      ),
    ]),
    `## ${t('Results')}`,
    list([
      t(
        'Screen readers do not read the status bar by themselves. Set rivya.notifications to toast to be told of running jobs and of their ends in notifications.',
      ),
      t(
        'The state that stands in a document beside a place where a result will come is not read. The Tasks view says the same, and so does Show Status of Task at Cursor.',
      ),
    ]),
    t('{0} opens this page.', keyOf('rivya.openAccessibilityHelp')),
    '',
  ].join('\n\n');
}

function list(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n');
}
