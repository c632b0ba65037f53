import type { RivyaErrorKind } from '../../api/errors/errors.ts';
import { actions, say, type Message } from './message.ts';
import { said } from './clientWords.ts';
import { durationText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** A RivyaError, or what was stored of one. */
export interface Explainable {
  readonly code: string;
  readonly message: string;
  readonly kind?: RivyaErrorKind | undefined;
  readonly status?: number | undefined;
  readonly isRivyasWord?: boolean | undefined;
  /** How long the server has asked to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** The server wants fewer requests, and has perhaps said for how long. */
export function rateLimitText({ retryAfterMs }: Explainable): string {
  const { t } = l10n;
  return retryAfterMs === undefined
    ? t('Rate limit reached. Try again in a moment.')
    : t('Rate limit reached. Try again in {0}.', durationText(retryAfterMs));
}

/**
 * Whether an answer came that is not in Rivya's error shape: it says something about the way, not about key,
 * scope or task. Of a problem that was stored, only its code tells.
 */
export function isForeign({ code, status, isRivyasWord }: Explainable): boolean {
  return status !== undefined && (isRivyasWord === undefined ? /^http_\d+$/.test(code) : !isRivyasWord);
}

/**
 * What the way to Rivya has to do with a problem: no connection, no safe one, or an answer that is not
 * Rivya's. Undefined for Rivya's own answers.
 */
export function explainWay(problem: Explainable): Message | undefined {
  return explainConnection(problem) ?? (isForeign(problem) ? explainForeign(problem) : undefined);
}

function explainConnection({ code, message }: Explainable): Message | undefined {
  const { t } = l10n;
  const to = actions();
  switch (code) {
    case 'http_407':
    case 'proxy_refused':
      return say(
        t(
          "Couldn't connect to Rivya: {0} If the proxy requires a user name and password, enter them in the setting http.proxy.",
          said(message),
        ),
        to.proxySettings,
        to.doctor,
      );
    case 'tls_missing':
      return say(
        t("Couldn't connect to Rivya: {0} Check the base URL, its port, and the proxy.", said(message)),
        to.doctor,
        to.proxySettings,
      );
    case 'tls_outdated':
      return say(
        t(
          "Couldn't connect to Rivya: {0} The server or proxy must allow TLS 1.2 or later. Ask its administrator.",
          said(message),
        ),
        to.doctor,
        to.showLog,
      );
    case 'certificate_rejected':
      return say(
        t(
          "Couldn't connect to Rivya: {0} A proxy may use its own certificate, which this computer must trust, or the clock of this computer is wrong.",
          said(message),
        ),
        to.doctor,
        to.proxySettings,
      );
    // Answers of success, which no Rivya gives: sign-in pages of networks come so.
    case 'response_unreadable':
    case 'redirect_refused':
      return say(
        t(
          'Something other than Rivya responded: {0} Check whether this network requires a sign-in, and check the proxy and the base URL.',
          said(message),
        ),
        to.doctor,
        to.showLog,
      );
  }
  if (!connectionCodes.has(code)) return undefined;
  return say(
    t("Couldn't connect to Rivya: {0} Check your network, proxy, and base URL.", said(message)),
    to.doctor,
    to.showLog,
  );
}

/** What the client says of a connection without an answer (src/api/errors/networkError.ts, transport.ts). */
const connectionCodes: ReadonlySet<string> = new Set([
  'connection_failed',
  'connection_lost',
  'host_not_found',
  'tls_failed',
  'headers_timeout',
  'idle_timeout',
  'total_timeout',
  'file_truncated',
]);

function explainForeign(problem: Explainable): Message {
  const { status = 0, message } = problem;
  const { t } = l10n;
  const to = actions();
  switch (status) {
    case 401:
      return say(
        t(
          "A sign-in is required (status 401), but this response doesn't look like Rivya's. A proxy or gateway may have sent it. Check the connection, then the API key.",
        ),
        to.doctor,
        to.setKey,
      );
    case 402:
      return say(
        t(
          "A payment is required (status 402), but this response doesn't look like Rivya's. You may not have enough credits.",
        ),
        to.credits,
        to.doctor,
      );
    case 403:
      return say(
        t(
          "Access was denied (status 403), but this response doesn't look like Rivya's. A firewall or proxy may have sent it. Check the connection, then the API key.",
        ),
        to.doctor,
        to.setKey,
      );
    case 404:
    case 410:
      return say(
        t(
          "Nothing was found at this address (status {0}), and this response doesn't look like Rivya's. Check the base URL and the proxy.",
          status,
        ),
        to.doctor,
        to.showLog,
      );
    case 429:
      return say(rateLimitText(problem));
  }
  if (status >= 500) {
    return say(
      t("Rivya, or something between it and this computer, isn't working right now: {0}", said(message)),
      to.doctor,
      to.showLog,
    );
  }
  return say(
    t(
      'Something between this computer and Rivya returned an error: {0} Check your network, proxy, and base URL.',
      said(message),
    ),
    to.doctor,
    to.showLog,
  );
}
