import * as vscode from 'vscode';
import { fileNameOf, mediaAddressesOf, type MediaAddress } from '../../core/generate/mediaPath.ts';
import { isSamePlace } from '../../core/places/places.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import { generatedFileAt } from './generatedFile.ts';

/** A document that names a file. */
export interface NamingDocument {
  readonly uri: vscode.Uri;
  readonly text: string;
}

/** More files than that are not searched. */
const mostFiles = 20_000;
/** Longer ones are no text that a person has written. In bytes. */
const longest = 8_000_000;
const atOnce = 50;
/** What nobody writes references in. */
const notText =
  /\.(?:png|jpe?g|webp|gif|avif|ico|bmp|tiff?|mp4|mov|webm|mkv|mp3|m4a|wav|aac|ogg|flac|opus|pdf|zip|gz|tgz|7z|rar|jar|exe|dll|so|dylib|wasm|woff2?|ttf|otf|eot|sqlite|db|class|pyc|o|a|bin)$/i;

/**
 * The documents of the workspace that name a file, be it in a reference or elsewhere; open ones as they stand
 * in the editor.
 * @returns undefined when there are too many files to look at all of them
 */
export async function documentsNaming(file: vscode.Uri): Promise<NamingDocument[] | undefined> {
  const name = fileNameOf(file.path);
  const found = await vscode.workspace.findFiles('**/*', '**/{node_modules,.git}/**', mostFiles);
  if (found.length >= mostFiles) return undefined;
  const open = new Map(vscode.workspace.textDocuments.map(each => [each.uri.toString(), each]));
  const closed = found.filter(uri => !notText.test(uri.path) && !open.has(uri.toString()));
  const texts = [...open.values()]
    .filter(({ uri }) => uri.scheme !== 'output' && !isSamePlace(uri, file))
    .map((document): NamingDocument => ({ uri: document.uri, text: document.getText() }));
  for (let start = 0; start < closed.length; start += atOnce) {
    const some = closed.slice(start, start + atOnce);
    texts.push(...(await Promise.all(some.map(async uri => ({ uri, text: await textOf(uri) })))));
  }
  return texts.filter(({ text }) => nameIsIn(text, name));
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

async function textOf(uri: vscode.Uri): Promise<string> {
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    return size > longest ? '' : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    // What cannot be read is not read by what shows the picture either.
    if (error instanceof vscode.FileSystemError) return '';
    throw error;
  }
}
