import * as vscode from 'vscode';
import type { HostContext } from '../host/hostContext.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { l10n } from '../text/l10n.ts';

/** Files of media/webhookHandlers. */
const templates = [
  { label: 'Express', file: 'express.ts', language: 'typescript' },
  { label: 'Hono', file: 'hono.ts', language: 'typescript' },
  { label: 'Next.js', file: 'nextjs.ts', language: 'typescript' },
  { label: 'FastAPI', file: 'fastapi_handler.py', language: 'python' },
  { label: 'Go', file: 'handler.go', language: 'go' },
  { label: 'PHP', file: 'handler.php', language: 'php' },
] as const;

/** Writes a handler that verifies deliveries into a new document. @throws Cancelled */
export async function newHandler({ context }: HostContext): Promise<void> {
  const { t } = l10n;
  const details: Record<(typeof templates)[number]['label'], string> = {
    Express: 'TypeScript',
    Hono: 'TypeScript',
    'Next.js': t('TypeScript, App Router route'),
    FastAPI: 'Python',
    Go: 'net/http',
    PHP: t('PHP 8 without a framework'),
  };
  const items = templates.map(template => ({ ...template, description: details[template.label] }));
  const chosen = await chooseOne(items, {
    title: t('New Webhook Handler File'),
    placeholder: t('Select a framework'),
  });
  const uri = vscode.Uri.joinPath(context.extensionUri, 'media', 'webhookHandlers', chosen.file);
  const content = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const document = await vscode.workspace.openTextDocument({ language: chosen.language, content });
  await vscode.window.showTextDocument(document);
}
