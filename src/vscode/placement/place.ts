import * as vscode from 'vscode';

/** A place in a document, behind which a reference belongs. */
export interface Place {
  readonly document: vscode.TextDocument;
  readonly range: vscode.Range;
}

/** The cursor of the active editor, unless it shows something that nobody writes into. */
export function cursorPlace(): Place | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const { document, selection } = editor;
  const { scheme } = document.uri;
  const isDocument =
    scheme === 'untitled' ||
    scheme === 'vscode-notebook-cell' ||
    vscode.workspace.fs.isWritableFileSystem(scheme) === true;
  return isDocument ? { document, range: selection } : undefined;
}
