import * as vscode from 'vscode';
import { documentExtensions, documentLanguage } from '../../core/languages/documentLanguage.ts';
import { hasReferences } from '../../core/links/find/findReferences.ts';
import type { ReferenceFinder } from '../../core/links/find/referenceFinder.ts';
import { searchAhead } from '../../core/links/find/searchAhead.ts';
import { Cancelled } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import { homeOf } from '../placement/home.ts';
import { workspaceTexts, type Sought } from '../placement/workspaceTexts.ts';
import { linkedText, type LinkedText } from './linkedDocument.ts';

/** Documents in which references are looked for, as far as their names tell. */
const linked: Sought = {
  include: `**/*.{${documentExtensions.filter(each => hasReferences(named(each))).join(',')}}`,
  exclude: excluded,
  largest: 4 * 1024 * 1024,
};

/**
 * Reads the documents of the workspace that refer to something, with a progress that can be stopped; what the
 * settings exclude from files or from the search is left out. Stopped, nothing is read or searched any more.
 * @param read is to leave its work when the signal is aborted
 * @throws Cancelled when the person stops it
 */
export function readLinkedTexts(
  finder: ReferenceFinder,
  title: string,
  read: (text: LinkedText, signal: AbortSignal) => void | Promise<void>,
): Thenable<void> {
  const location = vscode.ProgressLocation.Notification;
  return withProgress({ location, title, cancellable: true }, async (_, token) => {
    const stop = new AbortController();
    // Its thread ends with the search, whatever it is at.
    const own = finder.apart();
    const stopping = token.onCancellationRequested(() => {
      stop.abort();
      own.dispose();
    });
    try {
      for await (const text of linkedTexts(own, stop.signal, token)) await read(text, stop.signal);
    } catch (error) {
      // What was broken off by the stop is no failure.
      if (!stop.signal.aborted) throw error;
    } finally {
      stopping.dispose();
      own.dispose();
    }
    if (stop.signal.aborted) throw new Cancelled();
  });
}

async function* linkedTexts(
  finder: ReferenceFinder,
  signal: AbortSignal,
  token: vscode.CancellationToken,
): AsyncGenerator<LinkedText> {
  const search = ({ uri, languageId, text }: Readable): Promise<LinkedText> =>
    linkedText(finder, uri, languageId, text);
  for await (const found of searchAhead(readableTexts(signal, token), search, signal))
    if (found.references.length > 0 && !signal.aborted) yield found;
}

type Readable = Omit<LinkedText, 'references'>;

/** The texts that may refer to something, with the language that they are in. */
async function* readableTexts(
  signal: AbortSignal,
  token: vscode.CancellationToken,
): AsyncGenerator<Readable> {
  for await (const { uri, languageId, text } of workspaceTexts(linked, () => signal.aborted, token)) {
    const language = languageId ?? documentLanguage({ languageId: 'plaintext', file: segmentsOf(uri) });
    if (text !== undefined && hasReferences({ languageId: language, file: segmentsOf(uri) }))
      yield { uri, languageId: language, text };
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
