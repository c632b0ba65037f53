import * as vscode from 'vscode';
import type { Log } from '../../base/log.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { actions } from '../messages/message.ts';
import { show } from '../messages/show.ts';
import { l10n } from '../text/l10n.ts';

/** Offers to reload the window when another language is chosen: what is drawn keeps its words until then. */
export function offerReloadForLanguage(log: Log): Disposable {
  return vscode.workspace.onDidChangeConfiguration(event => {
    if (!event.affectsConfiguration('rivya.language')) return;
    const text = l10n.t('Reload the window to change the language of Rivya.');
    show('info', { text, actions: [actions().reloadWindow] }, log);
  });
}
