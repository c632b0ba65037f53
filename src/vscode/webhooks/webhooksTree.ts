import * as vscode from 'vscode';
import { Lazy } from '../../base/lazy.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError, type Log } from '../../base/log.ts';
import type { HostContext } from '../host/hostContext.ts';
import { webhookScheme } from '../manifest/ids.ts';
import { failureText } from '../messages/showError.ts';
import type { WebhookNode } from './webhookNode.ts';
import type { WebhookTools } from './webhookTools.ts';

/**
 * The webhooks of the current server, and below them what the receiver got. Asked for when the view shows and
 * after changes, never by a timer. All that it needs is loaded when it shows for the first time.
 */
export class WebhooksTree implements vscode.TreeDataProvider<WebhookNode>, vscode.Disposable {
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<WebhookNode | undefined>();
  readonly #store = new DisposableStore();
  readonly #receiverNode: WebhookNode = { type: 'receiver' };
  readonly #tools: Lazy<WebhookTools>;
  readonly #view: vscode.TreeView<WebhookNode>;
  #endpoints: Promise<WebhookNode[]> | undefined;
  /** The last list that was asked for and is not shown yet. */
  #asked: Promise<WebhookNode[]> | undefined;
  #listing = false;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(hostContext: HostContext) {
    this.#log = hostContext.log;
    this.#store.add(this.#changed);
    this.#tools = this.#store.add(
      new Lazy(async () => {
        const { createWebhookTools } = await import('./webhookTools.ts');
        return createWebhookTools(hostContext, await hostContext.clients(), () => this.refresh());
      }),
    );
    this.#store.add(
      this.#tools.onDidLoad(({ secrets, receiver }) => {
        this.#store.add(secrets.onDidChange(() => this.refresh()));
        this.#store.add(receiver.onDidChange(() => this.#changed.fire(undefined)));
        this.#store.add(receiver.onDidReceive(() => this.#changed.fire(this.#receiverNode)));
      }),
    );
    this.#view = this.#store.add(
      vscode.window.createTreeView('rivya.webhooks', { treeDataProvider: this, showCollapseAll: false }),
    );
    this.#store.add(
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible && this.#endpoints && !this.#listing) this.refresh();
      }),
    );
    this.#store.add(hostContext.server.onDidChange(() => this.#begin()));
    this.#store.add(hostContext.account.onDidChangeKey(() => this.#begin()));
    this.#store.add(
      vscode.workspace.registerTextDocumentContentProvider(webhookScheme, {
        provideTextDocumentContent: async uri => (await this.tools()).documents.text(uri),
      }),
    );
  }

  /** What the commands work with; built on first need. */
  tools(): Promise<WebhookTools> {
    return this.#tools.get();
  }

  /**
   * Asks the server again as soon as somebody looks. What is shown stays until there is something else to
   * show: while VS Code waits for rows, it knows none, and its menus do not say which one they are about.
   */
  refresh(): void {
    const before = this.#endpoints;
    const tools = this.#tools.value;
    if (!before || !tools || !this.#view.visible) {
      this.#begin();
      return;
    }
    this.#asked = tools.listNodes();
    void this.#show(before, this.#asked);
  }

  async #show(before: Promise<WebhookNode[]>, next: Promise<WebhookNode[]>): Promise<void> {
    const [shown, rows] = await Promise.all([before, next]);
    // Begun anew meanwhile, or asked again.
    if (this.#endpoints !== before || this.#asked !== next) return;
    this.#endpoints = next;
    if (JSON.stringify(rows) !== JSON.stringify(shown)) this.#changed.fire(undefined);
  }

  /** What is shown is another server's or another account's. */
  #begin(): void {
    this.#endpoints = undefined;
    this.#asked = undefined;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: WebhookNode): Promise<WebhookNode[]> {
    let tools: WebhookTools;
    try {
      tools = await this.tools();
    } catch (error) {
      this.#log.error(`What the Webhooks view needs could not be loaded: ${describeError(error)}`);
      return [{ type: 'failure', text: await failureText(error) }];
    }
    if (node) {
      const { deliveries } = tools.receiver;
      return node.type === 'receiver' ? deliveries.map(delivery => ({ type: 'received', delivery })) : [];
    }
    const shown = tools.receiver.url !== undefined || tools.receiver.deliveries.length > 0;
    return [...(await this.#list(tools)), ...(shown ? [this.#receiverNode] : [])];
  }

  async getTreeItem(node: WebhookNode): Promise<vscode.TreeItem> {
    const { failureItem, itemOf } = await import('./webhookItems.ts');
    // A row that says why the tools are not there does without them.
    return node.type === 'failure' ? failureItem(node.text) : itemOf(node, (await this.tools()).receiver);
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
