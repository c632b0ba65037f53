import * as vscode from 'vscode';
import { documentExtensions } from '../../core/languages/documentLanguage.ts';
import { Cancelled } from '../messages/errors.ts';

/** As many documents are read, and no larger ones; above that the reader is told that it was cut. */
const mostDocuments = 5_000;
const mostBytes = 2_000_000;
const atOnce = 20;

const included = `**/*.{${documentExtensions.join(',')},ipynb}`;
/** What others have made or brought; the rest is the matter of the setting `files.exclude`. */
const excluded = '**/{node_modules,.git,.next,.nuxt,.svelte-kit,_site}/**';

/** What a walk over the documents has not looked at. */
export interface TextWalk {
  /** Whether there were more documents than are read, or larger ones. */
  readonly isCut: boolean;
}

/**
 * Reads the documents of the workspace as they stand in the editor, or else on disk.
 * @param read is called for each
 */
export async function readWorkspaceTexts(
  read: (uri: vscode.Uri, text: string) => void,
  token: vscode.CancellationToken,
): Promise<TextWalk> {
  const found = await vscode.workspace.findFiles(included, excluded, mostDocuments + 1, token);
  const open = new Map(vscode.workspace.textDocuments.map(document => [document.uri.toString(), document]));
  let isCut = found.length > mostDocuments;
  const uris = new Map(found.slice(0, mostDocuments).map(uri => [uri.toString(), uri]));
  // What was never saved refers to files as well.
  for (const [key, { uri }] of open) if (vscode.workspace.getWorkspaceFolder(uri)) uris.set(key, uri);
  const all = [...uris.values()];
  for (let start = 0; start < all.length && !token.isCancellationRequested; start += atOnce) {
    const texts = await Promise.all(
      all.slice(start, start + atOnce).map(async uri => {
        const text = open.get(uri.toString())?.getText() ?? (await textOf(uri));
        return { uri, text };
      }),
    );
    for (const { uri, text } of texts) {
      if (text === undefined) isCut = true;
      else read(uri, text);
    }
  }
  if (token.isCancellationRequested) throw new Cancelled();
  return { isCut };
}

/** Undefined for a file that is too large, or that cannot be read. */
async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > mostBytes) return undefined;
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}
