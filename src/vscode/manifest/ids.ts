/**
 * Every name that VS Code, settings files, keybindings or other extensions may rely on.
 * A test holds them against package.json in both directions.
 */
export const commandIds = [
  'rivya.account.setKey',
  'rivya.account.removeKey',
  'rivya.account.verify',
  'rivya.account.openDashboard',
  'rivya.generate.image',
  'rivya.generate.video',
  'rivya.generate.audio',
  'rivya.generate.fromSelection',
  'rivya.generate.fromCursor',
  'rivya.generate.fromPromptBlock',
  'rivya.generate.fromComment',
  'rivya.generate.fromLine',
  'rivya.generate.videoFromSelection',
  'rivya.generate.videoFromCursor',
  'rivya.generate.audioFromSelection',
  'rivya.generate.audioFromCursor',
  'rivya.generate.withParameters',
  'rivya.generate.fromReference',
  'rivya.task.insert',
  'rivya.task.open',
  'rivya.task.saveAs',
  'rivya.task.reveal',
  'rivya.task.rerun',
  'rivya.task.vary',
  'rivya.task.copyPrompt',
  'rivya.task.insertReference',
  'rivya.task.copyReference',
  'rivya.task.copyId',
  'rivya.task.copyAs',
  'rivya.task.useAsReference',
  'rivya.task.sendAgain',
  'rivya.task.checkAgain',
  'rivya.task.stopTracking',
  'rivya.task.toggleFavourite',
  'rivya.task.edit',
  'rivya.task.remove',
  'rivya.file.regenerate',
  'rivya.file.variations',
  'rivya.file.editPrompt',
  'rivya.file.otherModel',
  'rivya.task.deleteFile',
  'rivya.tasks.refresh',
  'rivya.tasks.search',
  'rivya.tasks.filter',
  'rivya.tasks.clearFilter',
  'rivya.tasks.insertLast',
  'rivya.tasks.statusAtCursor',
  'rivya.tasks.clearFinished',
  'rivya.tasks.undoRemove',
  'rivya.model.use',
  'rivya.model.chat',
  'rivya.model.setDefault',
  'rivya.model.copyId',
  'rivya.model.openDocs',
  'rivya.models.refresh',
  'rivya.models.filter',
  'rivya.models.changeDefault',
  'rivya.credits.refresh',
  'rivya.gallery.open',
  'rivya.compare.open',
  'rivya.library.manage',
  'rivya.library.findUnused',
  'rivya.image.generateMissing',
  'rivya.image.generateAllMissing',
  'rivya.link.download',
  'rivya.link.downloadAll',
  'rivya.assets.newManifest',
  'rivya.assets.plan',
  'rivya.assets.sync',
  'rivya.assets.check',
  'rivya.assets.prune',
  'rivya.assets.refresh',
  'rivya.asset.generate',
  'rivya.asset.accept',
  'rivya.asset.replace',
  'rivya.asset.openFile',
  'rivya.asset.openRecipe',
  'rivya.asset.openEntry',
  'rivya.recipe.explain',
  'rivya.recipe.open',
  'rivya.recipe.rerun',
  'rivya.recipe.vary',
  'rivya.recipe.otherModel',
  'rivya.recipe.accept',
  'rivya.recipe.writeExisting',
  'rivya.webhook.create',
  'rivya.webhook.rename',
  'rivya.webhook.changeEvents',
  'rivya.webhook.toggle',
  'rivya.webhook.delete',
  'rivya.webhook.sendTest',
  'rivya.webhook.rotateSecret',
  'rivya.webhook.copySecret',
  'rivya.webhook.enterSecret',
  'rivya.webhook.deliveries',
  'rivya.webhook.events',
  'rivya.webhook.startReceiver',
  'rivya.webhook.stopReceiver',
  'rivya.webhook.registerReceiver',
  'rivya.webhook.openReceived',
  'rivya.webhook.replay',
  'rivya.webhook.newHandler',
  'rivya.webhooks.refresh',
  'rivya.chat.open',
  'rivya.chat.new',
  'rivya.chat.stop',
  'rivya.chat.askSelection',
  'rivya.chat.addFile',
  'rivya.chat.exportMarkdown',
  'rivya.chat.nextMessage',
  'rivya.chat.previousMessage',
  'rivya.chat.openAnswer',
  'rivya.chat.backToMessage',
  'rivya.openAccessibilityHelp',
  'rivya.sandbox.start',
  'rivya.sandbox.stop',
  'rivya.sandbox.openPage',
  'rivya.contract.check',
  'rivya.showLog',
  'rivya.showMenu',
  'rivya.agents.setUp',
  'rivya.agents.stop',
  'rivya.agents.showActivity',
  'rivya.doctor',
  'rivya.openWalkthrough',
  'rivya.openSettings',
] as const;
export type CommandId = (typeof commandIds)[number];

export const viewIds = [
  'rivya.tasks',
  'rivya.models',
  'rivya.webhooks',
  'rivya.assets',
  'rivya.chat',
] as const;

/** The scheme of the documents that show webhook deliveries and events. */
export const webhookScheme = 'rivya-webhook';

/** Settings without the leading `rivya.`, with the type of their value. */
export interface Settings {
  baseUrl: string;
  language: string;
  notifications: string;
  'defaultModel.image': string;
  'defaultModel.video': string;
  'defaultModel.audio': string;
  'defaultModel.chat': string;
  'chat.streaming': boolean;
  'chat.readAnswers': boolean;
  'output.directory': string;
  'output.fileName': string;
  'output.publicRoots': Readonly<Record<string, string>>;
  'insert.placement': string;
  'replace.oldFile': string;
  'credits.confirmAbove': number;
  'credits.lowBalance': number;
  'credits.dailyLimit': number | null;
  'agents.enabled': boolean;
  'agents.confirmAbove': number;
  'agents.dailyBudget': number;
  'agents.externalClients': boolean;
  'agents.offerMcpServer': boolean;
  'webhooks.receiverPort': number;
  'missingImages.show': string;
  'expiringLinks.show': string;
  'expiringLinks.hosts': readonly string[];
  'assets.codeLens': boolean;
  'terminal.command': boolean;
  'recipes.write': string;
}

/** For `when` clauses. `rivya.account` is `none` or `ready`, and unset until it is known. */
export interface ContextKeys {
  /** What stands at the cursor that a prompt can be taken from; `text` also where nobody has looked. */
  'rivya.promptAt': 'block' | 'comment' | 'text' | 'line';
  'rivya.account': 'none' | 'ready';
  'rivya.sandbox': boolean;
  /** Whether an answer of a chat is on its way. */
  'rivya.chatBusy': boolean;
  /** Whether the key may manage webhooks; unset until it was tried. */
  'rivya.webhookAccess': 'granted' | 'denied';
  /** Whether the account is known to have a webhook. */
  'rivya.hasWebhooks': boolean;
  /** Whether the webhook receiver runs in this window. */
  'rivya.receiver': boolean;
  /** Whether a file of this window is known to lie in a package. */
  'rivya.hasRecipes': boolean;
  /** Whether any job was ever made here. */
  'rivya.hasTasks': boolean;
  /** Whether any job has made a file. */
  'rivya.hasResults': boolean;
  /** Whether a document came to refer to a result, since the window was opened. */
  'rivya.hasInserted': boolean;
  /** Whether our command is just opening the walkthrough: what was done before that counts, too. */
  'rivya.walkthrough': boolean;
  /** Whether this window has a package of assets, as far as anybody has looked. */
  'rivya.hasPackage': boolean;
  /** Whether the Tasks view shows only some of them. */
  'rivya.tasksFiltered': boolean;
}
