import type { CommandId } from '../manifest/ids.ts';
import { l10n } from '../text/l10n.ts';

/** What a button of a message does: a command of ours, or a page of Rivya's. */
export type Action = { readonly title: string } & (
  | {
      readonly command:
        | CommandId
        | 'rivya.tasks.focus'
        | 'rivya.assets.focus'
        | 'workbench.action.reloadWindow'
        | 'workbench.action.openSettings';
      readonly arguments?: readonly unknown[];
    }
  | { readonly url: string }
);

/** A message for a person: what happened, what it means for credits and files, and what to do. */
export interface Message {
  readonly text: string;
  readonly actions: readonly Action[];
}

export function say(text: string, ...buttons: Action[]): Message {
  return { text, actions: buttons };
}

/** The buttons that several messages offer. */
export function actions(): Record<
  | 'setKey'
  | 'sandbox'
  | 'showLog'
  | 'doctor'
  | 'chooseModel'
  | 'dashboard'
  | 'credits'
  | 'typePrompt'
  | 'refreshModels'
  | 'reloadWindow'
  | 'proxySettings',
  Action
> {
  const { t } = l10n;
  return {
    setKey: { title: t('Set API Key'), command: 'rivya.account.setKey' },
    sandbox: { title: t('Try Sandbox'), command: 'rivya.sandbox.start' },
    showLog: { title: t('Show Log'), command: 'rivya.showLog' },
    doctor: { title: t('Check Installation'), command: 'rivya.doctor' },
    chooseModel: { title: t('Choose Another Model'), command: 'rivya.model.setDefault' },
    dashboard: { title: t('Open Dashboard'), command: 'rivya.account.openDashboard' },
    credits: { title: t('Buy Credits'), url: 'https://rivya.ai/settings/credits' },
    typePrompt: { title: t('Enter Prompt'), command: 'rivya.generate.image' },
    reloadWindow: { title: t('Reload Window'), command: 'workbench.action.reloadWindow' },
    proxySettings: {
      title: t('Open Proxy Settings'),
      command: 'workbench.action.openSettings',
      arguments: ['http.proxy'],
    },
    refreshModels: { title: t('Refresh Models'), command: 'rivya.models.refresh' },
  };
}
