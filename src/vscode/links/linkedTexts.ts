import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { documentLanguage } from '../../core/languages/documentLanguage.ts';
import { hasReferences } from '../../core/links/find/findReferences.ts';
import { linkedText, type LinkedText } from './linkedDocument.ts';

const extensions =
  'md,markdown,mdx,qmd,rmd,html,htm,xhtml,vue,svelte,astro,jsx,tsx,js,mjs,ts,css,scss,less,tex,ltx,typ,adoc,' +
  'asciidoc,rst,org,textile,php,erb,ejs,twig,njk,hbs,liquid,cshtml,heex,eex,json,yaml,yml,toml';

/** Longer than this nothing else of the extension host is held up, in milliseconds. */
const sliceMs = 10;
/** In bytes; larger documents are not read. */
const largest = 4 * 1024 * 1024;

/**
 * The documents of the workspace that refer to something, as they are in the editor or on disk; what the
 * settings exclude from files or from the search is left out.
 * @param isStopped asked between two documents
 */
export async function* linkedTexts(isStopped: () => boolean): AsyncGenerator<LinkedText> {
  const open = new Map(vscode.workspace.textDocuments.map(document => [document.uri.toString(), document]));
  const decoder = new TextDecoder();
  let since = performance.now();
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const include = new vscode.RelativePattern(folder, `**/*.{${extensions}}`);
    for (const uri of await vscode.workspace.findFiles(include, excluded(folder.uri))) {
      if (isStopped()) return;
      const document = open.get(uri.toString());
      const languageId =
        document?.languageId ?? documentLanguage({ languageId: 'plaintext', file: uri.path.split('/') });
      if (!hasReferences({ languageId, file: uri.path.split('/') })) continue;
      const text = document?.getText() ?? decoder.decode(await bytesOf(uri));
      const found = linkedText(uri, languageId, text);
      if (found.references.length > 0) yield found;
      if (performance.now() - since < sliceMs) continue;
      await setImmediate();
      since = performance.now();
    }
  }
}

/** Node reads many times faster than the editor's own file system; other schemes have only that. */
async function bytesOf(uri: vscode.Uri): Promise<Uint8Array> {
  if (uri.scheme === 'file') return readFile(uri.fsPath).then(bounded, unreadable);
  return vscode.workspace.fs.readFile(uri).then(bounded, unreadable);
}

function bounded(bytes: Uint8Array): Uint8Array {
  return bytes.length > largest ? new Uint8Array() : bytes;
}

/** What was deleted since it was listed, or may not be read, has no references to be found. */
function unreadable(error: unknown): Uint8Array {
  if (error instanceof Error && 'code' in error) return new Uint8Array();
  throw error;
}

function excluded(folder: vscode.Uri): string {
  const patterns = ['files', 'search'].flatMap(section =>
    Object.entries(
      vscode.workspace.getConfiguration(section, folder).get<Record<string, unknown>>('exclude', {}),
    )
      .filter(([, isOn]) => isOn === true)
      .map(([pattern]) => pattern),
  );
  return `{${['**/node_modules/**', ...patterns.filter(pattern => !/[{}]/.test(pattern))].join(',')}}`;
}
