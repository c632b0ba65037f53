import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';

/**
 * The text editor that was used last: while a page is in front, no editor is active, and yet a person who
 * inserts means the document from which they came.
 */
export class LastEditor implements Disposable {
  readonly #listener: Disposable;
  #last = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];

  constructor() {
    this.#listener = vscode.window.onDidChangeActiveTextEditor(editor => {
      if (editor) this.#last = editor;
    });
  }

  /** Brings it to the front, with its cursor where it was; does nothing when it was closed. */
  async show(): Promise<void> {
    const editor = vscode.window.visibleTextEditors.find(each => each === this.#last) ?? this.#last;
    if (!editor || editor.document.isClosed) return;
    const { document, selection, viewColumn } = editor;
    await vscode.window.showTextDocument(document, { selection, ...(viewColumn && { viewColumn }) });
  }

  dispose(): void {
    this.#listener.dispose();
  }
}
