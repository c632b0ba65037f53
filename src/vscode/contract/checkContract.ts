import * as vscode from 'vscode';
import { compareContract } from '../../core/contract/compareContract.ts';
import type { RivyaClient } from '../../api/client.ts';
import { isRivyaError } from '../../api/errors/errors.ts';
import type { OpenapiDocument } from '../../api/resources/openapi.ts';
import { UserError } from '../messages/errors.ts';
import { withProgress } from '../messages/progress.ts';
import type { HostContext } from '../host/hostContext.ts';
import { contractReport } from './contractReport.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Asks the server that is set for its OpenAPI document, compares it with what the extension relies on, and
 * opens the result in an editor. Needs no key and costs nothing.
 * @throws RivyaError when the document could not be had; UserError for a wrong base URL
 */
export async function checkContract(hostContext: HostContext): Promise<void> {
  const { base } = hostContext.server;
  const { href } = base;
  const client = (await hostContext.clients()).of(base);
  const content = await withProgress(
    { location: vscode.ProgressLocation.Window, title: l10n.t('Checking API compatibility...') },
    async () => {
      const comparison = compareContract(await retrieve(client, href));
      return contractReport(comparison, {
        server: href,
        at: new Date(),
        sandbox: hostContext.server.isSandbox,
      });
    },
  );
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content });
  await vscode.window.showTextDocument(document);
}

async function retrieve(client: RivyaClient, server: string): Promise<OpenapiDocument> {
  try {
    return await client.openapi.retrieve();
  } catch (error) {
    if (!isRivyaError(error) || error.kind !== 'notFound') throw error;
    throw new UserError(l10n.t('{0} has no OpenAPI document. Check the setting rivya.baseUrl.', server), [], {
      cause: error,
    });
  }
}
