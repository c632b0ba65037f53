import * as vscode from 'vscode';
import { isRivyaError } from '../../api/errors.ts';
import { cleanKey, hasForbiddenCharacter, looksLikeKey } from '../../core/account/account.ts';
import { actions, Cancelled, UserError } from '../messages.ts';
import { retrieveCredits, type Basics } from '../clients.ts';

/**
 * Asks for the key, verifies it by `GET /credits`, and only then stores it. A key that the server refuses is not stored;
 * when the server cannot be reached the user decides.
 * @throws Cancelled, RivyaError
 */
export async function setKey(basics: Basics): Promise<void> {
  const { account, balance, server } = basics;
  const { origin, href } = server.base;
  const { t } = vscode.l10n;
  const key = (await keyFromEnvironment(basics, origin)) ?? (await keyFromInput(origin));
  if (key === '') throw new Cancelled();
  let credits: number | undefined;
  try {
    credits = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Verifying the API key') },
      () => retrieveCredits(basics, href, key),
    );
  } catch (error) {
    // The server has not said no: somebody behind a broken proxy must be able to go on.
    if (!isRivyaError(error) || error.kind === 'authentication') throw error;
    const store = t('Store Anyway');
    const answer = await vscode.window.showWarningMessage(
      t('The key could not be verified: {0}', error.message),
      store,
    );
    if (answer !== store) throw new Cancelled();
  }
  await account.store(origin, key);
  balance.learn(origin, credits);
  const text =
    credits === undefined
      ? t('The API key is stored. It may not read the balance, so no credits are shown.')
      : t('The API key is verified and stored. Credits: {0}', credits);
  void vscode.window.showInformationMessage(text);
}

/** Offers the key of `RIVYA_API_KEY`; undefined when there is none to offer, or the user wants to type another. @throws Cancelled */
async function keyFromEnvironment({ account }: Basics, origin: string): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const key = cleanKey(process.env['RIVYA_API_KEY'] ?? '');
  if (key === '' || key === (await account.key(origin))) return undefined;
  const take = { label: t('Use the key of the environment variable RIVYA_API_KEY') };
  const type = { label: t('Enter another key') };
  const sandbox = { label: t('Try the Sandbox') };
  const picked = await vscode.window.showQuickPick([take, type, sandbox], {
    title: t('Rivya API Key'),
    placeHolder: t('For {0}', origin),
    ignoreFocusOut: true,
  });
  if (picked === sandbox) await vscode.commands.executeCommand('rivya.sandbox.start');
  if (picked !== take && picked !== type) throw new Cancelled();
  return picked === take ? key : undefined;
}

async function keyFromInput(origin: string): Promise<string> {
  const { t } = vscode.l10n;
  const pasted = await vscode.window.showInputBox({
    title: t('Rivya API Key'),
    prompt: t(
      'For {0}. It is kept in the secret storage of this computer and sent to no other address.',
      origin,
    ),
    placeHolder: 'rvya_sk_…',
    password: true,
    ignoreFocusOut: true,
    validateInput: value => inputHint(cleanKey(value)),
  });
  return cleanKey(pasted ?? '');
}

export async function removeKey({ account, balance, server }: Basics): Promise<void> {
  const { origin } = server.base;
  if ((await account.key(origin)) === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no API key for {0}.', origin));
    return;
  }
  await account.remove(origin);
  balance.forget(origin);
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'The API key for {0} was removed from this computer. It still works until you revoke it on the dashboard.',
      origin,
    ),
  );
}

/** @throws RivyaError, which says in its own words what is wrong with the key */
export async function verifyKey(basics: Basics): Promise<void> {
  const { account, balance, server } = basics;
  const { origin, href } = server.base;
  const key = await account.key(origin);
  if (key === undefined)
    throw new UserError(vscode.l10n.t('There is no API key for {0}.', origin), [
      actions().setKey,
      actions().sandbox,
    ]);
  const credits = await retrieveCredits(basics, href, key);
  balance.learn(origin, credits);
  void vscode.window.showInformationMessage(
    credits === undefined
      ? vscode.l10n.t('The API key works, but may not read the balance.')
      : vscode.l10n.t('The API key works. Credits: {0}', credits),
  );
}

function inputHint(key: string): vscode.InputBoxValidationMessage | undefined {
  const { t } = vscode.l10n;
  if (key === '') return undefined;
  if (hasForbiddenCharacter(key)) {
    return {
      message: t('The key contains a character that cannot be sent. Copy it again.'),
      severity: vscode.InputBoxValidationSeverity.Error,
    };
  }
  if (looksLikeKey(key)) return undefined;
  return {
    message: t('Keys of Rivya usually look like rvya_sk_…; it is verified before it is stored.'),
    severity: vscode.InputBoxValidationSeverity.Info,
  };
}
