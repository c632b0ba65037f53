import type * as vscode from 'vscode';
import { fileNameOf, mediaAddressesOf, type MediaAddress } from '../../core/generate/mediaPath.ts';
import { isSamePlace } from '../../core/places/places.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { generatedFileAt } from './generatedFile.ts';
import { workspaceTexts, type Sought } from './workspaceTexts.ts';

/** A document that names a file. */
export interface NamingDocument {
  readonly uri: vscode.Uri;
  readonly text: string;
}

/** What nobody writes references in. */
const notText =
  /\.(?:png|jpe?g|webp|gif|avif|ico|bmp|tiff?|mp4|mov|webm|mkv|mp3|m4a|wav|aac|ogg|flac|opus|pdf|zip|gz|tgz|7z|rar|jar|exe|dll|so|dylib|wasm|woff2?|ttf|otf|eot|sqlite|db|class|pyc|o|a|bin)$/i;

/** All that may name a file; longer ones are no text that a person has written. */
const everything: Sought = {
  include: '**/*',
  exclude: () => '**/{node_modules,.git}/**',
  most: 20_000,
  largest: 8_000_000,
  isWanted: uri => !notText.test(uri.path),
};

/**
 * The documents of the workspace that name a file, be it in a reference or elsewhere; open ones as they stand
 * in the editor.
 * @returns undefined when there are too many files to look at all of them
 */
export async function documentsNaming(file: vscode.Uri): Promise<NamingDocument[] | undefined> {
  const name = fileNameOf(file.path);
  const naming: NamingDocument[] = [];
  for await (const { uri, text, unread } of workspaceTexts(everything, () => false)) {
    if (unread === 'beyond') return undefined;
    if (text !== undefined && !isSamePlace(uri, file) && nameIsIn(text, name)) naming.push({ uri, text });
  }
  return naming;
}

/** Whether a text names a file, in a reference or elsewhere. */
export function nameIsIn(text: string, name: string): boolean {
  return [name, encodeURI(name), encodeURIComponent(name)].some(form => text.includes(form));
}

/** The references of a document to a generated file. */
export async function referencesIn(
  ledger: Ledger,
  { uri, text }: NamingDocument,
  file: vscode.Uri,
): Promise<MediaAddress[]> {
  const found: MediaAddress[] = [];
  for (const address of mediaAddressesOf(text, fileNameOf(file.path))) {
    const referred = await generatedFileAt(ledger, uri, address.path);
    if (referred && isSamePlace(referred.uri, file)) found.push(address);
  }
  return found;
}
