import * as vscode from 'vscode';
import { modelFields, type ModelField } from '../../api/catalogue.ts';
import type { Model } from '../../api/models.ts';
import { modelName, unusable } from '../../core/models/models.ts';
import type { MediaKind } from '../../shared/task.ts';
import { kindWords, mediaKinds } from '../generate/kindWords.ts';
import { priceText, unusableReason } from '../generate/modelText.ts';
import { defaultModelOf } from '../settings.ts';
import type { ModelsFilter, ModelsNode } from './modelsTree.ts';

/** In the order in which they are shown; whatever else the server names comes after them. */
export const knownCategories = [...mediaKinds, 'chat'] as const;

export function categoryText(category: string): string {
  const kind = mediaKinds.find(each => each === category);
  if (kind) return kindWords(kind).name;
  return category === 'chat' ? vscode.l10n.t('Chat') : category;
}

/** What a model makes, or undefined for chat and for what is not known here. */
function kindOf(model: Model): MediaKind | undefined {
  return mediaKinds.find(each => each === model.category);
}

/** Why a model cannot be used, in words; undefined when it can. */
function reasonText(model: Model): string | undefined {
  const kind = kindOf(model);
  const reason = kind
    ? unusable(model, kind)
    : model.api_status === 'coming_soon'
      ? 'comingSoon'
      : model.api_status === 'studio_only'
        ? 'studioOnly'
        : undefined;
  return reason && unusableReason(reason);
}

/** What the view shows: the categories of what passes the filter, or a word about there being none. */
export function modelNodes(models: readonly Model[], filter: ModelsFilter): ModelsNode[] {
  const nodes = categories(models.filter(passes(filter)));
  return nodes.length > 0 ? nodes : [{ type: 'nothing' }];
}

/** What the view says of its filter; empty when everything passes. */
export function filterText({ categories: chosen, usableOnly }: ModelsFilter): string {
  return [...chosen.map(categoryText), ...(usableOnly ? [vscode.l10n.t('usable')] : [])].join(', ');
}

export function modelsNodeItem(node: ModelsNode): vscode.TreeItem {
  switch (node.type) {
    case 'category':
      return categoryItem(node.category, node.models.length);
    case 'model':
      return modelItem(node.model);
    case 'nothing':
      return nothingItem();
    case 'failure':
      return failureItem(node.text);
  }
}

function categoryItem(category: string, count: number): vscode.TreeItem {
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(categoryText(category), category === 'image' ? Expanded : Collapsed);
  const kind = mediaKinds.find(each => each === category);
  item.id = `category:${category}`;
  item.description = count.toLocaleString(vscode.env.language);
  item.iconPath = new vscode.ThemeIcon(
    kind ? kindWords(kind).icon : category === 'chat' ? 'comment-discussion' : 'symbol-misc',
  );
  item.contextValue = 'category';
  item.accessibilityInformation = {
    label: vscode.l10n.t('{0}, models: {1}', categoryText(category), item.description),
  };
  return item;
}

function modelItem(model: Model): vscode.TreeItem {
  const category = model.category ?? '';
  const reason = reasonText(model);
  const isDefault = defaultModelOf(category) === model.id;
  const item = new vscode.TreeItem(modelName(model));
  item.id = `model:${model.id}`;
  item.description = [reason, priceText(model), model.supported_modes.join(', '), inputsText(model)]
    .filter(Boolean)
    .join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    isDefault ? 'star-full' : reason === undefined ? 'symbol-constant' : 'circle-slash',
    reason === undefined ? undefined : new vscode.ThemeColor('disabledForeground'),
  );
  // What menus ask for, each between dots.
  item.contextValue = `model.${[
    category,
    ...(reason === undefined ? ['usable'] : []),
    ...(isDefault ? ['default'] : []),
  ].join('.')}.`;
  const label = [modelName(model), isDefault ? vscode.l10n.t('default') : '', item.description];
  item.accessibilityInformation = { label: label.filter(Boolean).join(', ') };
  return item;
}

/** Loaded when it is to be shown. */
export function modelTooltip(model: Model): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const tooltip = new vscode.MarkdownString();
  const reason = reasonText(model);
  const fields = modelFields(model);
  const lines = [
    modelName(model),
    ...(reason === undefined ? [] : [t('Not usable now: {0}', reason)]),
    t('Id: {0}', model.id),
    t('Price: {0}', priceText(model)),
    ...(model.supported_modes.length > 0 ? [t('Modes: {0}', model.supported_modes.join(', '))] : []),
    ...(inputsText(model) === '' ? [] : [t('Inputs: {0}', inputsText(model))]),
    model.max_prompt_length === null
      ? t('Prompt: no documented limit')
      : t('Prompt: up to {0} characters', model.max_prompt_length.toLocaleString(vscode.env.language)),
    ...(fields.length > 0 ? [t('Parameters:')] : []),
    ...fields.map(field => `• ${fieldText(field)}`),
    ...noticesOf(model),
  ];
  // Text of the server: as text, never as Markdown.
  for (const line of lines) tooltip.appendText(line).appendMarkdown('\n\n');
  return tooltip;
}

function inputsText(model: Model): string {
  const inputs = model.supported_api_inputs.filter(input => input !== 'file');
  return [...inputs, ...(model.supported_api_inputs.includes('file') ? filesOf(model) : [])].join(', ');
}

function filesOf({ file_kinds: fileKinds }: Model): string[] {
  const labels = fileKinds.map(kind => categoryText(kind).toLocaleLowerCase(vscode.env.language));
  return [fileKinds.length > 0 ? vscode.l10n.t('files ({0})', labels.join(', ')) : vscode.l10n.t('files')];
}

function fieldText({ key, options, min, max, default: preset }: ModelField): string {
  const range =
    options.length > 0
      ? options.map(option => option.value).join(' | ')
      : min !== undefined || max !== undefined
        ? `${min ?? '…'} – ${max ?? '…'}`
        : '';
  return [key, range, preset === undefined ? '' : vscode.l10n.t('default: {0}', String(preset))]
    .filter(Boolean)
    .join(' · ');
}

/** Of unknown shape (rivya-api.md 1): texts, or objects that hold one. */
function noticesOf({ notices }: Model): string[] {
  if (!Array.isArray(notices)) return [];
  return notices.flatMap((notice: unknown) => {
    if (typeof notice === 'string') return [notice];
    if (typeof notice !== 'object' || notice === null) return [];
    const text = ['message', 'text', 'title', 'description']
      .map(key => (notice as Record<string, unknown>)[key])
      .find(value => typeof value === 'string');
    return typeof text === 'string' ? [text] : [];
  });
}

function passes({ categories: chosen, usableOnly }: ModelsFilter): (model: Model) => boolean {
  return model =>
    (chosen.length === 0 || chosen.includes(model.category ?? '')) &&
    (!usableOnly || reasonText(model) === undefined);
}

/** Usable ones first, then by name. */
function categories(models: readonly Model[]): ModelsNode[] {
  const all = new Set([...knownCategories, ...models.map(categoryOf)]);
  return [...all].flatMap((category): ModelsNode[] => {
    const own = models
      .filter(model => categoryOf(model) === category)
      .sort(
        (a, b) =>
          Number(reasonText(a) !== undefined) - Number(reasonText(b) !== undefined) ||
          modelName(a).localeCompare(modelName(b)),
      );
    return own.length > 0 ? [{ type: 'category', category, models: own }] : [];
  });
}

function categoryOf(model: Model): string {
  return model.category ?? 'other';
}

function nothingItem(): vscode.TreeItem {
  const { t } = vscode.l10n;
  const item = new vscode.TreeItem(t('No model passes the filter. Select to change it.'));
  item.iconPath = new vscode.ThemeIcon('filter');
  item.command = { command: 'rivya.models.filter', title: t('Filter Models') };
  return item;
}

function failureItem(text: string): vscode.TreeItem {
  const { t } = vscode.l10n;
  const label = t('The models could not be read. Select to try again.');
  const item = new vscode.TreeItem(label);
  item.iconPath = new vscode.ThemeIcon('warning');
  item.tooltip = text;
  item.accessibilityInformation = { label: `${label} ${text}` };
  item.command = { command: 'rivya.models.refresh', title: t('Refresh Models') };
  return item;
}
