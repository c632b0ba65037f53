import * as vscode from 'vscode';

/** Lets recipes go along with files that are renamed in VS Code. */
export function registerRecipes(): vscode.Disposable {
  return vscode.workspace.onWillRenameFiles(event =>
    event.waitUntil(import('./moves.ts').then(({ recipeMoves }) => recipeMoves(event.files))),
  );
}
