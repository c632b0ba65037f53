import * as vscode from 'vscode';

/** What sessions are filed under: the address of the workspace file, or of the first folder. */
export function currentWorkspace(): string | undefined {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  return (workspaceFile ?? workspaceFolders?.[0]?.uri)?.toString();
}

/** For people. @param address as `currentWorkspace` gives it */
export function workspaceName(address: string): string {
  return (
    vscode.Uri.parse(address)
      .path.replace(/\.code-workspace$/, '')
      .split('/')
      .findLast(part => part !== '') ?? ''
  );
}
