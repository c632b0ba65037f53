import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { ImageRefused, maximumImageBytes, type ChatImages } from '../../core/chat/chatImages.ts';
import type { ContextRecord, ImageRecord } from '../../core/chat/records.ts';
import { UserError } from '../messages/errors.ts';
import { imageRefusalText } from './chatText.ts';
import { l10n } from '../text/l10n.ts';

/** A text file larger than this is not read into a question, in bytes; no model takes nearly so much. */
const maximumTextBytes = 400_000;

/** What a file became in the composer. */
export type Added =
  | { readonly kind: 'image'; readonly image: ImageRecord }
  | { readonly kind: 'context'; readonly context: ContextRecord };

/** @throws UserError with the reason why it is not taken, or an error of the file system */
export async function addImageBytes(
  images: ChatImages,
  name: string,
  bytes: Uint8Array,
): Promise<ImageRecord> {
  try {
    return await images.add(name, bytes);
  } catch (error) {
    if (error instanceof ImageRefused) throw new UserError(imageRefusalText(name, error));
    throw error;
  }
}

/**
 * Takes a file as what its own bytes say: an image, or text that is quoted. Goes through `workspace.fs`, so
 * that files of remote and virtual folders are as good as local ones.
 * @throws UserError when it cannot be read or is neither
 */
export async function addUri(images: ChatImages, uri: vscode.Uri): Promise<Added> {
  const name = uri.path.split('/').at(-1) ?? '';
  let bytes: Uint8Array;
  try {
    const { size, type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) !== 0) {
      throw new UserError(l10n.t('"{0}" is a folder. Choose files.', name));
    }
    if (size > maximumImageBytes) throw new UserError(imageRefusalText(name, new ImageRefused('tooLarge')));
    bytes = await vscode.workspace.fs.readFile(uri);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(l10n.t('Couldn\'t read "{0}".', name), [], { cause: error });
  }
  const text = textOf(bytes);
  if (text === undefined) return { kind: 'image', image: await addImageBytes(images, name, bytes) };
  if (bytes.byteLength > maximumTextBytes) {
    throw new UserError(l10n.t('"{0}" is too long to add. Select a part of it and use Add Selection.', name));
  }
  // An open document may hold changes that are not saved, and knows its language.
  const open = vscode.workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
  const label = vscode.workspace.asRelativePath(uri);
  return {
    kind: 'context',
    context: {
      id: randomUUID(),
      label,
      languageId: open?.languageId ?? languageOf(name),
      text: open?.getText() ?? text,
    },
  };
}

/**
 * The selection of the editor that was used last, or its whole document.
 * @throws UserError when there is no text
 */
export function selectionContext(): ContextRecord {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor) {
    throw new UserError(l10n.t('Open a document and select the text that you want to ask about.'));
  }
  const { document, selection } = editor;
  const text = document.getText(selection.isEmpty ? undefined : selection);
  if (text.trim() === '') throw new UserError(l10n.t('Select some text to add.'));
  const path = document.isUntitled ? document.uri.path : vscode.workspace.asRelativePath(document.uri);
  // A selection that ends before the first character of a line does not show that line.
  const last =
    selection.end.character === 0 && !selection.isSingleLine ? selection.end.line : selection.end.line + 1;
  const lines = selection.start.line + 1 === last ? `${last}` : `${selection.start.line + 1}-${last}`;
  return {
    id: randomUUID(),
    label: selection.isEmpty ? path : `${path}:${lines}`,
    languageId: document.languageId,
    text,
  };
}

/**
 * Addresses of files, as VS Code and other programs drop them: of this machine, its remote, and the kinds of
 * the workspace. Anything else is not opened; VS Code could read `https` in a browser, and a dropped link
 * must not send a request.
 * @param isForeign whether they are those of the computer with the screen, wherever this host runs
 * @throws UserError for such addresses in a remote window: another file may have the same path here
 */
export function fileUris(addresses: readonly string[], isForeign = false): vscode.Uri[] {
  if (isForeign && vscode.env.remoteName !== undefined) {
    throw new UserError(
      l10n.t(
        'These files are on your computer, but this window runs on another computer. Copy them into the Explorer first. Images can be dropped directly.',
      ),
    );
  }
  const folders = vscode.workspace.workspaceFolders ?? [];
  const schemes = new Set(['file', 'vscode-remote', ...folders.map(folder => folder.uri.scheme)]);
  return addresses.flatMap(address => {
    const uri = parsed(address.trim());
    return uri && schemes.has(uri.scheme) ? [uri] : [];
  });
}

function parsed(address: string): vscode.Uri | undefined {
  try {
    return address === '' || address.startsWith('#') ? undefined : vscode.Uri.parse(address, true);
  } catch {
    // Strict parsing throws on what is no address.
    return undefined;
  }
}

/** Undefined for what is no text in UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8_000).includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function languageOf(name: string): string {
  return /\.([\w+-]{1,20})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}
