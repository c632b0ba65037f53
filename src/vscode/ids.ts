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
  'rivya.generate.fromSelection',
  'rivya.task.insert',
  'rivya.task.open',
  'rivya.task.saveAs',
  'rivya.task.reveal',
  'rivya.task.rerun',
  'rivya.task.copyPrompt',
  'rivya.task.copyId',
  'rivya.task.sendAgain',
  'rivya.task.checkAgain',
  'rivya.task.stopTracking',
  'rivya.task.remove',
  'rivya.tasks.refresh',
  'rivya.model.use',
  'rivya.model.setDefault',
  'rivya.model.copyId',
  'rivya.model.openDocs',
  'rivya.models.refresh',
  'rivya.credits.refresh',
  'rivya.library.manage',
  'rivya.sandbox.start',
  'rivya.sandbox.stop',
  'rivya.showLog',
] as const;
export type CommandId = (typeof commandIds)[number];

export const viewIds = ['rivya.tasks', 'rivya.models'] as const;

/** Settings without the leading `rivya.`, with the type of their value. */
export interface Settings {
  baseUrl: string;
  'defaultModel.image': string;
  'output.directory': string;
  'output.fileName': string;
  'insert.placement': string;
  'credits.confirmAbove': number;
  'credits.lowBalance': number;
}

/** For `when` clauses. `rivya.account` is `none` or `ready`, and unset until it is known. */
export interface ContextKeys {
  'rivya.account': 'none' | 'ready';
  'rivya.sandbox': boolean;
}
