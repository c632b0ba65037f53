import * as vscode from 'vscode';
import { UserError } from '../messages/errors.ts';
import { l10n } from '../text/l10n.ts';

/** @throws UserError in Restricted Mode, where no document of the workspace leads to anything being sent */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(
    l10n.t('In Restricted Mode, nothing is generated or downloaded for references in documents.'),
  );
}
