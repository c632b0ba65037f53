import * as vscode from 'vscode';
import type { ReadingPages } from '../access/readingPages.ts';
import { l10n } from '../text/l10n.ts';
import type { ChatHost } from './chatHost.ts';
import { pickFiles } from './pageHandlers.ts';

/** The commands of the chat; each brings it to the front if there is something to see. */
export const chatCommands = {
  /** @param model its id, to begin with that model */
  async new({ controller }: ChatHost, model: string | undefined): Promise<void> {
    controller.newSession(model);
    await focus(controller);
  },

  stop({ controller }: ChatHost): void {
    controller.parts.conversations.stop(controller.session().id);
  },

  /** The selection goes with the next question, as a quotation that can be seen and removed. */
  async askSelection({ controller }: ChatHost): Promise<void> {
    await controller.atComposer(() => controller.addSelection());
    await focus(controller);
  },

  /** @param uris of the Explorer; without them the user picks */
  async addFile({ controller }: ChatHost, uris: readonly vscode.Uri[]): Promise<void> {
    await controller.atComposer(() => (uris.length > 0 ? controller.addUris(uris) : pickFiles(controller)));
    await focus(controller);
  },

  /** The keyboard goes to another message of the conversation, or back to the one that was read elsewhere. */
  async goToMessage({ controller }: ChatHost, to: 'next' | 'previous' | 'same'): Promise<void> {
    await vscode.commands.executeCommand('rivya.chat.focus');
    controller.say({ type: 'turn', to });
  },

  /** The page alone knows which answer has the keyboard; it says `readAnswer`. */
  askForAnswer({ controller }: ChatHost): void {
    controller.say({ type: 'turn', to: 'read' });
  },

  /** @param messageId the page has named it */
  async openAnswer({ controller }: ChatHost, messageId: string, pages: ReadingPages): Promise<void> {
    const message = controller.parts.conversations.message(messageId);
    if (message) await pages.show('rivya-answer', l10n.t('Response'), message.text);
  },

  /** Leaves the document with the answer for the message in the chat. */
  async backToMessage(host: ChatHost): Promise<void> {
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await chatCommands.goToMessage(host, 'same');
  },

  async exportMarkdown({ controller }: ChatHost): Promise<void> {
    await controller.exportSession(controller.session().id);
  },
};

export type ChatCommands = typeof chatCommands;

async function focus(controller: ChatHost['controller']): Promise<void> {
  await vscode.commands.executeCommand('rivya.chat.focus');
  controller.focus();
}
