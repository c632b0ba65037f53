import * as vscode from 'vscode';
import { segmentsBelow } from '../../core/places/places.ts';
import { tasksMimeType } from '../tasks/tasksNode.ts';
import type { Dropped, Insertion, InsertionServices } from './insertion.ts';
import { l10n } from '../text/l10n.ts';

const uriMimeType = 'text/uri-list';
const mimeTypes = [tasksMimeType, uriMimeType];
/**
 * Every document. Not `*`, which counts less than a language or a pattern: VS Code's own providers, which
 * know nothing of the library and insert a path into it, would come first.
 */
const everyDocument: vscode.DocumentSelector = { pattern: '**' };

/**
 * Lets tasks and files of the library be dropped and pasted into documents. It costs nothing until something
 * of ours is.
 * @param library its folder
 */
export function registerDropAndPaste(
  load: () => Promise<InsertionServices>,
  library: vscode.Uri,
): vscode.Disposable {
  const kind = vscode.DocumentDropOrPasteEditKind.Empty.append('rivya', 'reference');
  // VS Code does not tell whether it takes what it was given, so the text is looked for in what comes into
  // the document.
  let offered: { readonly document: vscode.TextDocument; readonly insertion: Insertion } | undefined;
  const arrivals = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (offered?.document !== document) return;
    const { insertion } = offered;
    if (!contentChanges.some(change => insertion.isIn(change.text))) return;
    offered = undefined;
    insertion.arrived();
  });
  const editFor = async (
    document: vscode.TextDocument,
    position: vscode.Position,
    data: vscode.DataTransfer,
  ): Promise<Insertion | undefined> => {
    const dropped = await read(data, library);
    if (!dropped) return undefined;
    const { insertionFor } = await import('./insertion.ts');
    const insertion = await insertionFor(await load(), document, position, dropped);
    offered = insertion && { document, insertion };
    return insertion;
  };
  const title = l10n.t('Insert Rivya Result');
  return vscode.Disposable.from(
    arrivals,
    vscode.languages.registerDocumentDropEditProvider(
      everyDocument,
      {
        async provideDocumentDropEdits(document, position, data) {
          const insertion = await editFor(document, position, data);
          if (!insertion) return undefined;
          const drop = new vscode.DocumentDropEdit(insertion.text, title, kind);
          drop.additionalEdit = insertion.edit;
          return drop;
        },
      },
      { providedDropEditKinds: [kind], dropMimeTypes: mimeTypes },
    ),
    vscode.languages.registerDocumentPasteEditProvider(
      everyDocument,
      {
        async provideDocumentPasteEdits(document, [range], data) {
          const insertion = range && (await editFor(document, range.start, data));
          if (!insertion) return undefined;
          const paste = new vscode.DocumentPasteEdit(insertion.text, title, kind);
          paste.additionalEdit = insertion.edit;
          return [paste];
        },
      },
      { providedPasteEditKinds: [kind], pasteMimeTypes: mimeTypes },
    ),
  );
}

async function read(data: vscode.DataTransfer, library: vscode.Uri): Promise<Dropped | undefined> {
  const ids = await data.get(tasksMimeType)?.asString();
  const taskIds = ids === undefined ? [] : idsIn(ids);
  const list = (await data.get(uriMimeType)?.asString()) ?? '';
  const files = list
    .split(/\r?\n/)
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => vscode.Uri.parse(line))
    .filter(uri => (segmentsBelow(library, uri)?.length ?? 0) > 0);
  return taskIds.length + files.length > 0 ? { taskIds, files } : undefined;
}

/** Whatever else was dragged under that name is not ours. */
function idsIn(text: string): string[] {
  try {
    const ids = JSON.parse(text) as unknown;
    return Array.isArray(ids) ? ids.filter(id => typeof id === 'string') : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
