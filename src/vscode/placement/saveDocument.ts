import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/** VS Code gives extensions 1.75 s before it writes what they were asked about; in milliseconds. */
const askingMs = 2_000;

/**
 * Saves a document that is changed, and ends no earlier than a save that is under way. `isDirty` does not
 * tell whether it is changed: it is false after each save, also of a text that has changed meanwhile.
 * @returns whether the document is as it is on disk; false also for one that cannot be saved
 */
export async function saveDocument(document: vscode.TextDocument): Promise<boolean> {
  const { promise: isSaved, resolve } = Promise.withResolvers<undefined>();
  const listener = vscode.workspace.onDidSaveTextDocument(saved => saved === document && resolve(undefined));
  try {
    // A save that still asks extensions refuses another one.
    if (await document.save()) return true;
    await Promise.race([isSaved, delay(askingMs)]);
    return await document.save();
  } finally {
    listener.dispose();
  }
}
