import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { keptModelNames } from '../../core/models/modelNames.ts';
import { readGalleryMessage, type GalleryPageMessage } from '../../shared/gallerySchema.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { pageListener, type PageHandlers } from '../pages/pageListener.ts';
import { htmlFor, pagesFolder } from '../pages/pageOf.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { removeFromList, undoRemove } from '../tasks/removeFromList.ts';
import { variationsOfRows } from '../regenerate/variations.ts';
import { taskCommands } from '../tasks/taskCommands.ts';
import { GalleryController } from './galleryController.ts';
import { LastEditor } from './lastEditor.ts';
import { l10n } from '../text/l10n.ts';

/** Draws the gallery into a panel that VS Code has just made or restored. */
export async function attachGallery(panel: vscode.WebviewPanel, services: GenerateServices): Promise<void> {
  const { context, ledger, library, log, catalogue, server } = services;
  const { webview } = panel;
  const store = new DisposableStore();
  panel.onDidDispose(() => store.dispose());
  webview.options = {
    enableScripts: true,
    localResourceRoots: [pagesFolder(context.extensionUri), vscode.Uri.file(library.folder)],
  };
  panel.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icon.svg');
  let names: ReadonlyMap<string, string> = new Map();
  const readNames = async (): Promise<void> => {
    names = new Map([...names, ...(await keptModelNames(catalogue, server.origin))]);
  };
  await readNames().catch((error: unknown) => log.info(`No names of models: ${describeError(error)}`));
  const controller = store.add(
    new GalleryController({
      ledger,
      library,
      clock: systemClock,
      post: message => void webview.postMessage(message),
      addressOf: path => webview.asWebviewUri(vscode.Uri.file(path)).toString(),
      modelNames: () => names,
      context: () => ({
        language: l10n.language,
        kindNames: {
          image: mediaKindLabels('image').name,
          video: mediaKindLabels('video').name,
          audio: mediaKindLabels('audio').name,
        },
        folders: (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.toString()),
      }),
    }),
  );
  const handlers = pageHandlers(services, controller, store.add(new LastEditor()));
  store.add(webview.onDidReceiveMessage(pageListener('The gallery', readGalleryMessage, handlers, log)));
  // A hidden page is thrown away; the one that follows says that it is ready.
  store.add(panel.onDidChangeViewState(() => !panel.visible && controller.hide()));
  store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => controller.changed()));
  store.add(
    catalogue.onDidChange(
      () =>
        void readNames().then(
          () => controller.changed(),
          () => undefined,
        ),
    ),
  );
  webview.html = await htmlFor(webview, context.extensionUri, 'gallery', log);
}

function pageHandlers(
  services: GenerateServices,
  controller: GalleryController,
  lastEditor: LastEditor,
): PageHandlers<GalleryPageMessage> {
  const { ledger } = services;
  return {
    ready: () => controller.ready(),
    look: message => controller.look(message),
    details: ({ taskId }) => controller.details(taskId),
    ids: message => controller.ids(message),
    thumbnail: async message => {
      await controller.keepThumbnail(message);
      // The Tasks view has had no picture of a video so far.
      if (ledger.task(message.taskId)?.kind === 'video')
        await vscode.commands.executeCommand('rivya.tasks.refresh');
    },
    favourite: ({ taskIds, on }) => ledger.lists.setFavourite(taskIds, on),
    undo: () => undoRemove(services, undefined),
    do: async ({ verb, taskIds }) => {
      switch (verb) {
        case 'insert':
          await lastEditor.show();
          return taskCommands.insert(services, taskIds);
        case 'compare':
          return vscode.commands.executeCommand('rivya.compare.open', ...taskIds.slice(0, 1), taskIds);
        case 'remove':
          return removeFromList(
            services,
            taskIds.flatMap(id => ledger.task(id) ?? []),
          );
        case 'explain':
          return vscode.commands.executeCommand('rivya.recipe.explain', ...taskIds.slice(0, 1));
        // A person has pressed a button of the page.
        case 'rerun':
          return taskCommands.rerun(services, taskIds, 'hand');
        case 'vary':
          return variationsOfRows(services, taskIds, 'hand');
        default:
          return taskCommands[verb](services, taskIds);
      }
    },
  };
}
