import * as vscode from 'vscode';
import type { WebhookEndpoint } from '../../api/webhooks.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import type { ReceivedDelivery } from '../../core/webhooks/received.ts';
import type { Basics } from '../clients.ts';
import { webhookScheme } from '../ids.ts';
import type { WebhookTools } from './webhookTools.ts';

/** What the view shows. */
export type WebhookNode =
  | { readonly type: 'endpoint'; readonly endpoint: WebhookEndpoint; readonly secretKnown: boolean }
  | { readonly type: 'failure'; readonly text: string }
  | { readonly type: 'receiver' }
  | { readonly type: 'received'; readonly delivery: ReceivedDelivery };

/**
 * The webhooks of the current server, and below them what the receiver got. Asked for when the view shows and after changes,
 * never by a timer. All that it needs is loaded when it shows for the first time.
 */
export class WebhooksTree implements vscode.TreeDataProvider<WebhookNode>, vscode.Disposable {
  readonly #basics: Basics;
  readonly #changed = new vscode.EventEmitter<WebhookNode | undefined>();
  readonly #store = new DisposableStore();
  readonly #receiverNode: WebhookNode = { type: 'receiver' };
  #tools: Promise<WebhookTools> | undefined;
  #endpoints: Promise<WebhookNode[]> | undefined;
  #listing = false;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(basics: Basics) {
    this.#basics = basics;
    this.#store.add(this.#changed);
    const view = this.#store.add(
      vscode.window.createTreeView('rivya.webhooks', { treeDataProvider: this, showCollapseAll: false }),
    );
    this.#store.add(
      view.onDidChangeVisibility(({ visible }) => {
        if (visible && this.#endpoints && !this.#listing) this.refresh();
      }),
    );
    this.#store.add(basics.server.onDidChange(() => this.refresh()));
    this.#store.add(basics.account.onDidChangeKey(() => this.refresh()));
    this.#store.add(
      vscode.workspace.registerTextDocumentContentProvider(webhookScheme, {
        provideTextDocumentContent: async uri => (await this.tools()).documents.text(uri),
      }),
    );
  }

  /** What the commands work with; built on first need. */
  tools(): Promise<WebhookTools> {
    this.#tools ??= import('./webhookTools.ts').then(({ createWebhookTools }) => {
      const tools = this.#store.add(createWebhookTools(this.#basics, () => this.refresh()));
      this.#store.add(tools.secrets.onDidChange(() => this.refresh()));
      this.#store.add(tools.receiver.onDidChange(() => this.#changed.fire(undefined)));
      this.#store.add(tools.receiver.onDidReceive(() => this.#changed.fire(this.#receiverNode)));
      return tools;
    });
    return this.#tools;
  }

  /** Asks the server again as soon as somebody looks. */
  refresh(): void {
    this.#endpoints = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: WebhookNode): Promise<WebhookNode[]> {
    const tools = await this.tools();
    if (node) {
      const { deliveries } = tools.receiver;
      return node.type === 'receiver' ? deliveries.map(delivery => ({ type: 'received', delivery })) : [];
    }
    const shown = tools.receiver.url !== undefined || tools.receiver.deliveries.length > 0;
    return [...(await this.#list(tools)), ...(shown ? [this.#receiverNode] : [])];
  }

  async getTreeItem(node: WebhookNode): Promise<vscode.TreeItem> {
    const { itemOf } = await import('./webhookItems.ts');
    return itemOf(node, (await this.tools()).receiver);
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #list(tools: WebhookTools): Promise<WebhookNode[]> {
    // A delivery that comes in draws again and must not ask the server again.
    const endpoints = (this.#endpoints ??= tools.listNodes());
    this.#listing = true;
    try {
      return await endpoints;
    } finally {
      this.#listing = false;
    }
  }
}
