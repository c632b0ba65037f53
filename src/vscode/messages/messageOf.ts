import * as vscode from 'vscode';
import { isRivyaError } from '../../api/errors/errors.ts';
import {
  AcrossWindows,
  DamagedInUse,
  FileReplaced,
  isDatabaseError,
  isRefusedByDisk,
  NewerFile,
} from '../../core/storage/fileErrors.ts';
import { Cancelled, UserError } from './errors.ts';
import { explain, withRequestId, type Subject } from './explain.ts';
import { plain, sentence } from './plain.ts';
import { actions, type Message } from './message.ts';
import { l10n } from '../text/l10n.ts';

/** What to tell of any error, or undefined when there is nothing to tell. @param subject what failed */
export function messageOf(error: unknown, subject: Subject = 'request'): Message | undefined {
  if (error instanceof Cancelled || error instanceof vscode.CancellationError) return undefined;
  if (error instanceof UserError) return { text: error.message, actions: error.actions };
  if (isRivyaError(error)) {
    if (error.kind === 'cancelled') return undefined;
    // What costs credits is told of by its job or its answer, which knows what was observed; the rest is
    // free.
    const charge = { kind: error.mayHaveBeenCharged ? 'unknown' : 'neverLeft' } as const;
    const { text, actions: buttons } = explain(error, charge, subject);
    return { text: withRequestId(text, error.requestId), actions: buttons };
  }
  return (
    storageMessage(error) ?? {
      text: l10n.t('Something went wrong in the extension. For details, see the log.'),
      actions: [actions().showLog],
    }
  );
}

/** What to tell of a database that cannot be used; undefined for any other error. */
export function storageMessage(error: unknown): Message | undefined {
  const { t } = l10n;
  const { doctor, reloadWindow, showLog } = actions();
  if (error instanceof NewerFile) {
    const text = t(
      "A newer version of this extension stored this data, so this window doesn't change it and sends nothing. Reload the window to run the newer version.",
    );
    return { text, actions: [reloadWindow] };
  }
  if (error instanceof FileReplaced) {
    const text = t(
      'A file with the stored data was replaced or deleted while this window was using it. So that nothing is paid and lost, this window no longer writes or sends anything. Reload the window.',
    );
    return { text, actions: [reloadWindow] };
  }
  if (error instanceof DamagedInUse) {
    const text = t(
      "The stored data is damaged. The readable part was saved but couldn't replace it, because another window or program has the file open. Close all other VS Code windows and reload this one.",
    );
    return { text, actions: [reloadWindow] };
  }
  if (error instanceof AcrossWindows) {
    const text = t(
      "The storage folder of this extension is on a Windows drive, and this window runs in Linux (WSL). Both would write to the same list of tasks without seeing each other, so nothing is opened or sent. Keep VS Code's data in the Linux file system: {0}",
      plain(error.path, 'value'),
    );
    return { text, actions: [showLog] };
  }
  if (isRefusedByDisk(error) && error instanceof Error) {
    const text = t(
      "Couldn't read or write the stored data: {0} The storage folder may be on a network drive, or the disk may be full or failing. To see where the folder is, run Check Installation.",
      sentence(error.message),
    );
    return { text, actions: [doctor, showLog] };
  }
  if (isDatabaseError(error)) {
    return {
      text: t("Couldn't read or write the stored data: {0} Try again in a moment.", sentence(error.message)),
      actions: [showLog],
    };
  }
  return undefined;
}
