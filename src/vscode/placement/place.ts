import * as vscode from 'vscode';

/** A place in a document, behind which a reference belongs. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
}

/** The cursor of the active editor, unless it shows something that nobody writes into. */
export function cursorPlace(): Place | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && isDocument(editor.document.uri)
    ? { document: editor.document, range: editor.selection }
    : undefined;
}

/** Whether somebody writes into it, so that it can refer to files. */
export function isDocument({ scheme }: vscode.Uri): boolean {
  return (
    scheme === 'untitled' ||
    scheme === 'vscode-notebook-cell' ||
    vscode.workspace.fs.isWritableFileSystem(scheme) === true
  );
}
