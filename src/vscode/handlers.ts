import * as vscode from 'vscode';
import { Lazy } from '../base/lazy.ts';
import type { Model } from '../api/resources/models.ts';
import type { MediaKind } from '../shared/task.ts';
import type { Handlers } from './commands.ts';
import { UserError } from './messages/errors.ts';
import { starterOf, starterOnTasks } from './generate/starter.ts';
import type { ExternalAgents } from './agents/externalAgents.ts';
import type { ChatCommands } from './chat/chatCommands.ts';
import type { ChatHost } from './chat/chatHost.ts';
import type { ChatViewProvider } from './chat/chatViewProvider.ts';
import type { assetCommands } from './assets/assetCommands.ts';
import type { AssetSurfaces } from './assets/assetSurfaces.ts';
import type { ComparePanels } from './compare/comparePanels.ts';
import type { GalleryPanels } from './gallery/galleryPanels.ts';
import type { SandboxHost } from './sandbox/sandboxHost.ts';
import type { Doctor } from './doctor/doctor.ts';
import type { HostContext } from './host/hostContext.ts';
import type { Services } from './services.ts';
import type { ViewsAndStatus } from './viewsAndStatus.ts';
import type { TaskGroup } from '../core/tasks/groups.ts';
import type { fileCommands } from './regenerate/fileCommands.ts';
import type { recipeCommands } from './recipes/recipeCommands.ts';
import type { taskCommands } from './tasks/taskCommands.ts';
import { setContext } from './manifest/contextKeys.ts';
import { modelOf } from './models/modelsNode.ts';
import type { WebhookCommand } from './webhooks/webhookCommands.ts';
import type { WebhooksTree } from './webhooks/webhooksTree.ts';
import { l10n } from './text/l10n.ts';

export interface HandlerParts {
  readonly hostContext: HostContext;
  readonly services: () => Promise<Services>;
  readonly views: ViewsAndStatus;
  readonly webhooks: WebhooksTree;
  readonly chat: ChatViewProvider;
  readonly gallery: GalleryPanels;
  readonly compare: ComparePanels;
  readonly assets: Lazy<AssetSurfaces>;
  readonly sandbox: SandboxHost;
  readonly doctor: Lazy<Doctor>;
  readonly external: Lazy<ExternalAgents>;
  readonly channel: vscode.LogOutputChannel;
}

/** Every command. What it needs is loaded when it is called for the first time. */
export function createHandlers({
  hostContext,
  services,
  views,
  webhooks,
  chat,
  gallery,
  compare,
  assets,
  sandbox,
  doctor,
  external,
  channel,
}: HandlerParts): Handlers {
  const readingPages = new Lazy(async () => {
    const pages = new (await import('./access/readingPages.ts')).ReadingPages();
    hostContext.context.subscriptions.push(pages);
    return pages;
  });
  const account = () => import('./account/accountCommands.ts');
  const generate = () => import('./generate/generate.ts');
  const requests = () => import('./generate/request.ts');
  // From a menu: the row and all selected ones; from a button: an id; from the keyboard: nothing, and the
  // selection counts. A menu passes `undefined` for a row that is drawn anew just then: never another one.
  const chosenTasks = async (values: readonly unknown[]): Promise<readonly unknown[]> => {
    const [node, nodes] = values;
    if (values.length === 0) return views.tasks.selection();
    return Array.isArray(nodes) ? (nodes as readonly unknown[]) : [node];
  };
  const onTask =
    (name: keyof typeof taskCommands) =>
    async (...values: unknown[]) => {
      const starter = starterOnTasks(values);
      // Before anything is loaded: the selection is what the user saw when pressing the key.
      const rows = await chosenTasks(values);
      const module = await import('./tasks/taskCommands.ts');
      await module.taskCommands[name](await services(), rows, starter);
    };
  // From a menu of the Explorer: the file; from a hover or a code action: the reference; else the cursor
  // counts.
  const onFile =
    (name: keyof typeof fileCommands) =>
    async (...values: unknown[]) => {
      const [module, { occasionOf }] = await Promise.all([
        import('./regenerate/fileCommands.ts'),
        import('./regenerate/occasion.ts'),
      ]);
      const loaded = await services();
      await module.fileCommands[name](loaded, await occasionOf(loaded, values));
    };
  // The same, and a row of the Tasks view.
  const onRecipe =
    (name: keyof typeof recipeCommands) =>
    async (...values: unknown[]) => {
      const { recipeCommands: commands } = await import('./recipes/recipeCommands.ts');
      await commands[name](await services(), values);
    };
  const onWebhook = (name: WebhookCommand) => async (node: unknown) => {
    const { runWebhookCommand } = await import('./webhooks/webhookCommands.ts');
    await runWebhookCommand(await webhooks.tools(), name, node);
  };
  const onChat =
    (use: (commands: ChatCommands, host: ChatHost, ...values: unknown[]) => void | Promise<void>) =>
    async (...values: unknown[]) => {
      const [{ chatCommands }, host] = await Promise.all([import('./chat/chatCommands.ts'), chat.host()]);
      await use(chatCommands, host, ...values);
    };
  const onAssets =
    (name: keyof typeof assetCommands) =>
    async (...values: unknown[]) => {
      const [module, { packages }] = await Promise.all([import('./assets/assetCommands.ts'), assets.get()]);
      await module.assetCommands[name]({ packages, services }, values);
    };
  const onInput = (kind: MediaKind) => async () => {
    const { generateFromInput } = await generate();
    await generateFromInput(await services(), kind);
  };
  const onSelection =
    (kind: MediaKind) =>
    async (...values: unknown[]) => {
      const starter = starterOf(values);
      const [{ requestFromSelection }, module] = await Promise.all([requests(), generate()]);
      // Before anything is loaded: the selection is what the user saw when choosing the command.
      const request = requestFromSelection(kind);
      await module.generate(await services(), request, starter);
    };
  return {
    'rivya.account.setKey': async () => (await account()).setKey(hostContext),
    'rivya.account.removeKey': async () => (await account()).removeKey(hostContext),
    'rivya.account.verify': async () => (await account()).verifyKey(hostContext),
    'rivya.account.openDashboard': () =>
      vscode.env.openExternal(vscode.Uri.parse('https://rivya.ai/developers')),
    'rivya.generate.image': onInput('image'),
    'rivya.generate.video': onInput('video'),
    'rivya.generate.audio': onInput('audio'),
    'rivya.generate.fromSelection': onSelection('image'),
    'rivya.generate.fromCursor': onSelection('image'),
    // The same under the name of what stands there: an entry of a menu has one title.
    'rivya.generate.fromPromptBlock': onSelection('image'),
    'rivya.generate.fromComment': onSelection('image'),
    'rivya.generate.fromLine': onSelection('image'),
    'rivya.generate.videoFromSelection': onSelection('video'),
    'rivya.generate.videoFromCursor': onSelection('video'),
    'rivya.generate.audioFromSelection': onSelection('audio'),
    'rivya.generate.audioFromCursor': onSelection('audio'),
    'rivya.generate.withParameters': async () => {
      const { generateWithParameters } = await generate();
      await generateWithParameters(services);
    },
    'rivya.generate.fromReference': async (target?: vscode.Uri, targets?: readonly vscode.Uri[]) => {
      const { generateFromInputs } = await import('./generate/fromInputs.ts');
      await generateFromInputs(await services(), target, targets);
    },
    'rivya.task.insert': onTask('insert'),
    'rivya.task.open': onTask('open'),
    'rivya.task.saveAs': onTask('saveAs'),
    'rivya.task.reveal': onTask('reveal'),
    'rivya.task.rerun': onTask('rerun'),
    'rivya.task.vary': async (...values: unknown[]) => {
      const starter = starterOnTasks(values);
      const rows = await chosenTasks(values);
      const { variationsOfRows } = await import('./regenerate/variations.ts');
      await variationsOfRows(await services(), rows, starter);
    },
    'rivya.task.edit': onTask('edit'),
    'rivya.file.regenerate': onFile('regenerate'),
    'rivya.file.variations': onFile('variations'),
    'rivya.file.editPrompt': onFile('editPrompt'),
    'rivya.file.otherModel': onFile('otherModel'),
    'rivya.task.copyPrompt': onTask('copyPrompt'),
    'rivya.task.insertReference': onTask('insertReference'),
    'rivya.task.copyReference': onTask('copyReference'),
    'rivya.task.copyId': onTask('copyId'),
    'rivya.task.copyAs': onTask('copyAs'),
    'rivya.task.useAsReference': onTask('useAsInput'),
    'rivya.task.sendAgain': onTask('sendAgain'),
    'rivya.task.checkAgain': onTask('checkAgain'),
    'rivya.task.stopTracking': onTask('stopTracking'),
    'rivya.task.toggleFavourite': onTask('toggleFavourite'),
    'rivya.task.remove': onTask('remove'),
    'rivya.task.deleteFile': onTask('deleteFile'),
    'rivya.tasks.refresh': (argument: { more?: TaskGroup } | undefined) => {
      if (argument?.more === undefined) views.tasks.refresh();
      else views.tasks.showMore(argument.more);
    },
    'rivya.tasks.search': async () => {
      const { searchTasks } = await import('./tasks/searchTasks.ts');
      await searchTasks(await services());
    },
    'rivya.tasks.filter': () => views.tasks.chooseFilter(),
    'rivya.tasks.clearFilter': () => views.tasks.clearFilter(),
    'rivya.tasks.insertLast': async () => {
      const { insertLast } = await import('./tasks/taskCommands.ts');
      await insertLast(await services());
    },
    'rivya.tasks.statusAtCursor': async () => {
      const { showStatusAtCursor } = await import('./orders/statusAtCursor.ts');
      showStatusAtCursor(await services());
    },
    'rivya.tasks.clearFinished': async () => {
      const { clearFinished } = await import('./tasks/clearFinished.ts');
      await clearFinished(await services());
    },
    'rivya.tasks.undoRemove': async (ids: unknown) => {
      const { undoRemove } = await import('./tasks/removeFromList.ts');
      undoRemove(await services(), ids);
    },
    'rivya.model.use': async (node: unknown) => {
      const { generateFromInput } = await generate();
      const { id, category } = requireModel(node);
      const kind = (['video', 'audio'] as const).find(each => each === category) ?? 'image';
      await generateFromInput(await services(), kind, id);
    },
    'rivya.model.setDefault': async (node: unknown) => {
      const { setDefaultModel } = await import('./models/setDefaultModel.ts');
      await setDefaultModel(await services(), node);
    },
    'rivya.model.copyId': (node: unknown) => vscode.env.clipboard.writeText(chosenModel(node)),
    'rivya.model.openDocs': (node: unknown) => {
      const page = `https://rivya.ai/docs/api/models/${encodeURIComponent(chosenModel(node))}`;
      return vscode.env.openExternal(vscode.Uri.parse(page, true));
    },
    'rivya.models.refresh': async () => {
      const { catalogue, server } = await services();
      try {
        await catalogue.refresh(server.base.origin);
      } finally {
        views.models.refresh();
      }
    },
    'rivya.model.chat': (node: unknown) =>
      vscode.commands.executeCommand('rivya.chat.new', chosenModel(node)),
    'rivya.models.filter': () => views.models.chooseFilter(),
    'rivya.models.changeDefault': async (kind: unknown) => {
      const { changeDefaultModel } = await import('./models/setDefaultModel.ts');
      await changeDefaultModel(await services(), kind);
    },
    'rivya.credits.refresh': async () => {
      const { refreshCredits } = await account();
      await refreshCredits(hostContext);
    },
    'rivya.gallery.open': () => gallery.open(),
    'rivya.compare.open': async (...values: unknown[]) => compare.open(await chosenTasks(values)),
    'rivya.library.manage': async () => {
      const { manageLibrary } = await import('./library/manageLibrary.ts');
      await manageLibrary(await services());
    },
    'rivya.library.findUnused': async () => {
      const { findUnused } = await import('./links/findUnused.ts');
      await findUnused(await services());
    },
    'rivya.image.generateMissing': async (...values: unknown[]) => {
      const starter = starterOf(values);
      const [uri, offset] = placeOf(values);
      const { generateMissing } = await import('./links/generateMissing.ts');
      await generateMissing(await services(), starter, uri, offset);
    },
    'rivya.image.generateAllMissing': async (...values: unknown[]) => {
      const starter = starterOf(values);
      const { generateAllMissing } = await import('./links/generateMissing.ts');
      await generateAllMissing(await services(), starter);
    },
    'rivya.link.download': async (...values: unknown[]) => {
      const [uri, offset] = placeOf(values);
      const { relinkDocument } = await import('./links/relink.ts');
      await relinkDocument(await services(), uri, offset);
    },
    'rivya.link.downloadAll': async () => {
      const { relinkWorkspace } = await import('./links/relink.ts');
      await relinkWorkspace(await services());
    },
    'rivya.assets.newManifest': onAssets('newManifest'),
    'rivya.assets.plan': onAssets('plan'),
    'rivya.assets.sync': onAssets('sync'),
    'rivya.assets.check': onAssets('check'),
    'rivya.assets.prune': onAssets('prune'),
    'rivya.assets.refresh': onAssets('refresh'),
    'rivya.asset.generate': onAssets('generate'),
    'rivya.asset.accept': onAssets('accept'),
    'rivya.asset.replace': onAssets('replace'),
    'rivya.asset.openFile': onAssets('openFile'),
    'rivya.asset.openRecipe': onAssets('openRecipe'),
    'rivya.asset.openEntry': onAssets('openEntry'),
    'rivya.recipe.explain': onRecipe('explain'),
    'rivya.recipe.open': onRecipe('open'),
    'rivya.recipe.rerun': onFile('rerun'),
    'rivya.recipe.vary': onFile('variations'),
    'rivya.recipe.otherModel': onFile('sameSeed'),
    'rivya.recipe.accept': onRecipe('accept'),
    'rivya.recipe.writeExisting': async () => {
      const { writeExisting } = await import('./recipes/writeExisting.ts');
      await writeExisting(await services());
    },
    'rivya.webhook.create': onWebhook('create'),
    'rivya.webhook.rename': onWebhook('rename'),
    'rivya.webhook.changeEvents': onWebhook('changeEvents'),
    'rivya.webhook.toggle': onWebhook('toggle'),
    'rivya.webhook.delete': onWebhook('delete'),
    'rivya.webhook.sendTest': onWebhook('sendTest'),
    'rivya.webhook.rotateSecret': onWebhook('rotateSecret'),
    'rivya.webhook.copySecret': onWebhook('copySecret'),
    'rivya.webhook.enterSecret': onWebhook('enterSecret'),
    'rivya.webhook.deliveries': onWebhook('deliveries'),
    'rivya.webhook.events': onWebhook('events'),
    'rivya.webhook.startReceiver': onWebhook('startReceiver'),
    'rivya.webhook.stopReceiver': onWebhook('stopReceiver'),
    'rivya.webhook.registerReceiver': onWebhook('registerReceiver'),
    'rivya.webhook.openReceived': onWebhook('openReceived'),
    'rivya.webhook.replay': onWebhook('replay'),
    'rivya.webhook.newHandler': onWebhook('newHandler'),
    'rivya.webhooks.refresh': () => webhooks.refresh(),
    'rivya.chat.open': () => vscode.commands.executeCommand('rivya.chat.focus'),
    'rivya.chat.new': onChat((commands, host, model: unknown) =>
      commands.new(host, typeof model === 'string' ? model : undefined),
    ),
    'rivya.chat.stop': onChat((commands, host) => commands.stop(host)),
    'rivya.chat.askSelection': onChat((commands, host) => commands.askSelection(host)),
    'rivya.chat.addFile': onChat((commands, host, uri: unknown, uris: unknown) =>
      commands.addFile(host, filesOf(uri, uris)),
    ),
    'rivya.chat.exportMarkdown': onChat((commands, host) => commands.exportMarkdown(host)),
    'rivya.chat.nextMessage': onChat((commands, host) => commands.goToMessage(host, 'next')),
    'rivya.chat.previousMessage': onChat((commands, host) => commands.goToMessage(host, 'previous')),
    'rivya.chat.openAnswer': onChat(async (commands, host, messageId: unknown) =>
      typeof messageId === 'string'
        ? commands.openAnswer(host, messageId, await readingPages.get())
        : commands.askForAnswer(host),
    ),
    'rivya.chat.backToMessage': onChat((commands, host) => commands.backToMessage(host)),
    'rivya.sandbox.start': async () => {
      await services();
      await sandbox.start();
    },
    'rivya.sandbox.stop': () => sandbox.stop(),
    'rivya.sandbox.openPage': () => sandbox.openPage(),
    'rivya.contract.check': async () => {
      const { checkContract } = await import('./contract/checkContract.ts');
      await checkContract(hostContext);
    },
    'rivya.agents.setUp': async () => {
      const { setUpAgents } = await import('./agents/setUpAgents.ts');
      await setUpAgents(await external.get());
    },
    'rivya.agents.stop': async () => {
      const { stopAgents } = await import('./agents/agentCommands.ts');
      await stopAgents(await services());
    },
    'rivya.agents.showActivity': async () => {
      const { showAgentActivity } = await import('./agents/agentCommands.ts');
      await showAgentActivity(await services());
    },
    'rivya.showLog': () => channel.show(),
    'rivya.showMenu': async () => (await import('./account/menu.ts')).showMenu(hostContext),
    'rivya.doctor': async () => (await doctor.get()).show(),
    'rivya.openAccessibilityHelp': async () => {
      const { showAccessibilityHelp } = await import('./access/accessibilityHelp.ts');
      await showAccessibilityHelp(await readingPages.get(), hostContext.context.extension);
    },
    'rivya.openSettings': (key: string | undefined) =>
      vscode.commands.executeCommand(
        'workbench.action.openSettings',
        key === undefined ? `@ext:${hostContext.context.extension.id}` : `@id:rivya.${key}`,
      ),
    'rivya.openWalkthrough': async () => {
      const id = `${hostContext.context.extension.id}#start`;
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', id);
      // A moment is enough; what is so when VS Code is told of the walkthrough never counts for it.
      setContext('rivya.walkthrough', true);
      setContext('rivya.walkthrough', false);
    },
  };
}

/** What the Explorer hands to a command: the file under the pointer, and all that are selected. */
function filesOf(uri: unknown, uris: unknown): vscode.Uri[] {
  const files: unknown[] = Array.isArray(uris) && uris.length > 0 ? uris : [uri];
  return files.filter((file): file is vscode.Uri => file instanceof vscode.Uri);
}

/** What a quick fix or a lens hands to a command: a document, and an offset in it. */
function placeOf([uri, offset]: readonly unknown[]): [
  uri: vscode.Uri | undefined,
  offset: number | undefined,
] {
  return [uri instanceof vscode.Uri ? uri : undefined, typeof offset === 'number' ? offset : undefined];
}

function chosenModel(node: unknown): string {
  return requireModel(node).id;
}

function requireModel(node: unknown): Model {
  const model = modelOf(node);
  if (!model) throw new UserError(l10n.t('Select a model in the Models view.'));
  return model;
}
