import { posix } from 'node:path';
import * as vscode from 'vscode';
import { sumOf, type Estimate } from '../../core/generate/cost.ts';
import type { MediaReference } from '../../core/links/find/mediaReference.ts';
import { suggestedPrompt } from '../../core/links/wish.ts';
import type { MissingFile } from '../../core/tasks/placement.ts';
import type { MediaKind } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { order } from '../generate/generate.ts';
import { pricesBefore } from '../generate/pricesBefore.ts';
import type { EditorRequest, PlacedPrompt } from '../generate/request.ts';
import type { Starter } from '../generate/starter.ts';
import { askText } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { chooseManyCounted, type RowText } from '../messages/quickPick.ts';
import { homeOf } from '../placement/home.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { estimateText } from '../text/modelText.ts';
import {
  linkedText,
  missingReferences,
  rangeIn,
  type LinkedText,
  type MissingReference,
} from './linkedDocument.ts';
import { requireTrust } from './requireTrust.ts';
import { readLinkedTexts } from './linkedTexts.ts';
import { l10n } from '../text/l10n.ts';

/** A missing file, and a document that refers to it. */
interface Missing extends MissingReference {
  readonly document: LinkedText;
}

/** One reference to a missing file that speaks for all of them. */
interface MissingOnce extends Missing {
  readonly others: readonly Missing[];
}

/**
 * Makes the missing file that a document refers to at an offset; without one, those of the document that the
 * person ticks.
 * @throws Cancelled, UserError and what `order` throws
 */
export async function generateMissing(
  services: GenerateServices,
  starter: Starter,
  uri?: vscode.Uri,
  offset?: number,
): Promise<void> {
  requireTrust();
  const { t } = l10n;
  const document = uri
    ? await vscode.workspace.openTextDocument(uri)
    : vscode.window.activeTextEditor?.document;
  if (!document) throw new UserError(t('Open a document.'));
  const { uri: own, languageId } = document;
  const linked = await linkedText(services.finder, own, languageId, document.getText());
  const found = (await missingReferences(services.projects, linked)).map(each => ({
    ...each,
    document: linked,
  }));
  if (offset === undefined) return generateChosen(services, found, 1, starter);
  const one = found.find(({ reference }) => reference.address.start === offset);
  const others = found.filter(each => each !== one && each.file.toString() === one?.file.toString());
  if (!one) throw new UserError(t('No file is missing here anymore.'));
  const prompt = one.wish?.prompt ?? (await askWish(one));
  await orderFiles(services, [{ ...one, others, prompt }], starter);
}

/** Looks through the workspace for missing files, and makes those that the person ticks. */
export async function generateAllMissing(services: GenerateServices, starter: Starter): Promise<void> {
  requireTrust();
  const found: Missing[] = [];
  const documents = new Set<string>();
  await readLinkedTexts(services.finder, l10n.t('Looking for missing images...'), async (linked, signal) => {
    for (const each of await missingReferences(services.projects, linked, signal)) {
      found.push({ ...each, document: linked });
      documents.add(linked.uri.toString());
    }
  });
  await generateChosen(services, found, documents.size, starter);
}

async function askWish({ reference, file }: Missing): Promise<string> {
  const { generate, describe } = mediaKindLabels(reference.kind);
  const name = plain(posix.basename(file.path), 'value');
  const prompt = await askText({
    title: generate,
    prompt: l10n.t('The file will be named "{0}".', name),
    placeholder: describe,
    value: suggestedPrompt(reference),
  });
  if (prompt === undefined || prompt.trim() === '') throw new Cancelled();
  return prompt.trim();
}

async function generateChosen(
  services: GenerateServices,
  all: readonly Missing[],
  documents: number,
  starter: Starter,
): Promise<void> {
  const { t } = l10n;
  const rows = once(all).flatMap(each => {
    const prompt = each.wish?.prompt ?? suggestedPrompt(each.reference);
    if (prompt === '') return [];
    return [{ ...each, prompt, picked: each.wish !== undefined }];
  });
  if (rows.length === 0) throw new UserError(t('No images are missing.'));
  const wished = rows.filter(({ picked }) => picked).length;
  const placeholder = t('{0} missing in {1} documents, {2} with a prompt', rows.length, documents, wished);
  const chosen = await chooseManyCounted(await pricedRows(services, rows), {
    titleOf: ticked => titleOf(ticked.map(({ estimate }) => estimate)),
    placeholder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen.length > 0) await orderFiles(services, chosen, starter);
}

/** Several references to one file are one; the first with a wish speaks for them. */
function once(all: readonly Missing[]): MissingOnce[] {
  return [...Map.groupBy(all, ({ file }) => file.toString()).values()].flatMap(own => {
    const speaker = own.find(({ wish }) => wish) ?? own[0];
    return speaker ? [{ ...speaker, others: own.filter(each => each !== speaker) }] : [];
  });
}

/** A missing file in the list of all. */
interface MissingRow extends MissingOnce, RowText {
  readonly prompt: string;
  readonly picked: boolean;
  /** Undefined where something is asked before its price is known. */
  readonly estimate: Estimate | undefined;
}

async function pricedRows(
  services: GenerateServices,
  rows: readonly (MissingOnce & Pick<MissingRow, 'prompt' | 'picked'>)[],
): Promise<MissingRow[]> {
  const priced = new Map<(typeof rows)[number], Estimate | undefined>();
  for (const [kind, own] of Map.groupBy(rows, ({ reference }) => reference.kind)) {
    const [first] = own;
    const scope = first && { uri: homeOf(first.document.uri), languageId: first.document.languageId };
    const prompts = own.map(({ prompt, document: { text }, reference, file }) => ({
      prompt,
      context: { text, ...reference.range },
      wanted: wantedFile(reference, file),
    }));
    const prices = await pricesBefore(services, kind, scope, prompts);
    for (const [index, each] of own.entries()) priced.set(each, prices[index]);
  }
  return rows.map(each => {
    const estimate = priced.get(each);
    const place = `${vscode.workspace.asRelativePath(each.document.uri)}:${each.line}`;
    return {
      ...each,
      estimate,
      label: vscode.workspace.asRelativePath(each.file),
      // Before the place, which is long and is cut where the list is narrow.
      description: [estimate ? estimateText(estimate) : l10n.t('price unknown'), place].join(' · '),
      detail: each.prompt,
    };
  });
}

function titleOf(estimates: readonly (Estimate | undefined)[]): string {
  const { t } = l10n;
  if (estimates.length === 0) return t('Generate Missing Images');
  const unknown = { jobs: 1, certainty: 'unknown', credits: undefined, worst: undefined } as const;
  const total = sumOf(estimates.map(each => each ?? unknown));
  return t('Generate Missing Images: {0} ({1})', total.jobs, estimateText(total));
}

/** Orders all of them together: one price, one question. */
async function orderFiles(
  services: GenerateServices,
  chosen: readonly (MissingOnce & { readonly prompt: string })[],
  starter: Starter,
): Promise<void> {
  const prompts = new Map<MediaKind, PlacedPrompt[]>();
  for (const each of chosen) {
    const { reference, file, prompt } = each;
    const document = await vscode.workspace.openTextDocument(each.document.uri);
    const missing = { uri: file.toString(), target: reference.target, also: alsoOf(each) };
    const placed = {
      prompt,
      place: { document, range: rangeIn(document, reference.range) },
      missing,
      wanted: wantedFile(reference, file),
    };
    prompts.set(reference.kind, [...(prompts.get(reference.kind) ?? []), placed]);
  }
  const requests = [...prompts].map(([kind, placed]): EditorRequest => ({ kind, prompts: placed }));
  await order(services, requests, starter);
}

/** The other addresses of a file, by document, each once. */
function alsoOf({ document, reference, others }: MissingOnce): NonNullable<MissingFile['also']> {
  const all = new Map<string, { readonly document: string; readonly target: string }>();
  for (const {
    document: { uri },
    reference: { target },
  } of others)
    all.set(`${uri.toString()} ${target}`, { document: uri.toString(), target });
  all.delete(`${document.uri.toString()} ${reference.target}`);
  return [...all.values()];
}

function wantedFile({ size }: MediaReference, file: vscode.Uri): NonNullable<PlacedPrompt['wanted']> {
  return { size, extension: posix.extname(file.path).slice(1).toLowerCase() };
}
