import * as vscode from 'vscode';
import { isSameAddress } from '../../core/places/addressKey.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { homeOf } from './home.ts';
import { cursorPlace, isDocument, type Place } from './place.ts';
import type { Target } from './referenceEdit.ts';
import { l10n } from '../text/l10n.ts';

/** Where somebody inserts who has no document in front: in the one that they wrote in last. */
export class CursorTargets implements Disposable {
  #last: vscode.Uri | undefined;
  readonly #following: vscode.Disposable;

  constructor() {
    this.#keep(vscode.window.activeTextEditor);
    this.#following = vscode.window.onDidChangeActiveTextEditor(editor => this.#keep(editor));
  }

  /**
   * The cursor of the active editor; else of the one that was active last, while it has a tab; else of one
   * that the person picks.
   * @returns undefined when there is none, or only the file is wanted
   * @throws Cancelled
   */
  async current(): Promise<Target | undefined> {
    const place = cursorPlace();
    if (place) return targetAt(place);
    const last = this.#lastShown ?? (await pickedDocument());
    if (!last) return undefined;
    const { document, selection } = await vscode.window.showTextDocument(last, { preview: false });
    return targetAt({ document, range: selection });
  }

  /** The same without showing or asking anything. */
  last(): Target | undefined {
    const place = cursorPlace();
    if (place) return targetAt(place);
    const uri = this.#lastShown?.toString();
    const document = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri);
    return document && targetAt({ document, range: new vscode.Range(0, 0, 0, 0) });
  }

  get #lastShown(): vscode.Uri | undefined {
    return this.#last && isShown(this.#last) ? this.#last : undefined;
  }

  dispose(): void {
    this.#following.dispose();
  }

  #keep(editor: vscode.TextEditor | undefined): void {
    const uri = editor?.document.uri;
    // A cell has no tab of its own to go back to.
    if (uri && uri.scheme !== 'vscode-notebook-cell' && isDocument(uri)) this.#last = uri;
  }
}

function targetAt({ document, range }: Place): Target {
  const offset = document.offsetAt(range.end);
  return { document, anchor: { start: offset, end: offset, text: '' } };
}

/** Of the documents that have tabs, the one that the person wants. */
async function pickedDocument(): Promise<vscode.Uri | undefined> {
  const { t } = l10n;
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
  const documents = tabs.flatMap(({ input, label }) =>
    input instanceof vscode.TabInputText && isDocument(input.uri)
      ? [{ label, icon: 'file', description: vscode.workspace.asRelativePath(input.uri), uri: input.uri }]
      : [],
  );
  if (documents.length === 0) return undefined;
  const onlySave = {
    label: t('Save Only'),
    icon: 'save',
    description: t('without a reference'),
    uri: undefined,
  };
  const options = { title: t('Insert Result'), placeholder: t('Document to insert the reference into') };
  return (await chooseOne([...documents, onlySave], options)).uri;
}

/** Whether the document has a tab in this window. */
export function isShown(document: vscode.Uri): boolean {
  const home = homeOf(document).toString();
  const tabs = vscode.window.tabGroups.all.flatMap(group => group.tabs);
  return tabs.some(({ input }) => {
    const isDiff = input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff;
    const isPlain = input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook;
    const shown = isDiff ? input.modified : isPlain ? input.uri : undefined;
    return shown !== undefined && isSameAddress(shown.toString(), home);
  });
}
