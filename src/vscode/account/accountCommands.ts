import * as vscode from 'vscode';
import { isRivyaError, type RivyaError } from '../../api/errors/errors.ts';
import { cleanKey, hasForbiddenCharacter, looksLikeKey } from '../../core/account/account.ts';
import { ask, askText, inform } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { explain } from '../messages/explain.ts';
import { actions, say } from '../messages/message.ts';
import { withProgress } from '../messages/progress.ts';
import { show } from '../messages/show.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { keyOf, retrieveCredits, type HostContext } from '../host/hostContext.ts';
import { creditsText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Asks for the key, verifies it by `GET /credits`, and only then stores it. A key that the server refuses is
 * not stored; when the server cannot be reached the user decides.
 * @throws Cancelled, RivyaError
 */
export async function setKey(hostContext: HostContext): Promise<void> {
  const { account, balance, server } = hostContext;
  const { base } = server;
  const { origin } = base;
  const { t } = l10n;
  const key = (await keyFromEnvironment(hostContext, origin)) ?? (await keyFromInput(origin));
  if (key === '') throw new Cancelled();
  let credits: number | undefined;
  let isVerified = true;
  try {
    credits = await withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Verifying API key...') },
      async () => retrieveCredits((await hostContext.clients()).withKey(base, key)),
    );
  } catch (error) {
    // Unless the server has said no: somebody behind a broken proxy must be able to go on.
    if (!isRivyaError(error) || isRefusedKey(error)) throw error;
    const store = t('Store Anyway');
    const { text: why } = explain(error, undefined, 'request');
    const answer = await ask(
      'warning',
      t("Couldn't verify the API key: {0} You can store it anyway and verify it later.", why),
      [store],
    );
    if (answer !== store) throw new Cancelled();
    isVerified = false;
  }
  await account.store(origin, key);
  balance.learn(origin, credits);
  inform(storedText(isVerified, credits));
}

function storedText(isVerified: boolean, credits: number | undefined): string {
  const { t } = l10n;
  if (!isVerified) return t("API key stored. It isn't verified yet.");
  return credits === undefined
    ? t("API key stored. It doesn't have the credits:read scope, so your balance isn't shown.")
    : t('API key verified and stored. Balance: {0}.', creditsText(credits));
}

/** Whether Rivya itself refuses the key, or it could not even be sent; a 401 of a gateway says nothing. */
function isRefusedKey({ kind, status, isRivyasWord }: RivyaError): boolean {
  return kind === 'authentication' && (isRivyasWord || status === undefined);
}

/**
 * Offers the key of `RIVYA_API_KEY`; undefined when there is none to offer, or the user wants to type
 * another.
 * @throws Cancelled
 */
async function keyFromEnvironment({ account }: HostContext, origin: string): Promise<string | undefined> {
  const { t } = l10n;
  const key = cleanKey(process.env['RIVYA_API_KEY'] ?? '');
  if (key === '' || key === (await account.key(origin))) return undefined;
  const take = { label: t('Use the key from the RIVYA_API_KEY environment variable') };
  const type = { label: t('Enter a different key') };
  const sandbox = { label: t('Try Sandbox') };
  const picked = await chooseOne([take, type, sandbox], {
    title: t('Rivya API Key'),
    placeholder: t('For {0}', origin),
    ignoreFocusOut: true,
  });
  if (picked === sandbox) await vscode.commands.executeCommand('rivya.sandbox.start');
  if (picked !== take && picked !== type) throw new Cancelled();
  return picked === take ? key : undefined;
}

async function keyFromInput(origin: string): Promise<string> {
  const { t } = l10n;
  const pasted = await askText({
    title: t('Rivya API Key'),
    prompt: t(
      'For {0}. The key is stored in secret storage on this computer and sent only to this address.',
      origin,
    ),
    placeholder: 'rvya_sk_…',
    password: true,
    validate: value => inputHint(cleanKey(value)),
  });
  return cleanKey(pasted ?? '');
}

export async function removeKey({ account, balance, server, log }: HostContext): Promise<void> {
  const { origin } = server.base;
  if ((await account.key(origin)) === undefined) {
    inform(l10n.t('No API key is set for {0}.', origin));
    return;
  }
  await account.remove(origin);
  balance.forget(origin);
  const text = l10n.t(
    'API key for {0} removed from this computer. To stop it from working, revoke it on the dashboard.',
    origin,
  );
  show('info', say(text, actions().dashboard), log);
}

/** @throws RivyaError, which says in its own words what is wrong with the key */
export async function verifyKey(hostContext: HostContext): Promise<void> {
  const { account, balance, server } = hostContext;
  const { base } = server;
  const { origin } = base;
  if ((await account.key(origin)) === undefined) throw noKey(origin);
  const credits = await retrieveCredits((await hostContext.clients()).of(base));
  balance.learn(origin, credits);
  inform(
    credits === undefined
      ? l10n.t("The API key works, but doesn't have the credits:read scope.")
      : l10n.t('The API key works. Balance: {0}.', creditsText(credits)),
  );
}

/**
 * Asks for the balance, and unlike the looks that nobody has asked for says why when that fails.
 * @throws UserError, RivyaError
 */
export async function refreshCredits(hostContext: HostContext): Promise<void> {
  const { balance, server } = hostContext;
  const { origin } = server.base;
  const key = await keyOf(hostContext, origin);
  if (key === undefined) throw noKey(origin);
  await balance.refresh(origin);
  const { problem, credits } = balance.state(origin);
  if (problem) throw problem;
  const isSameKey = (await keyOf(hostContext, origin)) === key;
  if (credits === undefined && isSameKey) {
    throw new UserError(
      l10n.t("This API key doesn't have the credits:read scope, so your balance isn't shown."),
      [actions().setKey, actions().dashboard],
    );
  }
}

function noKey(origin: string): UserError {
  const { setKey: set, sandbox } = actions();
  return new UserError(l10n.t('No API key is set for {0}.', origin), [set, sandbox]);
}

function inputHint(key: string): vscode.InputBoxValidationMessage | undefined {
  const { t } = l10n;
  if (key === '') return undefined;
  if (hasForbiddenCharacter(key)) {
    return {
      message: t('The key contains an invalid character. Copy it again.'),
      severity: vscode.InputBoxValidationSeverity.Error,
    };
  }
  if (looksLikeKey(key)) return undefined;
  return {
    message: t("Rivya keys usually start with rvya_sk_. The key is verified before it's stored."),
    severity: vscode.InputBoxValidationSeverity.Info,
  };
}
