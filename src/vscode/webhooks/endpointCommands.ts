import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { isRivyaError } from '../../api/errors/errors.ts';
import type { WebhookEndpoint } from '../../api/resources/webhooks.ts';
import {
  parseWebhookUrl,
  resolvedProblem,
  type WebhookUrlProblem,
  type WebhookUrlRules,
} from '../../core/webhooks/webhookUrl.ts';
import { ask, askText, flash, inform, type TextOptions } from '../messages/dialogs.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { plain, sentence } from '../messages/plain.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseMany, chooseOne } from '../messages/quickPick.ts';
import type { WebhookTools } from './webhookTools.ts';
import { endpointName, errorText, statusText, urlProblemText, webhookError } from './webhookText.ts';
import type { WebhookNode } from './webhookNode.ts';
import { l10n } from '../text/l10n.ts';

/** Documented in rivya-api.md 7. */
const eventTypes = ['generation.succeeded', 'generation.failed'] as const;
/** How long a name server may take, in milliseconds. */
const resolveTimeout = 3_000;

export const endpointCommands = {
  /** Asks for name, address and events, and checks the address before anything is sent. */
  async create(tools: WebhookTools): Promise<void> {
    const { t } = l10n;
    const title = t('Create Webhook');
    const name = await askName(title, '');
    const rules = rulesOf(tools);
    const text = await enter({
      title,
      prompt: rules.loopback
        ? t('Where deliveries go. The server is on this machine, so an address of this machine will do.')
        : t('Where deliveries go: a public https address.'),
      placeholder: 'https://example.com/webhooks/rivya',
      validate: value => (value.trim() === '' ? undefined : problemOf(value, rules)),
    });
    const url = await checkedUrl(tools, text);
    await register(tools, name, url, await askEvents(title, [], eventTypes));
  },

  async rename(tools: WebhookTools, argument: unknown): Promise<void> {
    const endpoint = await endpointFrom(tools, argument);
    const name = await askName(l10n.t('Rename Webhook'), endpoint.name ?? '');
    await tools.webhooks().update(endpoint.id, { name });
    tools.refresh();
  },

  async changeEvents(tools: WebhookTools, argument: unknown): Promise<void> {
    const endpoint = await endpointFrom(tools, argument);
    const chosen = await askEvents(
      l10n.t('Events of {0}', endpointName(endpoint)),
      endpoint.event_types,
      endpoint.event_types,
    );
    await tools.webhooks().update(endpoint.id, { event_types: chosen });
    tools.refresh();
  },

  async toggle(tools: WebhookTools, argument: unknown): Promise<void> {
    const endpoint = await endpointFrom(tools, argument);
    const status = endpoint.status === 'disabled' ? 'active' : 'disabled';
    const changed = await tools.webhooks().update(endpoint.id, { status });
    tools.refresh();
    flash(
      l10n.t('Webhook {0}: {1}', endpointName(endpoint), statusText(changed.status ?? status)),
      undefined,
      5_000,
    );
  },

  async delete(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    await confirm(
      t('Delete the webhook {0}?', endpointName(endpoint)),
      t('Rivya delivers nothing to it any more, and its signing secret is removed from this computer.'),
      t({ message: 'Delete', comment: 'Button: deletes a webhook' }),
    );
    const { origin } = tools.server.base;
    let gone = false;
    try {
      await tools.webhooks().delete(endpoint.id);
    } catch (error) {
      if (!isRivyaError(error) || error.kind !== 'notFound') throw error;
      gone = true;
    }
    await tools.secrets.remove(origin, endpoint.id);
    tools.refresh();
    inform(
      gone
        ? t('The webhook {0} was already gone.', endpointName(endpoint))
        : t('The webhook {0} was deleted.', endpointName(endpoint)),
    );
  },

  async sendTest(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    const delivery = await withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Sending a test delivery') },
      () => tools.webhooks().test(endpoint.id),
    );
    tools.refresh();
    const name = endpointName(endpoint);
    if (delivery?.status === undefined || delivery.status === null || delivery.status === 'pending') {
      inform(t('Rivya sends a test delivery to {0}. Its outcome is among the deliveries.', name));
    } else if (delivery.status === 'failed' || delivery.status === 'skipped') {
      const reason = errorText(delivery.error);
      void ask(
        'warning',
        t(
          'The test delivery to {0} failed: {1}',
          name,
          plain(reason, 'value') || `HTTP ${delivery.response_status ?? '?'}`,
        ),
        [],
      );
    } else {
      const answer = delivery.response_status === null ? '' : ` (HTTP ${delivery.response_status})`;
      inform(t('The test delivery to {0} arrived{1}.', name, answer));
    }
  },

  async rotateSecret(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    await confirm(
      t('Rotate the signing secret of {0}?', endpointName(endpoint)),
      t(
        'The old secret may stop at once: receivers that still use it then refuse the deliveries until they are given the new one.',
      ),
      t({ message: 'Rotate', comment: 'Button: replaces the signing secret of a webhook' }),
    );
    const { origin } = tools.server.base;
    const { signing_secret: secret } = await tools.webhooks().rotateSecret(endpoint.id);
    if (secret === null) {
      await tools.secrets.remove(origin, endpoint.id);
      tools.refresh();
      throw new UserError(
        t(
          'The secret was rotated, but the answer of Rivya does not tell the new one. Look at the dashboard.',
        ),
      );
    }
    await keepAndShow(
      tools,
      origin,
      endpoint,
      secret,
      t('The signing secret of {0} was rotated.', endpointName(endpoint)),
    );
    tools.refresh();
  },

  async copySecret(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    const secret = await tools.secrets.get(tools.server.base.origin, endpoint.id);
    if (secret === undefined) {
      throw new UserError(
        t(
          'The signing secret of {0} is not known on this computer. Rivya shows it only once, so it can only be rotated.',
          endpointName(endpoint),
        ),
        [{ title: t('Rotate Secret'), command: 'rivya.webhook.rotateSecret', arguments: [nodeOf(endpoint)] }],
      );
    }
    await vscode.env.clipboard.writeText(secret);
    flash(t('The signing secret was copied.'), undefined, 5_000);
  },

  /** For a webhook that was made elsewhere. */
  async enterSecret(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    const secret = await enter({
      title: t('Signing Secret of {0}', endpointName(endpoint)),
      prompt: t('It is kept in the secret storage of this computer, to verify deliveries with.'),
      placeholder: 'whsec_…',
      password: true,
    });
    await tools.secrets.set(tools.server.base.origin, endpoint.id, secret.trim());
  },
} satisfies Record<string, (tools: WebhookTools, argument: unknown) => Promise<void>>;

/**
 * Creates an endpoint; its secret is kept before it is shown.
 * @param url already checked
 */
export async function register(
  tools: WebhookTools,
  name: string,
  url: URL,
  events: readonly string[],
): Promise<void> {
  const { t } = l10n;
  const { origin } = tools.server.base;
  let endpoint: WebhookEndpoint;
  try {
    endpoint = await tools
      .webhooks()
      .create({ name, url: url.href, event_types: events }, { idempotencyKey: randomUUID() });
  } catch (error) {
    tools.refresh();
    // The secret was in the answer, so a webhook that exists after all is of use only after a rotation.
    if (
      isRivyaError(error) &&
      (error.kind === 'network' || error.kind === 'timeout' || error.kind === 'protocol')
    ) {
      throw new UserError(
        t(
          'It is not known whether the webhook was created: {0} Look at the Webhooks view. If it is there, rotate its secret; if not, create it again.',
          sentence(error.message),
        ),
        [{ title: t('Refresh Webhooks'), command: 'rivya.webhooks.refresh' }],
        { cause: error },
      );
    }
    throw error;
  }
  if (endpoint.signing_secret !== null) {
    await keepAndShow(
      tools,
      origin,
      endpoint,
      endpoint.signing_secret,
      t('The webhook {0} was created.', name),
    );
  }
  tools.refresh();
}

/** The address for a webhook, after all checks. @throws UserError with the reason; nothing was sent then */
export async function checkedUrl(tools: WebhookTools, text: string): Promise<URL> {
  const rules = rulesOf(tools);
  const parsed = parseWebhookUrl(text, rules);
  if ('problem' in parsed) throw refused(parsed.problem);
  const timeout = AbortSignal.timeout(resolveTimeout);
  const problem = await resolvedProblem(parsed.url, tools.resolveHost, rules, timeout);
  if (problem !== undefined) throw refused(problem);
  return parsed.url;
}

/** The endpoint of a menu, or one that the user picks. @throws Cancelled, UserError when there is none */
export async function endpointFrom(tools: WebhookTools, argument: unknown): Promise<WebhookEndpoint> {
  const node = argument as WebhookNode | undefined;
  if (node?.type === 'endpoint') return node.endpoint;
  const { t } = l10n;
  const endpoints = await tools.webhooks().listAll();
  if (endpoints.length === 0) {
    throw new UserError(t('There is no webhook yet.'), [
      { title: t('Create Webhook'), command: 'rivya.webhook.create' },
    ]);
  }
  const [only, ...others] = endpoints;
  if (only && others.length === 0) return only;
  const items = endpoints.map(endpoint => ({
    label: endpointName(endpoint),
    description: statusText(endpoint.status),
    detail: endpoint.url ?? '',
    endpoint,
  }));
  const chosen = await chooseOne(items, { title: t('Webhook') });
  return chosen.endpoint;
}

function nodeOf(endpoint: WebhookEndpoint): WebhookNode {
  return { type: 'endpoint', endpoint, secretKnown: false };
}

/** A server on this machine can reach this machine: the sandbox, or a gateway of the user's. */
export function rulesOf({ server }: WebhookTools): WebhookUrlRules {
  return { loopback: server.base.loopback };
}

/** Runs a command; an error comes in the words of webhooks, and a webhook that is gone goes from the view. */
export async function inWords<T>(tools: WebhookTools, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRivyaError(error) && error.kind === 'notFound') tools.refresh();
    throw webhookError(error);
  }
}

async function keepAndShow(
  tools: WebhookTools,
  origin: string,
  endpoint: WebhookEndpoint,
  secret: string,
  what: string,
): Promise<void> {
  const { t } = l10n;
  let kept = t(
    'It is kept in the secret storage of this computer and is not shown again; you can copy it at any time.',
  );
  try {
    await tools.secrets.set(origin, endpoint.id, secret);
  } catch (error) {
    // It cannot be had a second time, so it must be shown in any case.
    tools.log.error(`The signing secret of ${endpoint.id} could not be stored: ${errorText(error)}`);
    kept = t('It could not be kept in the secret storage. Copy it now: it is not shown again.');
  }
  const copy = t('Copy Secret');
  const answer = await ask('info', what, [copy], {
    detail: [t('Signing secret: {0}', secret), kept],
    close: t('Close'),
  });
  if (answer === copy) await vscode.env.clipboard.writeText(secret);
}

async function enter(options: TextOptions): Promise<string> {
  const value = await askText(options);
  if (value === undefined || value.trim() === '') throw new Cancelled();
  return value;
}

async function askName(title: string, value: string): Promise<string> {
  const { t } = l10n;
  return (
    await enter({ title, value, prompt: t('A name for the webhook.'), placeholder: t('My server') })
  ).trim();
}

/** @param extra events that the webhook already has, should Rivya know more than are documented */
async function askEvents(
  title: string,
  extra: readonly string[],
  picked: readonly string[],
): Promise<string[]> {
  const { t } = l10n;
  const details: Record<string, string> = {
    'generation.succeeded': t('A generation succeeded.'),
    'generation.failed': t('A generation failed.'),
  };
  const items = [...new Set([...eventTypes, ...extra])].map(label => ({
    label,
    description: details[label] ?? '',
    picked: picked.includes(label),
  }));
  const chosen = await chooseMany(items, {
    title,
    placeholder: t('Select the events to deliver'),
    ignoreFocusOut: true,
  });
  if (chosen.length === 0) throw new UserError(t('Choose at least one event. Nothing was changed.'));
  return chosen.map(item => item.label);
}

async function confirm(question: string, detail: string, button: string): Promise<void> {
  const answer = await ask('warning', question, [button], { detail: [detail] });
  if (answer !== button) throw new Cancelled();
}

function refused(problem: WebhookUrlProblem): UserError {
  return new UserError(`${urlProblemText(problem)} ${l10n.t('Nothing was sent.')}`);
}

function problemOf(text: string, rules: WebhookUrlRules): string | undefined {
  const parsed = parseWebhookUrl(text, rules);
  return 'problem' in parsed ? urlProblemText(parsed.problem) : undefined;
}
