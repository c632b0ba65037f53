import { posix } from 'node:path';
import * as vscode from 'vscode';

/** The file that a document lies in: of a notebook's cell, the notebook. */
export function homeOf(document: vscode.Uri): vscode.Uri {
  if (document.scheme !== 'vscode-notebook-cell') return document;
  const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.path === document.path);
  return notebook?.uri ?? document.with({ scheme: 'file', fragment: '' });
}

/** The folder that a file lies in. */
export function parentOf(uri: vscode.Uri): vscode.Uri {
  return uri.with({ path: posix.dirname(uri.path) });
}
