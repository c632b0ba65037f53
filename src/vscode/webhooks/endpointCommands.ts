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
import { actions, say } from '../messages/message.ts';
import { plain, sentence } from '../messages/plain.ts';
import { withProgress } from '../messages/progress.ts';
import { chooseMany, chooseOne } from '../messages/quickPick.ts';
import { show } from '../messages/show.ts';
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
        ? t('URL that receives deliveries. It can be an address on this computer.')
        : t('URL that receives deliveries. It must be a public https address.'),
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
      t(
        "Rivya stops sending deliveries to it, and its signing secret is removed from this computer. You can't undo this.",
      ),
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
        ? t('Webhook {0} had already been deleted.', endpointName(endpoint))
        : t('Webhook {0} deleted.', endpointName(endpoint)),
    );
  },

  async sendTest(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    const delivery = await withProgress(
      { location: vscode.ProgressLocation.Notification, title: t('Sending test delivery...') },
      () => tools.webhooks().test(endpoint.id),
    );
    tools.refresh();
    const name = endpointName(endpoint);
    if (delivery?.status === undefined || delivery.status === null || delivery.status === 'pending') {
      const text = t('Rivya is sending a test delivery to {0}.', name);
      const title = t('Show Webhook Deliveries');
      const deliveries = {
        title,
        command: 'rivya.webhook.deliveries',
        arguments: [nodeOf(endpoint)],
      } as const;
      show('info', say(text, deliveries), tools.log);
    } else if (delivery.status === 'failed' || delivery.status === 'skipped') {
      const reason = errorText(delivery.error);
      void ask(
        'warning',
        t(
          'Test delivery to {0} failed: {1}',
          name,
          plain(reason, 'value') || `HTTP ${delivery.response_status ?? '?'}`,
        ),
        [],
      );
    } else {
      const answer = delivery.response_status === null ? '' : ` (HTTP ${delivery.response_status})`;
      inform(t('Test delivery to {0} succeeded{1}.', name, answer));
    }
  },

  async rotateSecret(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    await confirm(
      t('Rotate the signing secret of {0}?', endpointName(endpoint)),
      t(
        'The old secret may stop working immediately. Receivers that still use it will reject deliveries until you update them.',
      ),
      t({ message: 'Rotate', comment: 'Button: replaces the signing secret of a webhook' }),
    );
    const { origin } = tools.server.base;
    const { signing_secret: secret } = await tools.webhooks().rotateSecret(endpoint.id);
    if (secret === null) {
      await tools.secrets.remove(origin, endpoint.id);
      tools.refresh();
      throw new UserError(
        t("The secret was rotated, but Rivya didn't return the new one. Check the dashboard."),
        [actions().dashboard],
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
          "The signing secret of {0} isn't stored on this computer. Rivya shows it only once. Enter it, or rotate it.",
          endpointName(endpoint),
        ),
        [
          { title: t('Enter Secret'), command: 'rivya.webhook.enterSecret', arguments: [nodeOf(endpoint)] },
          { title: t('Rotate Secret'), command: 'rivya.webhook.rotateSecret', arguments: [nodeOf(endpoint)] },
        ],
      );
    }
    await vscode.env.clipboard.writeText(secret);
    flash(t('Signing secret copied to clipboard.'), undefined, 5_000);
  },

  /** For a webhook that was made elsewhere. */
  async enterSecret(tools: WebhookTools, argument: unknown): Promise<void> {
    const { t } = l10n;
    const endpoint = await endpointFrom(tools, argument);
    const secret = await enter({
      title: t('Signing Secret of {0}', endpointName(endpoint)),
      prompt: t('Stored in secret storage on this computer and used to verify deliveries.'),
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
          "The webhook may or may not have been created: {0} Check the Webhooks view. If it's there, rotate its secret. If not, create it again.",
          sentence(error.message),
        ),
        [{ title: t('Refresh Webhooks'), command: 'rivya.webhooks.refresh' }],
        { cause: error },
      );
    }
    throw error;
  }
  if (endpoint.signing_secret !== null) {
    await keepAndShow(tools, origin, endpoint, endpoint.signing_secret, t('Webhook {0} created.', name));
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
    throw new UserError(t("You don't have any webhooks yet."), [
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
    "The secret is stored in secret storage on this computer. It isn't shown again, but you can copy it at any time.",
  );
  try {
    await tools.secrets.set(origin, endpoint.id, secret);
  } catch (error) {
    // It cannot be had a second time, so it must be shown in any case.
    tools.log.error(`The signing secret of ${endpoint.id} could not be stored: ${errorText(error)}`);
    kept = t("The secret couldn't be stored. Copy it now, because it isn't shown again.");
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
    await enter({ title, value, prompt: t('Name of the webhook'), placeholder: t('My server') })
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
    'generation.succeeded': t('When a generation succeeds'),
    'generation.failed': t('When a generation fails'),
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
