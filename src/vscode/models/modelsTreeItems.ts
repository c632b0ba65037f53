import * as vscode from 'vscode';
import { modelFields, type ModelField } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { modelName, unusable } from '../../core/models/usableModels.ts';
import type { MediaKind } from '../../shared/task.ts';
import { mediaKindLabels, mediaKinds } from '../text/mediaKindLabels.ts';
import { priceText, unusableReason } from '../text/modelText.ts';
import { defaultModelOf } from '../manifest/settings.ts';
import { tooltipOf } from '../messages/tooltip.ts';
import { treeItem } from '../messages/treeItem.ts';
import type { ModelsFilter, ModelsNode } from './modelsNode.ts';
import { l10n } from '../text/l10n.ts';

/** In the order in which they are shown; whatever else the server names comes after them. */
export const knownCategories = [...mediaKinds, 'chat'] as const;

export function categoryText(category: string): string {
  const kind = mediaKinds.find(each => each === category);
  if (kind) return mediaKindLabels(kind).name;
  return category === 'chat' ? l10n.t('Chat') : category;
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
  return [
    ...chosen.map(categoryText),
    ...(usableOnly
      ? [
          l10n.t({
            message: 'available',
            comment: 'The list of models shows only those that can be used',
          }),
        ]
      : []),
  ].join(', ');
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
  const label = categoryText(category);
  const description = count.toLocaleString(l10n.language);
  const item = treeItem(
    { label, description, accessibleLabel: l10n.t('{0}, models: {1}', label, description) },
    category === 'image' ? Expanded : Collapsed,
  );
  item.id = `category:${category}`;
  item.iconPath = new vscode.ThemeIcon(categoryIcon(category));
  item.contextValue = 'category';
  return item;
}

function categoryIcon(category: string): string {
  const kind = mediaKinds.find(each => each === category);
  return kind ? mediaKindLabels(kind).icon : category === 'chat' ? 'comment-discussion' : 'symbol-misc';
}

function modelItem(model: Model): vscode.TreeItem {
  const category = model.category ?? '';
  const reason = reasonText(model);
  const isDefault = defaultModelOf(category) === model.id;
  const label = modelName(model);
  const description = [reason, priceText(model)].filter(Boolean).join(' · ');
  const kind = kindOf(model);
  const accessible = [
    label,
    isDefault ? l10n.t({ message: 'default', comment: 'The model that is used when none is chosen' }) : '',
    description,
  ];
  const item = treeItem({ label, description, accessibleLabel: accessible.filter(Boolean).join(', ') });
  item.id = `model:${model.id}`;
  item.iconPath = new vscode.ThemeIcon(
    isDefault ? 'star-full' : reason === undefined ? categoryIcon(category) : 'circle-slash',
    reason === undefined ? undefined : new vscode.ThemeColor('disabledForeground'),
  );
  if (reason === undefined && (kind !== undefined || category === 'chat')) {
    item.command = {
      command: kind === undefined ? 'rivya.model.chat' : 'rivya.model.use',
      title: kind === undefined ? l10n.t('Chat') : mediaKindLabels(kind).generate,
      arguments: [{ type: 'model', model } satisfies ModelsNode],
    };
  }
  // What menus ask for, each between dots.
  item.contextValue = `model.${[
    category,
    ...(reason === undefined ? ['usable'] : []),
    ...(isDefault ? ['default'] : []),
  ].join('.')}.`;
  return item;
}

/** Loaded when it is to be shown. */
export function modelTooltip(model: Model): vscode.MarkdownString {
  const { t } = l10n;
  const reason = reasonText(model);
  const fields = modelFields(model);
  return tooltipOf([
    modelName(model),
    ...(reason === undefined ? [] : [t('Unavailable: {0}', reason)]),
    t('ID: {0}', model.id),
    t('Price: {0}', priceText(model)),
    ...(model.supported_modes.length > 0 ? [t('Modes: {0}', model.supported_modes.join(', '))] : []),
    ...(inputsText(model) === '' ? [] : [t('Inputs: {0}', inputsText(model))]),
    model.max_prompt_length === null
      ? t('Prompt: no known limit')
      : t('Prompt: up to {0} characters', model.max_prompt_length.toLocaleString(l10n.language)),
    ...(fields.length > 0 ? [t('Parameters:')] : []),
    ...fields.map(field => `• ${fieldText(field)}`),
    ...noticesOf(model),
  ]);
}

function inputsText(model: Model): string {
  const inputs = model.supported_api_inputs.filter(input => input !== 'file');
  return [...inputs, ...(model.supported_api_inputs.includes('file') ? filesOf(model) : [])].join(', ');
}

function filesOf({ file_kinds: fileKinds }: Model): string[] {
  const labels = fileKinds.map(kind => categoryText(kind).toLocaleLowerCase(l10n.language));
  return [fileKinds.length > 0 ? l10n.t('files ({0})', labels.join(', ')) : l10n.t('files')];
}

function fieldText({ key, options, min, max, default: preset }: ModelField): string {
  const range =
    options.length > 0
      ? options.map(option => option.value).join(' | ')
      : min !== undefined || max !== undefined
        ? `${min ?? '…'} – ${max ?? '…'}`
        : '';
  return [key, range, preset === undefined ? '' : l10n.t('default: {0}', String(preset))]
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
  const { t } = l10n;
  const item = treeItem({ label: t('No models match the filter. Select to change the filter.') });
  item.iconPath = new vscode.ThemeIcon('filter');
  item.command = { command: 'rivya.models.filter', title: t('Filter Models') };
  return item;
}

function failureItem(text: string): vscode.TreeItem {
  const { t } = l10n;
  const label = t("Couldn't load the models. Select to try again.");
  const item = treeItem({ label, tooltip: [text], accessibleLabel: `${label} ${text}` });
  item.iconPath = new vscode.ThemeIcon('warning');
  item.command = { command: 'rivya.models.refresh', title: t('Refresh Models') };
  return item;
}
