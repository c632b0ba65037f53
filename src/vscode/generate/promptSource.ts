import * as vscode from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import { setContext } from '../manifest/contextKeys.ts';

/** After the cursor has moved, in milliseconds: nobody opens a menu sooner. */
const restMs = 150;
/** In UTF-16 units: a longer document is not read for the name of a menu's entry. */
const longest = 64 * 1024;

/** Keeps `rivya.promptAt`, so that the editor's menu says what it will take. */
export function registerPromptSource(clock: Clock): Disposable {
  const store = new DisposableStore();
  let timer: Disposable | undefined;
  store.add({ dispose: () => timer?.dispose() });
  let known: string | undefined;
  const look = async (): Promise<void> => {
    const editor = vscode.window.activeTextEditor;
    if (!editor?.selection.isEmpty) return;
    const { document, selection } = editor;
    const isShort = document.lineCount < longest / 16 && document.getText().length <= longest;
    const { promptSourceAt } = await import('../../core/prompts/findPrompts.ts');
    const { homeOf } = await import('../placement/home.ts');
    const source = isShort
      ? promptSourceAt(
          document.getText(),
          document.languageId,
          document.offsetAt(selection.active),
          homeOf(document.uri).path.split('/'),
        )
      : undefined;
    if ((source ?? 'text') === known) return;
    known = source ?? 'text';
    setContext('rivya.promptAt', source ?? 'text');
  };
  const lookSoon = (): void => {
    timer?.dispose();
    timer = clock.after(restMs, () => void look().catch(onUnexpectedError));
  };
  store.add(vscode.window.onDidChangeTextEditorSelection(lookSoon));
  store.add(vscode.window.onDidChangeActiveTextEditor(lookSoon));
  return store;
}
