import * as vscode from 'vscode';
import { compareContract } from '../../core/contract/compareContract.ts';
import type { RivyaClient } from '../../api/client.ts';
import { isRivyaError } from '../../api/errors.ts';
import type { OpenapiDocument } from '../../api/openapi.ts';
import { UserError } from '../messages.ts';
import { createClient, keyOf, type Basics } from '../clients.ts';
import { contractReport } from './contractReport.ts';

/**
 * Asks the server that is set for its OpenAPI document, compares it with what the extension relies on, and opens the result
 * in an editor. Needs no key and costs nothing.
 * @throws RivyaError when the document could not be had; UserError for a wrong base URL
 */
export async function checkContract(basics: Basics): Promise<void> {
  const { href, origin } = basics.server.base;
  const client = createClient(basics, href, () => keyOf(basics, origin));
  const content = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Checking the API contract…') },
    async () => {
      const comparison = compareContract(await retrieve(client, href));
      return contractReport(comparison, { server: href, at: new Date(), sandbox: basics.server.isSandbox });
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
    throw new UserError(
      vscode.l10n.t(
        '{0} does not describe its API: it has no OpenAPI document. Check the setting rivya.baseUrl. Nothing was charged.',
        server,
      ),
      [],
      { cause: error },
    );
  }
}
