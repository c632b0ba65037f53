import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { clientConfig, type ClientName, type ServerStart } from '../../mcp/clientConfig.ts';
import { setting } from '../manifest/settings.ts';
import { inform } from '../messages/dialogs.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { plain } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';
import type { ExternalAgents } from './externalAgents.ts';

const names: Readonly<Record<Exclude<ClientName, 'other'>, string>> = {
  'claude-code': 'Claude Code',
  codex: 'Codex',
  cursor: 'Cursor',
  cline: 'Cline',
  zed: 'Zed',
  vscode: 'VS Code',
};
const languages = { json: 'json', toml: 'toml', shell: 'shellscript' } as const;

/**
 * Lets programs of this computer reach the window, and shows what is to be pasted into one of them. No key is
 * in it: the window has it.
 * @throws Cancelled
 */
export async function setUpAgents(external: ExternalAgents): Promise<void> {
  const { t } = l10n;
  const rows = [
    ...Object.entries(names).map(([client, label]) => ({ client: client as ClientName, label })),
    { client: 'other' as const, label: t('Another MCP client') },
  ];
  const { client } = await chooseOne(rows, {
    title: t('Set Up External Agents'),
    placeholder: t('Select the program that will use Rivya'),
  });
  const shim = await external.layShim();
  if (!setting('agents.externalClients')) {
    await vscode.workspace
      .getConfiguration('rivya')
      .update('agents.externalClients', true, vscode.ConfigurationTarget.Global);
  }
  await external.update();
  const { language, file, text } = clientConfig(client, startOf(shim));
  const document = await vscode.workspace.openTextDocument({ language: languages[language], content: text });
  await vscode.window.showTextDocument(document, { preview: true });
  inform(
    file === undefined
      ? language === 'shell'
        ? t('Run this in a terminal. It works while a window with this folder is open.')
        : t('Paste this into the settings of that program. It works while a window with this folder is open.')
      : t(
          "Add this to {0}, next to what's already there. It works while a window with this folder is open.",
          plain(file, 'value'),
        ),
  );
}

/**
 * A program that is there, by its whole path. VS Code's own may move with each update where it is a server,
 * so a Node of the machine comes first.
 */
function startOf(shim: string): ServerStart {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(each => path.isAbsolute(each));
  const node = folders.map(each => path.join(each, name)).find(each => existsSync(each));
  if (node !== undefined) return { program: node, parameters: [shim] };
  return { program: process.execPath, parameters: [shim], env: { ELECTRON_RUN_AS_NODE: '1' } };
}
