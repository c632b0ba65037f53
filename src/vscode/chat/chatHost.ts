import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { ChatImages } from '../../core/chat/chatImages.ts';
import type { ChatStore } from '../../core/chat/chatStore.ts';
import { Conversations } from '../../core/chat/conversations.ts';
import { htmlFor, pagesFolder } from '../pages/pageOf.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { ChatController } from './chatController.ts';
import type { ChatPort } from './chatParts.ts';

import { pageListener } from './pageHandlers.ts';

/** What the chat of this window is made of; built when it is used for the first time. */
export interface ChatHost extends Disposable {
  readonly controller: ChatController;
  /** Draws the page into a view that VS Code has just made. */
  attach(view: vscode.WebviewView): Promise<void>;
}

/**
 * Shows the stored chats and resumes requests that have no answer yet.
 * @param store outlives it
 */
export function createChatHost(services: GenerateServices, store: ChatStore): ChatHost {
  const { context, log, server } = services;
  const disposables = new DisposableStore();
  const storage = context.globalStorageUri.fsPath;
  const images = new ChatImages(join(storage, 'chat-images'));
  images
    .sweep(store.imagePaths(), systemClock.now())
    .catch((error: unknown) => log.warn(`Old chat images could not be removed: ${describeError(error)}`));
  const conversations = disposables.add(
    new Conversations({
      store,
      images,
      client: origin => services.clientOf(origin),
      account: origin => services.accountOf(origin),
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
  { context, library, log }: GenerateServices,
  images: ChatImages,
): Promise<void> {
  const { webview } = view;
  webview.options = {
    enableScripts: true,
    localResourceRoots: [
      pagesFolder(context.extensionUri),
      vscode.Uri.joinPath(context.extensionUri, 'media'),
      vscode.Uri.file(library.folder),
      vscode.Uri.file(images.folder),
    ],
  };
  const port: ChatPort = {
    post: message => void webview.postMessage(message),
    reveal: () => view.show(false),
    asWebviewUri: path => webview.asWebviewUri(vscode.Uri.file(path)).toString(),
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
  webview.html = await htmlFor(webview, context.extensionUri, 'chat', log);
}
