import * as vscode from 'vscode';
import { mediaAddressAt } from '../../core/generate/mediaPath.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { starterOf, type Starter } from '../generate/starter.ts';
import { UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { isDocument, type Place } from '../placement/place.ts';
import { madeFile, madeFileAt, type MadeFile } from './making.ts';
import { l10n } from '../text/l10n.ts';

/** What a link in a hover and a code action hand to a command: a reference in a document. */
export interface ReferenceLink {
  readonly document: string;
  /** Of the address, in UTF-16 units. */
  readonly offset: number;
  /** Our id of the job that has made the file. No file of a workspace can know it; none for another's. */
  readonly task: string | undefined;
}

/** On what a command on a generated file was given, and where. */
export interface Occasion {
  readonly made: MadeFile;
  /** The address of the reference; undefined when the file itself was chosen. */
  readonly place: Place | undefined;
  readonly starter: Starter;
}

/**
 * What a command is about: a reference, the file under the pointer in the Explorer, or what the document
 * refers to at the cursor.
 * @param values as the command was called with
 * @throws UserError when that is no file that Rivya has made
 */
export async function occasionOf(services: GenerateServices, values: readonly unknown[]): Promise<Occasion> {
  const [target, others] = values;
  const active = vscode.window.activeTextEditor;
  if (isLink(target)) {
    const uri = vscode.Uri.parse(target.document, true);
    const document = await vscode.workspace.openTextDocument(uri);
    const found = await occasionAt(services, document, target.offset);
    // The link was made for the file that stood there then.
    return occasion(found, found.made.task?.id === target.task ? 'hand' : 'other');
  }
  const file = target instanceof vscode.Uri ? target : active ? undefined : shownFile();
  if (file && file.toString() !== active?.document.uri.toString()) {
    const made = await madeFile(services, file);
    if (!made) throw notGenerated(file.path.split('/').at(-1) ?? '', file);
    const fromMenu = Array.isArray(others) ? 'hand' : 'other';
    return occasion({ made, place: undefined }, target === undefined ? starterOf(values) : fromMenu);
  }
  if (!active || !isDocument(active.document.uri)) {
    throw new UserError(l10n.t('Place the cursor on a reference to a generated file.'));
  }
  const offset = active.document.offsetAt(active.selection.active);
  return occasion(await occasionAt(services, active.document, offset), starterOf(values));
}

/** The file of a tab that is no text editor, as of a picture. */
function shownFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom ? input.uri : undefined;
}

/** What a recipe of the workspace says is ordered only after a question, whoever has pressed a button. */
function occasion(found: Pick<Occasion, 'made' | 'place'>, starter: Starter): Occasion {
  return { ...found, starter: found.made.task ? starter : 'other' };
}

async function occasionAt(
  services: GenerateServices,
  document: vscode.TextDocument,
  offset: number,
): Promise<Pick<Occasion, 'made'> & { readonly place: Place }> {
  const address = mediaAddressAt(document.getText(), offset);
  if (!address) {
    throw new UserError(l10n.t('Place the cursor on a reference to a generated file.'));
  }
  const made = await madeFileAt(services, document.uri, address.path);
  if (!made) throw notGenerated(address.path);
  const range = new vscode.Range(document.positionAt(address.start), document.positionAt(address.end));
  return { made, place: { document, range } };
}

function isLink(value: unknown): value is ReferenceLink {
  return (
    typeof value === 'object' &&
    value !== null &&
    'document' in value &&
    typeof value.document === 'string' &&
    'offset' in value &&
    typeof value.offset === 'number' &&
    (!('task' in value) || value.task === undefined || typeof value.task === 'string')
  );
}

/** @param file what can be an input all the same */
function notGenerated(name: string, file?: vscode.Uri): UserError {
  const { t } = l10n;
  return new UserError(
    t('Rivya has no task that generated "{0}". Nothing was sent or charged.', plain(name, 'value')),
    file ? [{ title: t('Use as Input...'), command: 'rivya.generate.fromReference', arguments: [file] }] : [],
  );
}
