import { isRivyaError } from '../../api/errors/errors.ts';
import type { WebhookDelivery, WebhookEndpoint } from '../../api/resources/webhooks.ts';
import type { WebhookScheme } from '../../api/resources/webhookSignature.ts';
import type { ReceivedDelivery, ReceiverRefusal } from '../../core/webhooks/received.ts';
import type { ReplayUrlProblem } from '../../core/webhooks/replay.ts';
import type { WebhookUrlProblem } from '../../core/webhooks/webhookUrl.ts';
import { UserError } from '../messages/errors.ts';
import { messageOf } from '../messages/messageOf.ts';
import { plain } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';

/** Why an address is refused before anything is sent. */
export function urlProblemText(problem: WebhookUrlProblem): string {
  const { t } = l10n;
  switch (problem) {
    case 'invalid':
      return t('Enter a complete URL, for example https://example.com/hooks');
    case 'notHttps':
      return t('Use an https URL.');
    case 'credentials':
      return t('Remove the user name and password from the URL.');
    case 'fragment':
      return t('Remove "#" and everything after it.');
    case 'localName':
      return t(
        "Rivya can't reach this name, because it's known only on this computer or network. Use a public address.",
      );
    case 'privateAddress':
      return t("Use a public address. Rivya doesn't accept loopback, private, or reserved addresses.");
    case 'resolvesToPrivate':
      return t("This name resolves to a loopback, private, or reserved address, which Rivya doesn't accept.");
  }
}

export function replayUrlProblemText(problem: ReplayUrlProblem): string {
  const { t } = l10n;
  switch (problem) {
    case 'invalid':
      return t('Enter a complete URL, for example http://localhost:3000/webhooks/rivya');
    case 'notHttp':
      return t('Use http or https.');
    case 'notThisMachine':
      return t('Deliveries are replayed to this computer only: use localhost or 127.0.0.1.');
  }
}

function schemeText(scheme: WebhookScheme): string {
  const { t } = l10n;
  const names: Record<WebhookScheme, string> = {
    standardWebhooks: 'Standard Webhooks',
    stripe: t('Stripe-style timestamped signature'),
    hmacHex: t('HMAC-SHA256 of the body in hexadecimal'),
    hmacBase64: t('HMAC-SHA256 of the body in Base64'),
  };
  return names[scheme];
}

/** Why a delivery is not verified. */
function refusalText(reason: ReceiverRefusal): string {
  const { t } = l10n;
  switch (reason) {
    case 'noSecret':
      return t('no signing secret is stored');
    case 'secretsUnreadable':
      return t("the secret storage couldn't be read");
    case 'secretUnusable':
      return t('the signing secret is empty');
    case 'signatureMissing':
      return t('it has no signature');
    case 'signatureUnreadable':
      return t('its signature format is unknown');
    case 'signatureMismatch':
      return t("its signature doesn't match the secret or the body");
    case 'bodyNotJson':
      return t("its body isn't JSON");
    case 'timestampTooOld':
      return t('its signature is too old');
    case 'timestampTooNew':
      return t('its signature is dated in the future; check the clocks');
    case 'wrongMethod':
      return t("it isn't a POST request");
    case 'bodyTooLarge':
      return t('its body is larger than 1 MB');
  }
}

/** Verified or not, and how often it came, in a few words. */
export function verdictText({ verdict, duplicateOf }: ReceivedDelivery): string {
  const { t } = l10n;
  const words = verdict.verified
    ? t('verified ({0})', schemeText(verdict.scheme))
    : t('not verified: {0}', refusalText(verdict.reason));
  return duplicateOf === undefined ? words : `${words} · ${t('duplicate of {0}', duplicateOf)}`;
}

/** What a received delivery says it is, or how it was sent. */
export function receivedName({ eventType, method, path }: ReceivedDelivery): string {
  return plain(eventType ?? `${method} ${path}`, 'label');
}

export function endpointName(endpoint: WebhookEndpoint): string {
  return plain(endpoint.name ?? endpoint.url ?? endpoint.id, 'label');
}

export function statusText(status: string | null): string {
  const { t } = l10n;
  const known: Record<string, string> = {
    active: t({ message: 'active', comment: 'Status of a webhook' }),
    disabled: t({ message: 'disabled', comment: 'Status of a webhook' }),
    revoked: t({ message: 'revoked', comment: 'Status of a webhook' }),
    pending: t({ message: 'pending', comment: 'Status of a delivery to a webhook' }),
    succeeded: t({ message: 'delivered', comment: 'Status of a delivery to a webhook' }),
    failed: t({ message: 'failed', comment: 'Status of a delivery to a webhook' }),
    skipped: t({ message: 'skipped', comment: 'Status of a delivery to a webhook' }),
  };
  return status === null
    ? t({ message: 'unknown', comment: 'Status of a delivery to a webhook that Rivya does not give' })
    : (known[status] ?? plain(status, 'title'));
}

/** Status, attempt and answer of a delivery, in a few words. */
export function deliveryText(delivery: WebhookDelivery): string {
  const { t } = l10n;
  return [
    statusText(delivery.status),
    delivery.response_status === null ? '' : `HTTP ${delivery.response_status}`,
    delivery.attempt === null ? '' : t('attempt {0}', delivery.attempt),
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What the record says of an error, whatever its shape. */
export function errorText(error: unknown): string {
  if (error === null || error === undefined) return '';
  if (typeof error === 'string') return error;
  if (typeof error === 'object' && 'message' in error && typeof error.message === 'string')
    return error.message;
  return JSON.stringify(error);
}

/** @param at ISO 8601 or milliseconds since the epoch */
export function timeText(at: string | number): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime())
    ? String(at)
    : time.toLocaleString(l10n.language, { dateStyle: 'short', timeStyle: 'medium' });
}

/** The same error with the message of webhooks; any other is returned as it is. */
export function webhookError(error: unknown): unknown {
  const message = isRivyaError(error) ? messageOf(error, 'webhook') : undefined;
  return message ? new UserError(message.text, message.actions, { cause: error }) : error;
}
