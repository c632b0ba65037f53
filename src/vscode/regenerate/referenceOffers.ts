import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { estimateCost } from '../../core/generate/cost.ts';
import { mediaAddressAt, type MediaAddress } from '../../core/generate/mediaPath.ts';
import { modelName } from '../../core/models/usableModels.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { estimateText } from '../text/modelText.ts';
import type { CommandId } from '../manifest/ids.ts';
import type { Action } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { pictureTooltip, tooltipOf } from '../messages/tooltip.ts';
import { fileAt } from '../placement/generatedFile.ts';
import { packageOf } from '../recipeFiles/packageOf.ts';
import { recipeStateText } from '../recipeFiles/recipeText.ts';
import { pictureOf } from '../text/taskPicture.ts';
import { ageText } from '../text/taskText.ts';
import { madeFileAt, paramsFor, type MadeFile } from './making.ts';
import type { ReferenceLink } from './occasion.ts';
import { l10n } from '../text/l10n.ts';

/** A reference to a file that was made. */
interface FoundReference {
  readonly address: MediaAddress;
  readonly made: MadeFile;
}

/** Where a reference may be: nothing is loaded for a document that refers to nothing of ours. */
export interface ReferenceSource {
  readonly load: () => Promise<GenerateServices>;
  /** Whether any job was ever made here. */
  readonly mayHaveFiles: () => boolean;
}

/** What the lightbulb offers on the line of a reference to a generated file. */
export async function referenceActions(
  source: ReferenceSource,
  document: vscode.TextDocument,
  position: vscode.Position,
  kind: vscode.CodeActionKind,
): Promise<vscode.CodeAction[] | undefined> {
  const found = await referenceAt(source, document, position);
  if (!found) return undefined;
  const { price } = await modelOf(await source.load(), found.made);
  return offersOf(document, found).map(({ title, command, isOrder, arguments: values = [] }) => {
    const words = isOrder ? `${title} (${price})` : title;
    const action = new vscode.CodeAction(plain(`Rivya: ${words}`, 'title'), kind);
    action.command = { title: plain(title, 'title'), command, arguments: [...values] };
    return action;
  });
}

/** The picture behind a reference, what it was made with, and what can be done with it. */
export async function referenceHover(
  source: ReferenceSource,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | undefined> {
  const found = await referenceAt(source, document, position);
  if (!found) return undefined;
  const { address, made } = found;
  const range = hoveredRange(document, address);
  if (!range.contains(position)) return undefined;
  const services = await source.load();
  const { generated, recipe, task } = made;
  const { name, price } = await modelOf(services, made);
  const { t } = l10n;
  const { width, height } = generated?.file ?? {};
  const pixels = width === undefined ? '' : t('{0} × {1} pixels', width, height ?? 0);
  const age = task ? ageText(task.createdAt, systemClock.now()) : (recipe?.recipe.made ?? '');
  const facts = [name, price, pixels, age, recipe && recipeStateText(recipe)];
  const lines = [facts.filter(Boolean).join(' · '), made.prompt];
  const links = offersOf(document, found);
  const { library } = services;
  const picture = task && pictureOf(task, library);
  if (!picture) return new vscode.Hover(tooltipOf(lines, links), range);
  const open = { title: t('Open Result'), command: 'rivya.task.open', arguments: [task.id] } as const;
  const folder = vscode.Uri.file(`${library.folder}/`);
  return new vscode.Hover(pictureTooltip(picture, folder, lines, { open, links, isLow: true }), range);
}

async function referenceAt(
  { load, mayHaveFiles }: ReferenceSource,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<FoundReference | undefined> {
  const address = mediaAddressAt(document.getText(), document.offsetAt(position));
  if (!address) return undefined;
  if (!mayHaveFiles()) {
    // Somebody else's recipe may tell of it.
    const uri = await fileAt(document.uri, address.path);
    if (!uri || !packageOf(uri)) return undefined;
  }
  const made = await madeFileAt(await load(), document.uri, address.path);
  return made && { address, made };
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
  made: MadeFile,
): Promise<{ readonly name: string; readonly price: string }> {
  // Of the server in force; without it, what is known without one still shows.
  const models = await catalogue.models(server.base.origin).catch(() => []);
  const model = models.find(each => each.id === made.model);
  if (!model) return { name: made.model, price: l10n.t('price unknown') };
  const { prompt, hasInputs } = made;
  const estimate = estimateCost(model, { prompt, params: paramsFor(made, model), hasInputs });
  return { name: modelName(model), price: estimateText(estimate) };
}

type Offer = Action & {
  readonly command: CommandId;
  readonly arguments?: readonly unknown[];
  /** Whether it costs what the same has cost, without a further question about what is made. */
  readonly isOrder: boolean;
};

/** A file with a recipe is made again as its recipe says; one of the ledger alone as its job was. */
function offersOf(
  document: vscode.TextDocument,
  { address, made: { task, recipe } }: FoundReference,
): Offer[] {
  const { t } = l10n;
  const link: ReferenceLink = { document: document.uri.toString(), offset: address.start, task: task?.id };
  const offer = (title: string, command: CommandId, isOrder = false): Offer => ({
    title,
    command,
    arguments: [link],
    isOrder,
  });
  const edit = offer(t('Edit Prompt...'), 'rivya.file.editPrompt');
  const why = offer(t('Why Does This File Exist?'), 'rivya.recipe.explain');
  if (!recipe)
    return [
      offer(t('Regenerate'), 'rivya.file.regenerate', true),
      offer(t('Variations...'), 'rivya.file.variations'),
      edit,
      offer(t('Different Model...'), 'rivya.file.otherModel'),
      why,
    ];
  return [
    offer(t('Run Again'), 'rivya.recipe.rerun', true),
    offer(t('Variations...'), 'rivya.recipe.vary'),
    edit,
    offer(t('Same Seed, Different Model...'), 'rivya.recipe.otherModel'),
    offer(t('Open Recipe'), 'rivya.recipe.open'),
    why,
  ];
}
