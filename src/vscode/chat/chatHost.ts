import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { ChatImages } from '../../core/chat/chatImages.ts';
import { ChatStore } from '../../core/chat/chatStore.ts';
import { Conversations } from '../../core/chat/conversations.ts';
import { actions, show } from '../messages.ts';
import type { Services } from '../services.ts';
import { ChatController } from './chatController.ts';
import { chatHtml } from './html.ts';
import { pageListener } from './pageHandlers.ts';

/** What the chat of this window is made of; built when it is used for the first time. */
export interface ChatHost extends Disposable {
  readonly controller: ChatController;
  /** Draws the page into a view that VS Code has just made. */
  attach(view: vscode.WebviewView): Promise<void>;
}

/** Opens the chats and takes up what was left without an end. @throws when the storage folder cannot be used */
export function createChatHost(services: Services): ChatHost {
  const { context, log, server } = services;
  const disposables = new DisposableStore();
  const storage = context.globalStorageUri.fsPath;
  const { store, setAside } = ChatStore.open(join(storage, 'chat.sqlite'), log);
  disposables.add(store);
  if (setAside) {
    const text = vscode.l10n.t(
      'The stored chats could not be read: {0}. They were kept as {1}, and new ones begun.',
      setAside.reason,
      setAside.path,
    );
    show('warning', { text, actions: [actions().showLog] }, log);
  }
  const images = new ChatImages(join(storage, 'chat-images'));
  images
    .sweep(store.imagePaths(), systemClock.now())
    .catch((error: unknown) => log.warn(`Old chat images could not be removed: ${describeError(error)}`));
  const conversations = disposables.add(
    new Conversations({
      store,
      images,
      client: origin => services.clientOf(origin),
      origins: () => server.reachable.map(base => base.origin),
      holder: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
      clock: systemClock,
      log,
    }),
  );
  const controller = disposables.add(new ChatController({ services, store, images, conversations }));
  return {
    controller,
    attach: view => attach(view, controller, services, images),
    dispose: () => disposables.dispose(),
  };
}

async function attach(
  view: vscode.WebviewView,
  controller: ChatController,
  { context, library, log }: Services,
  images: ChatImages,
): Promise<void> {
  const { webview } = view;
  const page = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  const resource = (path: string): string => webview.asWebviewUri(vscode.Uri.file(path)).toString();
  webview.options = {
    enableScripts: true,
    localResourceRoots: [
      page,
      vscode.Uri.joinPath(context.extensionUri, 'media'),
      vscode.Uri.file(library.folder),
      vscode.Uri.file(images.folder),
    ],
  };
  const port = {
    post: (message: unknown) => void webview.postMessage(message),
    reveal: () => view.show(false),
    resource,
  };
  const listen = pageListener(controller);
  const subscriptions = [
    webview.onDidReceiveMessage(listen),
    view.onDidChangeVisibility(() => {
      // A hidden page is thrown away; the one that follows says that it is ready.
      if (!view.visible) controller.hide();
    }),
    view.onDidDispose(() => {
      for (const subscription of subscriptions) subscription.dispose();
      controller.detach(port);
    }),
  ];
  controller.attach(port);
  const address = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(page, name)).toString();
  webview.html = chatHtml({
    nonce: randomUUID().replaceAll('-', ''),
    cspSource: webview.cspSource,
    script: address('chat.js'),
    styles: [address('codicon.css'), address('chat.css')],
    boot: { language: vscode.env.language, strings: await translations(log) },
  });
}

/** The words of the page in the language of the editor; English ones need no file. */
async function translations(log: Services['log']): Promise<Record<string, string>> {
  const { uri } = vscode.l10n;
  if (!uri) return {};
  try {
    const words: unknown = JSON.parse(await readFile(uri.fsPath, 'utf8'));
    return words as Record<string, string>;
  } catch (error) {
    log.warn(`The words of the chat could not be read: ${String(error)}`);
    return {};
  }
}
