import * as vscode from 'vscode';
import { documentExtensions, documentLanguage } from '../../core/languages/documentLanguage.ts';
import { hasReferences } from '../../core/links/find/findReferences.ts';
import type { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import { withProgress } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { homeOf } from '../placement/home.ts';
import { workspaceTexts, type Sought } from '../placement/workspaceTexts.ts';
import { linkedText, type LinkedText } from './linkedDocument.ts';

/** Documents in which references are looked for, as far as their names tell. */
const linked: Sought = {
  include: `**/*.{${documentExtensions.filter(each => hasReferences(named(each))).join(',')}}`,
  exclude: excluded,
  largest: 4 * 1024 * 1024,
};

/** So many documents are in the finder at a time; the next are read meanwhile. */
const ahead = 8;

/**
 * Reads the documents of the workspace that refer to something, with a progress that can be stopped; what the
 * settings exclude from files or from the search is left out.
 * @throws Cancelled when the person stops it
 */
export function readLinkedTexts(
  finder: ReferenceFinder,
  title: string,
  read: (text: LinkedText) => void | Promise<void>,
): Thenable<void> {
  const location = vscode.ProgressLocation.Notification;
  return withProgress({ location, title, cancellable: true }, async (_, token) => {
    for await (const text of linkedTexts(finder, () => token.isCancellationRequested)) await read(text);
    if (token.isCancellationRequested) throw new Cancelled();
  });
}

async function* linkedTexts(finder: ReferenceFinder, isStopped: () => boolean): AsyncGenerator<LinkedText> {
  const searched: Promise<LinkedText>[] = [];
  for await (const { uri, languageId, text } of workspaceTexts(linked, isStopped)) {
    const language = languageId ?? documentLanguage({ languageId: 'plaintext', file: segmentsOf(uri) });
    if (text === undefined || !hasReferences({ languageId: language, file: segmentsOf(uri) })) continue;
    const search = linkedText(finder, uri, language, text);
    // Whoever waits for it hears of its error; until then it is no error that nobody has heard of.
    search.catch(() => undefined);
    searched.push(search);
    if (searched.length < ahead) continue;
    const found = await searched.shift();
    if (found && found.references.length > 0) yield found;
  }
  for (const each of searched) {
    const found = await each;
    if (found.references.length > 0 && !isStopped()) yield found;
  }
}

function segmentsOf(uri: vscode.Uri): string[] {
  return homeOf(uri).path.split('/');
}

function named(extension: string): { readonly languageId: string; readonly file: readonly string[] } {
  return { languageId: 'plaintext', file: [`a.${extension}`] };
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
