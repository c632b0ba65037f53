import * as vscode from 'vscode';
import { fileNameOf, mediaAddressAt, type MediaAddress } from '../../core/generate/mediaPath.ts';
import { plainName, replaceReference } from '../../core/references/replaceReference.ts';
import type { ReferenceEdit } from '../../core/references/plan/plan.ts';
import type { Ledger } from '../../core/tasks/ledger.ts';
import type { StoredFile } from '../../shared/task.ts';
import { setting } from '../manifest/settings.ts';
import type { Destination } from './destination.ts';
import { fileAt, generatedFile, generatedFileAt } from './generatedFile.ts';
import { parentOf } from './home.ts';
import type { PlacedFile, Target } from './referenceEdit.ts';
import { documentsNaming, nameIsIn, referencesIn, type NamingDocument } from './workspaceReferences.ts';

/** A file of the workspace whose place another takes. */
export interface OldFile {
  readonly uri: vscode.Uri;
  /** As it was made; undefined when no job has made it. */
  readonly file: StoredFile | undefined;
}

/** How a document comes to name another file. */
export interface SwapEdits {
  readonly document: vscode.TextDocument;
  /** As it was when the edits were planned. */
  readonly text: string;
  readonly edits: readonly ReferenceEdit[];
}

/** The address that a place in a text stands for. */
export function addressAt(text: string, { start, end }: Target['anchor']): MediaAddress | undefined {
  const address = end > start ? mediaAddressAt(text, start) : undefined;
  return address && address.start <= end && start <= address.end ? address : undefined;
}

/** The file that a place in a document names, as it stands now. */
export async function oldFileAt(ledger: Ledger, { document, anchor }: Target): Promise<OldFile | undefined> {
  const address = addressAt(document.getText(), anchor);
  if (!address) return undefined;
  const found = await generatedFileAt(ledger, document.uri, address.path);
  if (found) return found;
  const uri = await fileAt(document.uri, address.path);
  return uri && { uri, file: undefined };
}

/** The same of a file itself. */
export async function oldFileOf(ledger: Ledger, uri: vscode.Uri): Promise<OldFile> {
  return (await generatedFile(ledger, uri)) ?? { uri, file: undefined };
}

/** A new file goes beside the old one, under a name that every language writes alike. */
export function besideOldFile({ uri }: OldFile): Destination {
  const folder = parentOf(uri);
  return {
    root: vscode.workspace.getWorkspaceFolder(uri)?.uri ?? folder,
    uriOf: name => vscode.Uri.joinPath(folder, plainName(name)),
    warning: undefined,
  };
}

/**
 * Plans that the reference at a place names the new file; nothing when it cannot.
 * @param given the text that the place stands in, when it is not the present one
 */
export function swapAt(
  target: Target | undefined,
  old: OldFile,
  placed: Pick<PlacedFile, 'uri' | 'file'>,
  given?: string,
): SwapEdits[] {
  if (!target) return [];
  const { document, anchor } = target;
  const text = given ?? document.getText();
  const address = addressAt(text, anchor);
  const edits = address && planSwap(text, address, old, placed);
  return edits ? [{ document, text, edits }] : [];
}

function planSwap(
  text: string,
  address: MediaAddress,
  old: OldFile,
  { uri, file }: Pick<PlacedFile, 'uri' | 'file'>,
): ReferenceEdit[] | undefined {
  const before = { ...old.file, name: fileNameOf(old.uri.path) };
  return replaceReference(text, address, before, { ...file, name: fileNameOf(uri.path) });
}

/** Plans the same for all references of the workspace to the old file. */
export async function swapEverywhere(
  ledger: Ledger,
  old: OldFile,
  placed: Pick<PlacedFile, 'uri' | 'file'>,
): Promise<SwapEdits[]> {
  const swaps: SwapEdits[] = [];
  for (const naming of (await documentsNaming(old.uri)) ?? []) {
    const addresses = await referencesIn(ledger, naming, old.uri);
    const plans = addresses.flatMap(address => planSwap(naming.text, address, old, placed) ?? []);
    const edits = plans.toSorted((a, b) => a.start - b.start);
    if (edits.length === 0) continue;
    const document = await vscode.workspace.openTextDocument(naming.uri);
    swaps.push({ document, text: naming.text, edits });
  }
  // Somebody has typed meanwhile.
  const isStale = swaps.some(({ document, text }) => document.getText() !== text);
  return isStale ? swapEverywhere(ledger, old, placed) : swaps;
}

/**
 * Tells whether the old file goes: the person wants it so, and nothing in the workspace names it any more
 * once edits are made. The documents are read now; what is edited counts as it is when it is asked about.
 */
export async function leftOverTest({
  uri,
  file,
}: OldFile): Promise<(swaps: readonly SwapEdits[]) => boolean> {
  // What no job has made is in no library.
  if (!file || setting('replace.oldFile') !== 'delete') return () => false;
  const naming = await documentsNaming(uri);
  const name = fileNameOf(uri.path);
  return swaps => {
    const isEdited = (each: NamingDocument): boolean =>
      swaps.some(({ document }) => document.uri.toString() === each.uri.toString());
    return (
      naming !== undefined && naming.every(isEdited) && !swaps.some(swap => nameIsIn(textAfter(swap), name))
    );
  };
}

function textAfter({ text, edits }: SwapEdits): string {
  return edits.reduceRight(
    (all, { start, end, text: added }) => all.slice(0, start) + added + all.slice(end),
    text,
  );
}
