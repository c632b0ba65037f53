import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { estimateCost } from '../../core/generate/cost.ts';
import { sentWith } from '../../core/generate/draftJob.ts';
import { mediaAddressAt, type MediaAddress } from '../../core/generate/mediaPath.ts';
import { modelName } from '../../core/models/usableModels.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { estimateText } from '../text/modelText.ts';
import type { CommandId } from '../manifest/ids.ts';
import type { Action } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { pictureTooltip, tooltipOf } from '../messages/tooltip.ts';
import { generatedFileAt, type GeneratedFile } from '../placement/generatedFile.ts';
import { pictureOf } from '../text/taskPicture.ts';
import { ageText } from '../text/taskText.ts';
import type { ReferenceLink } from './occasion.ts';
import { l10n } from '../text/l10n.ts';

/** A reference to a generated file. */
interface FoundReference {
  readonly address: MediaAddress;
  readonly generated: GeneratedFile;
}

/** What the lightbulb offers on the line of a reference to a generated file. */
export async function referenceActions(
  services: GenerateServices,
  document: vscode.TextDocument,
  position: vscode.Position,
  kind: vscode.CodeActionKind,
): Promise<vscode.CodeAction[] | undefined> {
  const found = await referenceAt(services, document, position);
  if (!found) return undefined;
  const { price } = await modelOf(services, found.generated);
  return offersOf(document, found).map(({ title, command, arguments: values = [] }) => {
    const words = command === 'rivya.file.regenerate' ? `${title} (${price})` : title;
    const action = new vscode.CodeAction(plain(`Rivya: ${words}`, 'title'), kind);
    action.command = { title: plain(title, 'title'), command, arguments: [...values] };
    return action;
  });
}

/** The picture behind a reference, what it was made with, and what can be done with it. */
export async function referenceHover(
  services: GenerateServices,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | undefined> {
  const found = await referenceAt(services, document, position);
  if (!found) return undefined;
  const { address, generated } = found;
  const range = hoveredRange(document, address);
  if (!range.contains(position)) return undefined;
  const { task, file } = generated;
  const { name, price } = await modelOf(services, generated);
  const { t } = l10n;
  const pixels = file.width === undefined ? '' : t('{0} × {1} pixels', file.width, file.height ?? 0);
  const facts = [name, price, pixels, ageText(task.createdAt, systemClock.now())];
  const lines = [facts.filter(Boolean).join(' · '), task.prompt];
  const links = offersOf(document, found);
  const { library } = services;
  const picture = pictureOf(task, library);
  const open = { title: t('Open Result'), command: 'rivya.task.open', arguments: [task.id] } as const;
  const content = picture
    ? pictureTooltip(picture, vscode.Uri.file(`${library.folder}/`), lines, { open, links })
    : tooltipOf(lines, links);
  return new vscode.Hover(content, range);
}

async function referenceAt(
  { ledger }: GenerateServices,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<FoundReference | undefined> {
  const address = mediaAddressAt(document.getText(), document.offsetAt(position));
  const generated = address && (await generatedFileAt(ledger, document.uri, address.path));
  return generated && { address, generated };
}

/** The address, and in Markdown the words before it. */
function hoveredRange(document: vscode.TextDocument, { start, end }: MediaAddress): vscode.Range {
  const line = document.lineAt(document.positionAt(start).line);
  const before = line.text.slice(0, start - document.offsetAt(line.range.start));
  const words = /!\[[^\]]*\]\(<?$/.exec(before.slice(-2_000))?.[0].length ?? 0;
  return new vscode.Range(document.positionAt(start - words), document.positionAt(end));
}

/** The name of the model, and what the same would cost once more. */
async function modelOf(
  { catalogue, server }: GenerateServices,
  { task }: GeneratedFile,
): Promise<{ readonly name: string; readonly price: string }> {
  // Of the server in force; without it, what is known without one still shows.
  const models = await catalogue.models(server.base.origin).catch(() => []);
  const model = models.find(each => each.id === task.model);
  if (!model) return { name: task.model, price: l10n.t('price unknown') };
  const { params, hasInputs } = sentWith(task.body);
  const estimate = estimateCost(model, { prompt: task.prompt, params, hasInputs });
  return { name: modelName(model), price: estimateText(estimate) };
}

type Offer = Action & { readonly command: CommandId; readonly arguments?: readonly unknown[] };

function offersOf(document: vscode.TextDocument, { address, generated }: FoundReference): Offer[] {
  const { t } = l10n;
  const link: ReferenceLink = {
    document: document.uri.toString(),
    offset: address.start,
    task: generated.task.id,
  };
  const offer = (title: string, command: CommandId): Offer => ({ title, command, arguments: [link] });
  return [
    offer(t('Regenerate'), 'rivya.file.regenerate'),
    offer(t('Variations...'), 'rivya.file.variations'),
    offer(t('Edit Prompt...'), 'rivya.file.editPrompt'),
    offer(t('Other Model...'), 'rivya.file.otherModel'),
    offer(t('Why This File'), 'rivya.file.why'),
  ];
}
