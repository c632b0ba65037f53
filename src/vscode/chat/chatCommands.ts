import * as vscode from 'vscode';
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

  async exportMarkdown({ controller }: ChatHost): Promise<void> {
    await controller.exportSession(controller.session().id);
  },
};

export type ChatCommands = typeof chatCommands;

async function focus(controller: ChatHost['controller']): Promise<void> {
  await vscode.commands.executeCommand('rivya.chat.focus');
  controller.focus();
}
