import * as vscode from 'vscode';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { keptModelNames } from '../../core/models/modelNames.ts';
import type { CompareSubject } from '../../shared/compare.ts';
import { readCompareMessage } from '../../shared/compareSchema.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { pageListener } from '../pages/pageListener.ts';
import { htmlFor, pagesFolder } from '../pages/pageOf.ts';
import { compareMessage, comparedFiles } from './compareItems.ts';
import { keepOne } from './keepOne.ts';

/** A burst of changes is drawn once. In milliseconds. */
const redrawDelayMs = 100;

/** Draws what is compared into a panel that VS Code has just made or restored. */
export async function attachCompare(
  panel: vscode.WebviewPanel,
  services: GenerateServices,
  first: readonly CompareSubject[],
): Promise<void> {
  const { context, ledger, library, log, catalogue, server } = services;
  const { webview } = panel;
  const store = new DisposableStore();
  panel.onDidDispose(() => store.dispose());
  webview.options = {
    enableScripts: true,
    localResourceRoots: [
      pagesFolder(context.extensionUri),
      vscode.Uri.file(library.folder),
      ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
    ],
  };
  panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.svg');
  const names = await keptModelNames(catalogue, server.origin);
  let subjects = first;
  /** What was said last, so that a change that shows nowhere is not said. */
  let said = '';
  const say = async (): Promise<void> => {
    const files = await comparedFiles(services, subjects);
    const message = compareMessage(
      files,
      uri => webview.asWebviewUri(uri).toString(),
      model => names.get(model) ?? model,
    );
    if (said === JSON.stringify(message)) return;
    said = JSON.stringify(message);
    void webview.postMessage(message);
  };
  let redraw: NodeJS.Timeout | undefined;
  const changed = (): void => {
    if (!panel.visible || said === '') return;
    redraw ??= setTimeout(() => {
      redraw = undefined;
      say().catch((error: unknown) =>
        log.warn(`What is compared could not be read: ${describeError(error)}`),
      );
    }, redrawDelayMs);
  };
  store.add({ dispose: () => clearTimeout(redraw) });
  store.add(ledger.onDidChange(changed));
  const isSame = (one: CompareSubject, other: CompareSubject): boolean =>
    JSON.stringify(one) === JSON.stringify(other);
  const handlers = {
    ready: () => {
      said = '';
      return say();
    },
    open: async ({ subject }: { subject: CompareSubject }) => {
      const [found] = await comparedFiles(services, [subject]);
      if (found) await vscode.commands.executeCommand('vscode.open', found.uri, { preview: true });
    },
    leave: ({ subject }: { subject: CompareSubject }) => {
      subjects = subjects.filter(each => !isSame(each, subject));
      return say();
    },
    keep: async ({ subject }: { subject: CompareSubject }) => {
      const files = await comparedFiles(services, subjects);
      const chosen = files.find(each => isSame(each.subject, subject));
      if (!chosen) return;
      await keepOne(
        services,
        chosen,
        files.filter(each => each !== chosen),
      );
      subjects = [chosen.subject];
      await say();
    },
  };
  store.add(
    webview.onDidReceiveMessage(pageListener('The page that compares', readCompareMessage, handlers, log)),
  );
  webview.html = await htmlFor(webview, context.extensionUri, 'compare', log);
}
