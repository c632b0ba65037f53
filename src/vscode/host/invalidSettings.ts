import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';
import { invalidSettings, type InvalidSetting } from '../manifest/settings.ts';
import { show } from '../messages/show.ts';
import type { HostContext } from './hostContext.ts';
import { l10n } from '../text/l10n.ts';

/** Warns of each invalid value once, after start-up and whenever one of our settings changes. */
export function warnAboutInvalidSettings({ context, log, timings }: HostContext): Disposable {
  const warned = new Set<string>();
  const look = (): void => {
    for (const invalid of invalidSettings(context.extension)) {
      const id = JSON.stringify(invalid);
      if (warned.has(id)) continue;
      warned.add(id);
      const open = {
        title: l10n.t('Open Settings'),
        command: 'rivya.openSettings',
        arguments: [invalid.key],
      } as const;
      show('warning', { text: invalidSettingText(invalid), actions: [open] }, log);
    }
  };
  const start = setTimeout(look, timings.settling);
  const changes = vscode.workspace.onDidChangeConfiguration(event => {
    if (event.affectsConfiguration('rivya')) look();
  });
  return vscode.Disposable.from(changes, { dispose: () => clearTimeout(start) });
}

/** The value itself is not repeated: it may be anybody's words, or hold a password. */
function invalidSettingText({ key, isPart }: InvalidSetting): string {
  const { t } = l10n;
  if (key === 'baseUrl') {
    return t(
      "The setting rivya.baseUrl isn't a valid Rivya API address. Use an https address, or http for this computer. Nothing is sent until you change it.",
    );
  }
  if (isPart) return t('Invalid entries in rivya.{0} are ignored.', key);
  return t('The value of rivya.{0} is invalid. The default is used instead.', key);
}
