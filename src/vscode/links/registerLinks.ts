import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import type { Lazy } from '../../base/lazy.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import type { LinkFeatures } from './linkFeatures.ts';

/** As drops are: every document, before the providers of other extensions. */
const everyDocument: vscode.DocumentSelector = { pattern: '**' };
/** After the last key, in milliseconds. */
const typingPauseMs = 300;

/**
 * Offers to make missing files and to save links that stop working. At the start it costs nothing: what looks
 * into documents is loaded when one has been in sight for a moment.
 */
export function registerLinks(features: Lazy<LinkFeatures>, clock: Clock): Disposable {
  const store = new DisposableStore();
  let timer: Disposable | undefined;
  const refreshSoon = (): void => {
    timer?.dispose();
    timer = clock.after(typingPauseMs, () => {
      const isSeen = vscode.window.visibleTextEditors.some(
        ({ document }) => document.uri.scheme !== 'output',
      );
      if (isSeen || features.value)
        features
          .get()
          .then(loaded => loaded.refresh())
          .catch(onUnexpectedError);
    });
  };
  store.add({ dispose: () => timer?.dispose() });
  store.add(vscode.window.onDidChangeVisibleTextEditors(refreshSoon));
  store.add(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (vscode.window.visibleTextEditors.some(editor => editor.document === document)) refreshSoon();
    }),
  );
  store.add(
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration('rivya')) refreshSoon();
    }),
  );
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(refreshSoon));
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] };
  store.add(
    vscode.languages.registerCodeActionsProvider(
      everyDocument,
      {
        provideCodeActions: async (document, range, context) =>
          (await features.get()).codeActions(document, range, context),
      },
      kinds,
    ),
  );
  const lenses = new vscode.EventEmitter<void>();
  store.add(lenses);
  store.add(
    features.onDidLoad(loaded => {
      store.add(loaded.onDidChange(() => lenses.fire()));
      store.add(loaded.onDidAge(refreshSoon));
    }),
  );
  store.add(
    vscode.languages.registerCodeLensProvider(everyDocument, {
      onDidChangeCodeLenses: lenses.event,
      provideCodeLenses: async document =>
        features.value ? features.value.codeLenses(document) : ((refreshSoon(), []) as vscode.CodeLens[]),
    }),
  );
  refreshSoon();
  return store;
}
