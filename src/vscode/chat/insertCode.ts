import * as vscode from 'vscode';
import { UserError } from '../messages/errors.ts';
import { l10n } from '../text/l10n.ts';

/** Names of fences that are no language id of VS Code's. */
const languageNames: Readonly<Record<string, string>> = {
  bash: 'shellscript',
  console: 'shellscript',
  cs: 'csharp',
  js: 'javascript',
  jsx: 'javascriptreact',
  md: 'markdown',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'shellscript',
  shell: 'shellscript',
  ts: 'typescript',
  tsx: 'typescriptreact',
  yml: 'yaml',
  zsh: 'shellscript',
};

/**
 * Inserts code at the cursor of the editor that was used last; a selection stays.
 * @throws UserError without an editor
 */
export async function insertCode(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor) {
    throw new UserError(l10n.t('Open a document and place the cursor where you want to insert the code.'));
  }
  const at = editor.selection.end;
  const done = await editor.edit(edit => edit.insert(at, text));
  if (!done) throw new UserError(l10n.t('The document is read-only. Nothing was inserted.'));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/** Opens text as a new file that is not saved yet. @param language as the fence names it */
export async function openAsNewFile(text: string, language: string): Promise<vscode.TextDocument> {
  const name = language.toLowerCase();
  const wanted = languageNames[name] ?? name;
  const known = (await vscode.languages.getLanguages()).includes(wanted);
  const document =
    wanted === 'mermaid'
      ? await namedDocument('diagram.mmd', text)
      : await vscode.workspace.openTextDocument({ content: text, ...(known && { language: wanted }) });
  if (known && document.languageId !== wanted)
    await vscode.languages.setTextDocumentLanguage(document, wanted);
  await vscode.window.showTextDocument(document);
  return document;
}

/** A document that is not saved yet, with a name by which those that draw diagrams know it. */
async function namedDocument(name: string, text: string): Promise<vscode.TextDocument> {
  const isTaken = (uri: vscode.Uri): boolean =>
    vscode.workspace.textDocuments.some(each => each.uri.toString() === uri.toString());
  let uri = vscode.Uri.from({ scheme: 'untitled', path: name });
  for (let number = 2; isTaken(uri); number++)
    uri = vscode.Uri.from({ scheme: 'untitled', path: name.replace('.', `-${number}.`) });
  const document = await vscode.workspace.openTextDocument(uri);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(uri, new vscode.Position(0, 0), text);
  await vscode.workspace.applyEdit(edit);
  return document;
}
