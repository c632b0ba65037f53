import * as vscode from 'vscode';
import type { Model } from '../../api/models.ts';
import { modelName, modelsFor, unusable } from '../../core/models/models.ts';
import type { MediaKind } from '../../shared/task.ts';
import { priceText, unusableReason } from '../generate/modelPicker.ts';
import { messageOf } from '../messages.ts';
import type { Services } from '../services.ts';
import { setting } from '../settings.ts';

type Node =
  | { readonly type: 'category'; readonly category: string; readonly models: readonly Model[] }
  | { readonly type: 'model'; readonly model: Model }
  | { readonly type: 'failure'; readonly text: string };

/** The models of the current server, by category. */
export class ModelsTree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #services: () => Promise<Services>;
  readonly #isReady: () => Promise<boolean>;
  readonly #changed = new vscode.EventEmitter<undefined>();

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param isReady whether there is a key or a sandbox; without one the view shows its welcome */
  constructor(services: () => Promise<Services>, isReady: () => Promise<boolean>) {
    this.#services = services;
    this.#isReady = isReady;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node) return node.type === 'category' ? node.models.map(model => ({ type: 'model', model })) : [];
    if (!(await this.#isReady())) return [];
    try {
      const services = await this.#services();
      return categories(await services.catalogue.models(services.server.base.origin));
    } catch (error) {
      return [{ type: 'failure', text: messageOf(error)?.text ?? String(error) }];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.type) {
      case 'category':
        return categoryItem(node.category, node.models.length);
      case 'model':
        return modelItem(node.model);
      case 'failure':
        return failureItem(node.text);
    }
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The model under a tree item, for its commands. */
export function modelOf(node: unknown): Model | undefined {
  const candidate = node as Partial<Node> | undefined;
  return candidate?.type === 'model' ? (candidate as { model: Model }).model : undefined;
}

const kinds: readonly MediaKind[] = ['image', 'video', 'audio'];

function categories(models: readonly Model[]): Node[] {
  const known = ['image', 'video', 'audio', 'chat'];
  const all = new Set([...known, ...models.map(model => model.category ?? 'other')]);
  return [...all].flatMap((category): Node[] => {
    const kind = kinds.find(each => each === category);
    const own = kind
      ? modelsFor(models, kind)
      : models.filter(model => (model.category ?? 'other') === category);
    return own.length > 0 ? [{ type: 'category', category, models: own }] : [];
  });
}

function categoryItem(category: string, count: number): vscode.TreeItem {
  const { t } = vscode.l10n;
  const labels: Record<string, [string, string]> = {
    image: [t('Image'), 'device-camera'],
    video: [t('Video'), 'device-camera-video'],
    audio: [t('Audio'), 'unmute'],
    chat: [t('Chat'), 'comment-discussion'],
  };
  const [label, icon] = labels[category] ?? [category, 'symbol-misc'];
  const state =
    category === 'image'
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(label, state);
  item.id = `category:${category}`;
  item.description = String(count);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.contextValue = 'category';
  return item;
}

function modelItem(model: Model): vscode.TreeItem {
  const kind = kinds.find(each => each === model.category);
  const reason = kind && unusable(model, kind);
  const isDefault = kind === 'image' && setting('defaultModel.image') === model.id;
  const item = new vscode.TreeItem(modelName(model));
  item.id = `model:${model.id}`;
  item.description = [priceText(model), reason ? unusableReason(reason) : model.supported_modes.join(', ')]
    .filter(Boolean)
    .join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    isDefault ? 'star-full' : reason ? 'circle-slash' : 'symbol-constant',
    reason ? new vscode.ThemeColor('disabledForeground') : undefined,
  );
  // What menus ask for: `.usable.` only where this version can start a job with it.
  item.contextValue = kind === 'image' && !reason ? 'model.usable.' : 'model.';
  item.tooltip = modelTooltip(model);
  item.accessibilityInformation = { label: `${modelName(model)}, ${item.description}` };
  return item;
}

function modelTooltip(model: Model): vscode.MarkdownString {
  const { t } = vscode.l10n;
  const tooltip = new vscode.MarkdownString();
  const lines = [
    modelName(model),
    `${t('Id')}: ${model.id}`,
    `${t('Price')}: ${priceText(model)}`,
    model.supported_modes.length > 0 ? `${t('Modes')}: ${model.supported_modes.join(', ')}` : '',
    model.max_prompt_length === null ? '' : t('Prompt: up to {0} characters', model.max_prompt_length),
  ];
  // Text of the server: as text, never as Markdown.
  for (const line of lines) if (line !== '') tooltip.appendText(line).appendMarkdown('\n\n');
  return tooltip;
}

function failureItem(text: string): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('The models could not be read. Select to try again.'));
  item.iconPath = new vscode.ThemeIcon('warning');
  item.tooltip = text;
  item.command = { command: 'rivya.models.refresh', title: vscode.l10n.t('Refresh Models') };
  return item;
}
