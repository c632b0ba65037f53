import { endpointCommands, inWords } from './endpointCommands.ts';
import { listCommands } from './listCommands.ts';
import { newHandler } from './newHandler.ts';
import { receiverCommands } from './receiverCommands.ts';
import type { WebhookTools } from './webhookTools.ts';

const commands = { ...endpointCommands, ...listCommands, ...receiverCommands, newHandler };

export type WebhookCommand = keyof typeof commands;

/** Runs `rivya.webhook.<name>`. @param argument the node of the view, when the command comes from its menu */
export async function runWebhookCommand(
  tools: WebhookTools,
  name: WebhookCommand,
  argument: unknown,
): Promise<void> {
  await inWords(tools, () => commands[name](tools, argument));
}
