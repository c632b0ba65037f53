import type * as vscode from 'vscode';
import { describeError } from '../../base/log.ts';
import { ask } from '../messages/dialogs.ts';
import { sentence } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Says to the user that the extension could not start. Nothing leaves this machine before it has started, and
 * jobs stand in the ledger, so what it says about charges and jobs is certain.
 */
export function explainFailedActivation(error: unknown, channel: vscode.LogOutputChannel): void {
  const { t } = l10n;
  channel.error(`The extension could not start: ${describeError(error)}`);
  const showLog = t('Show Log');
  const reason = error instanceof Error ? error.message : String(error);
  const text = t(
    "Couldn't start Rivya: {0} Nothing was sent or charged, and running tasks are saved. Reload the window to try again.",
    sentence(reason),
  );
  // No command of ours can be counted on here.
  ask('error', text, [showLog]).then(
    choice => {
      if (choice === showLog) channel.show();
    },
    (second: unknown) => channel.error(describeError(second)),
  );
}
