import type { Charge } from '../../shared/charge.ts';
import { chargeText } from './chargeText.ts';
import { explainWay, isForeign, rateLimitText, type Explainable } from './explainWay.ts';
import { actions, say, type Message } from './message.ts';
import { said } from './clientWords.ts';
import { plain } from './plain.ts';
import { l10n } from '../text/l10n.ts';

/** What failed: a generation, an answer of the chat, a webhook, or a request that never costs anything. */
export type Subject = 'job' | 'answer' | 'webhook' | 'request';

/**
 * The message for an error of Rivya's or of the network (codes: rivya-api.md 8; the local ones:
 * src/api/errors/errors.ts).
 * @param charge what is known about its credits; undefined when that is said elsewhere
 * @param subject what failed: the same code may mean something else for it
 */
export function explain(problem: Explainable, charge: Charge | undefined, subject: Subject): Message {
  const { text, actions: buttons } = explanation(problem, charge, subject);
  return { text: charge ? `${text} ${chargeText(charge)}` : text, actions: buttons };
}

function explanation(problem: Explainable, charge: Charge | undefined, subject: Subject): Message {
  if (problem.code === 'http_429') return explanation({ ...problem, code: 'rate_limited' }, charge, subject);
  switch (subject) {
    case 'job':
      return explainJob(problem) ?? explainAny(problem);
    case 'answer':
      return explainAnswer(problem, charge) ?? explainAny(problem);
    case 'webhook':
      return explainWebhook(problem) ?? explainAny(problem);
    case 'request':
      return explainAny(problem);
  }
}

/** Undefined where nothing is special about an answer. */
function explainAnswer(problem: Explainable, charge: Charge | undefined): Message | undefined {
  const { t } = l10n;
  const to = actions();
  switch (problem.code) {
    case 'outcome_unknown':
      return say(
        t(
          'This question was sent more than a day ago and has no response. Asking again may charge it twice.',
        ),
        to.dashboard,
      );
    case 'other_account':
      return say(
        t(
          'This question was sent with a different API key, and its result is unknown. If the current key belongs to another account, asking again is a second question, which is charged.',
        ),
        to.setKey,
        to.dashboard,
      );
    case 'intent_old':
      return say(t('This question is more than a day old and was never sent.'));
    case 'idempotency_conflict':
    case 'http_409':
      return say(
        t(
          'Rivya is already working on this question but returned no response. Check the history on the dashboard before you ask again.',
        ),
        to.dashboard,
      );
    case 'insufficient_credits':
      return say(t("You don't have enough credits for this message."), to.credits);
    case 'chat_session_conflict':
      return say(t("Rivya can't continue this chat. Continue in a new chat that quotes this one."));
    case 'chat_model_not_supported':
    case 'chat_model_missing':
      return say(t("This model doesn't support chat. Choose another model."));
    case 'chat_attachment_not_supported':
      return say(t('Rivya rejected an image: {0}', said(problem.message)));
    case 'answer_filtered':
      return say(t("The model's content filter stopped this response. Rephrase your question."));
    case 'answer_empty':
      return say(t('The model returned an empty response. Ask again or choose another model.'));
    case 'image_gone':
      return say(t('An image in this question no longer exists. Remove it and ask again.'));
  }
  if (charge?.kind !== 'unknown') return undefined;
  // Whoever presses the button sends the same key and body; what has come to stand against that is told then.
  if (problem.status === undefined && brokenAnswerCodes.test(problem.code)) {
    return say(
      t("The connection was lost before the response was complete. Asking again doesn't charge it twice."),
    );
  }
  const buttons = explainAny(problem).actions;
  return say(
    t('The response ended with an error: {0}', said(problem.message)),
    ...(buttons.length > 0 ? buttons : [to.showLog]),
  );
}

/** Undefined where nothing is special about a webhook. */
function explainWebhook(problem: Explainable): Message | undefined {
  // A firewall's page says nothing about webhooks.
  if (isForeign(problem)) return undefined;
  const { t } = l10n;
  const to = actions();
  const { code, kind, message } = problem;
  if (code === 'webhook_url_rejected') {
    return say(t('Rivya rejected this URL: {0} Nothing was changed.', said(message)));
  }
  switch (kind) {
    case 'notFound':
      return say(t('This webhook no longer exists. It may have been deleted elsewhere.'));
    case 'validation':
      return say(t('Rivya rejected the webhook: {0} Nothing was changed.', said(message)));
    case 'rateLimit':
      return say(rateLimitText(problem));
    case 'scope':
      return say(
        t("This API key can't manage webhooks. Create a key with the webhooks:manage scope."),
        to.setKey,
        to.dashboard,
      );
    default:
      return undefined;
  }
}

/** Undefined where nothing is special about a job. */
function explainJob(problem: Explainable): Message | undefined {
  const { t } = l10n;
  const to = actions();
  switch (problem.code) {
    case 'insufficient_credits':
      return say(t("You don't have enough credits for this task."), to.credits, to.chooseModel);
    case 'rate_limited':
      return say(t('Rate limit reached. The task continues automatically.'));
    case 'validation_failed':
      return say(t('Rivya rejected the request: {0}', said(problem.message)), to.chooseModel);
    case 'idempotency_conflict':
    case 'http_409':
      return say(
        t(
          'Rivya is already working on this task but returned no ID for it. Check the history on the dashboard, then send it again or stop waiting for it.',
        ),
        to.dashboard,
      );
    case 'not_found':
      return say(
        t("Rivya can't find this task. It may belong to another account. Check the API key."),
        to.showLog,
      );
    case 'price_above_agreed':
      return say(
        t(
          "Rivya reserved more for another task of the same order than you agreed to. This one wasn't sent, and nothing was charged for it. Send it, or stop waiting for it.",
        ),
      );
    case 'outcome_unknown':
      return say(
        t(
          "Rivya may or may not have received this task, and it's too old to send again without the risk of paying twice. Check the history on the dashboard, then send it again or stop waiting for it.",
        ),
        to.dashboard,
      );
    case 'storage_gone':
      return say(
        t(
          'Rivya may or may not have received this task: its storage folder is gone, for example because a container was rebuilt, and the backup has no response from Rivya. If Rivya has the task, sending it again may charge it twice. Check the history on the dashboard, then send it again or stop waiting for it.',
        ),
        to.dashboard,
      );
    case 'other_account':
      return say(
        t(
          'This task was sent with a different API key, and Rivya may or may not have received it. If the current key belongs to another account, sending it again is a second task, which is charged. Set the key that it was sent with, send it again, or stop waiting for it.',
        ),
        to.setKey,
      );
    case 'stopped_unsure':
      return say(
        t(
          "You stopped this task before Rivya confirmed it. It isn't sent again automatically. Send it again to find out, which starts it if Rivya doesn't have it, or stop waiting for it.",
        ),
        to.dashboard,
      );
    case 'intent_old':
      return say(
        t('This task is more than a day old and was never sent. Send it now, or stop waiting for it.'),
      );
    case 'generation_ended':
      return say(t('Rivya ended this task without a result: {0}', said(problem.message)), to.dashboard);
    case 'result_gone':
      return say(
        t(
          'The result link has expired. The task succeeded. Look for the file in the history on the dashboard.',
        ),
        to.dashboard,
      );
    case 'result_missing':
      return say(
        t('Rivya reported success but returned no file. Check the history on the dashboard.'),
        to.dashboard,
      );
    case 'too_many_results':
      return say(
        t(
          'Too many files to download: {0} The others are in the history on the dashboard.',
          said(problem.message),
        ),
        to.dashboard,
      );
    case 'result_url_refused':
      return say(
        t(
          "The result wasn't downloaded because its address isn't safe: {0} Check the history on the dashboard.",
          said(problem.message),
        ),
        to.dashboard,
      );
    case 'result_not_media':
      return say(
        t(
          "The server sent something else instead of the result, so it wasn't saved: {0}",
          said(problem.message),
        ),
        to.showLog,
      );
    case 'file_too_large':
      return say(
        t(
          'The result is too large to download: {0} Open its link from the Tasks view.',
          said(problem.message),
        ),
        to.showLog,
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return say(
        t(
          "Can't write to the extension's storage folder: {0} Make the folder writable soon: the result is then downloaded, which costs nothing, but its link can expire.",
          said(problem.message),
        ),
        to.showLog,
      );
    case 'result_in_use':
      return say(
        t(
          "The result was downloaded, but another program, such as a virus scanner, has its file open. Rivya continues as soon as the file is free and doesn't download it again.",
        ),
        to.showLog,
      );
    case 'ENOSPC':
      return say(
        t(
          'The disk is full. Free up space soon: the result is then downloaded, which costs nothing, but its link can expire.',
        ),
        to.showLog,
      );
    case 'generation_failed':
      return say(t('Generation failed: {0}', said(problem.message)));
    default:
      return undefined;
  }
}

/** What a code means whatever failed. */
function explainAny(problem: Explainable): Message {
  const { t } = l10n;
  const to = actions();
  switch (problem.code) {
    case 'api_key_missing':
      return say(t('Rivya needs an API key.'), to.setKey, to.sandbox);
    case 'api_key_invalid':
      return say(
        t("Rivya doesn't recognize this API key. Make sure that you copied the whole key."),
        to.setKey,
        to.dashboard,
      );
    case 'api_key_revoked':
      return say(
        t('This API key was revoked. Create a new key on the Rivya dashboard and set it here.'),
        to.setKey,
        to.dashboard,
      );
    case 'api_key_expired':
      return say(
        t('This API key has expired. Create a new key on the Rivya dashboard and set it here.'),
        to.setKey,
        to.dashboard,
      );
    case 'api_scope_denied':
      return say(
        t(
          'This API key is missing a required scope: {0} Create a key with that scope.',
          said(problem.message),
        ),
        to.setKey,
        to.dashboard,
      );
    case 'public_api_disabled':
      return say(t('The Rivya API is currently unavailable. Try again later.'));
    case 'insufficient_credits':
      return say(t("You don't have enough credits."), to.credits, to.chooseModel);
    case 'rate_limited':
      return say(rateLimitText(problem));
    case 'validation_failed':
      return say(t('Rivya rejected the request: {0}', said(problem.message)), to.chooseModel);
    case 'not_found':
      return say(t("Rivya can't find this. It may belong to another account."), to.showLog);
  }
  return (
    explainWay(problem) ??
    explainKind(problem) ??
    say(t('Something went wrong: {0}', said(problem.message)), to.showLog)
  );
}

/** What Rivya's own answer means whose code says nothing, by its kind. */
function explainKind(problem: Explainable): Message | undefined {
  const { kind, status, message } = problem;
  const { t } = l10n;
  const to = actions();
  if (status === undefined) return undefined;
  switch (kind) {
    case 'authentication':
      return say(t('Rivya rejected the API key: {0}', said(message)), to.setKey, to.dashboard);
    case 'scope':
      return say(
        t("This API key doesn't have the required permission: {0} Create a key that does.", said(message)),
        to.setKey,
        to.dashboard,
      );
    case 'credits':
      return say(t("You don't have enough credits: {0}", said(message)), to.credits, to.chooseModel);
    case 'rateLimit':
      return say(rateLimitText(problem));
    case 'unavailable':
      return say(t("Rivya isn't working right now: {0}", said(message)), to.showLog);
    default:
      return say(t('Rivya returned an error: {0}', said(message)), to.showLog);
  }
}

/**
 * The codes of a connection that ended within an answer (src/api/errors/networkError.ts,
 * src/api/chat/chatStream.ts).
 */
const brokenAnswerCodes =
  /^(?:answer_truncated|connection_\w+|host_not_found|certificate_rejected|tls_\w+|\w+_timeout)$/;

export function withRequestId(text: string, requestId: string | undefined): string {
  return requestId === undefined ? text : `${text} ${l10n.t('(Request ID: {0})', plain(requestId, 'id'))}`;
}
