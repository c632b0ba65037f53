import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { tasksMimeType } from '../trees/tasksTree.ts';

const uriMimeType = 'text/uri-list';
const mimeTypes = [tasksMimeType, uriMimeType];

/** What was dropped or pasted that concerns us. */
export interface Dropped {
  readonly taskIds: readonly string[];
  /** Files of the library. */
  readonly files: readonly vscode.Uri[];
}

/**
 * Lets tasks and files of the library be dropped and pasted into documents. It costs nothing until something of ours is.
 * @param library its folder
 */
export function registerDropAndPaste(load: () => Promise<Services>, library: vscode.Uri): vscode.Disposable {
  const kind = vscode.DocumentDropOrPasteEditKind.Empty.append('rivya', 'reference');
  const editFor = async (
    document: vscode.TextDocument,
    position: vscode.Position,
    data: vscode.DataTransfer,
  ): Promise<{ text: string; edit: vscode.WorkspaceEdit } | undefined> => {
    const dropped = await read(data, library);
    if (!dropped) return undefined;
    const { insertionFor } = await import('./insertion.ts');
    return insertionFor(await load(), document, position, dropped);
  };
  const title = vscode.l10n.t('Insert Rivya Result');
  return vscode.Disposable.from(
    vscode.languages.registerDocumentDropEditProvider(
      '*',
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
      '*',
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
    .filter(uri => uri.path.startsWith(`${library.path}/`));
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
