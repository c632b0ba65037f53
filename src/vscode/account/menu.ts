import * as vscode from 'vscode';
import type { HostContext } from '../host/hostContext.ts';
import { sandboxLostMessage } from '../host/currentServer.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import type { Action } from '../messages/message.ts';
import { chooseOne, type RowText } from '../messages/quickPick.ts';
import { run } from '../messages/show.ts';
import { l10n } from '../text/l10n.ts';

interface Choice extends RowText {
  readonly kind?: vscode.QuickPickItemKind;
  readonly does?: () => unknown;
}

/**
 * What a click on the status bar offers: all that a person may want to do next, as far as it can be done now.
 * @throws Cancelled when the user leaves
 */
export async function showMenu({ server, account }: HostContext): Promise<void> {
  const { origin, isSandbox, isSandboxLost } = server;
  if (isSandboxLost) {
    const { text, actions: buttons } = sandboxLostMessage();
    throw new UserError(text, buttons);
  }
  const hasKey = origin !== undefined && (await account.key(origin)) !== undefined;
  const picked = await chooseOne(menuChoices(isSandbox, hasKey), {
    title: isSandbox ? l10n.t('Rivya Sandbox') : l10n.t('Rivya: {0}', origin ?? '?'),
  });
  if (!picked.does) throw new Cancelled();
  await picked.does();
}

/** @param hasKey whether there is a key for the current server; the sandbox needs none */
export function menuChoices(isSandbox: boolean, hasKey: boolean): Choice[] {
  const { t } = l10n;
  const section = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const choice = (icon: string, action: Action): Choice => ({
    icon,
    label: action.title,
    does: () => run(action),
  });
  const view = (icon: string, title: string, id: string): Choice => ({
    icon,
    label: title,
    does: () => vscode.commands.executeCommand(`${id}.focus`),
  });
  const startSandbox = choice('beaker', { title: t('Try Sandbox'), command: 'rivya.sandbox.start' });
  const setKey = choice('key', { title: t('Set API Key'), command: 'rivya.account.setKey' });
  return [
    ...(isSandbox || hasKey
      ? [
          section(t({ message: 'Generate', comment: 'Heading above the items that generate' })),
          choice('device-camera', { title: t('Generate Image'), command: 'rivya.generate.image' }),
          choice('device-camera-video', { title: t('Generate Video'), command: 'rivya.generate.video' }),
          choice('unmute', { title: t('Generate Audio'), command: 'rivya.generate.audio' }),
          view('comment-discussion', t('Chat'), 'rivya.chat'),
        ]
      : [section(t('Get Started')), setKey, startSandbox]),
    section(t('View')),
    view('list-unordered', t('Show Tasks'), 'rivya.tasks'),
    choice('search', { title: t('Search Tasks'), command: 'rivya.tasks.search' }),
    ...(isSandbox || hasKey
      ? [
          section(t('Account')),
          choice('refresh', { title: t('Refresh Credits'), command: 'rivya.credits.refresh' }),
          ...(isSandbox
            ? [choice('debug-stop', { title: t('Stop Sandbox'), command: 'rivya.sandbox.stop' })]
            : [
                choice('credit-card', {
                  title: t('Buy Credits'),
                  url: 'https://rivya.ai/settings/credits',
                }),
                setKey,
                startSandbox,
              ]),
        ]
      : []),
    section(t('Help')),
    choice('link-external', { title: t('Open Dashboard'), command: 'rivya.account.openDashboard' }),
    choice('mortar-board', { title: t('Get Started'), command: 'rivya.openWalkthrough' }),
    choice('pulse', { title: t('Check Installation'), command: 'rivya.doctor' }),
    choice('output', { title: t('Show Log'), command: 'rivya.showLog' }),
  ];
}
