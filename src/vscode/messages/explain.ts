import type { Charge } from '../../shared/charge.ts';
import { chargeText } from './chargeText.ts';
import { explainWay, isForeign, rateLimitText, type Explainable } from './explainWay.ts';
import { actions, say, type Message } from './message.ts';
import { plain, sentence } from './plain.ts';
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
          'It is not known what became of this question: it was sent more than a day ago and never answered. Asking again may charge it twice, if Rivya no longer remembers it.',
        ),
        to.dashboard,
      );
    case 'other_account':
      return say(
        t(
          'This question was sent with another API key, and it is not known what became of it. If this key belongs to another account, asking again is a second question, which is charged.',
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
          'Rivya says that it works on this question already, but gives no answer to it. Look at the history on the dashboard before you ask again.',
        ),
        to.dashboard,
      );
    case 'insufficient_credits':
      return say(t('There are not enough credits for this question.'), to.credits);
    case 'chat_session_conflict':
      return say(t('Rivya cannot go on with this chat. A new chat can take along what was said.'));
    case 'chat_model_not_supported':
    case 'chat_model_missing':
      return say(t('This model cannot chat. Choose another one.'));
    case 'chat_attachment_not_supported':
      return say(t('Rivya did not accept an image: {0}', sentence(problem.message)));
    case 'answer_filtered':
      return say(t('A filter of the model ended this answer. Ask in other words.'));
    case 'answer_empty':
      return say(t('The model gave an empty answer. Ask again, or choose another model.'));
    case 'image_gone':
      return say(t('An image of this question is no longer stored.'));
  }
  if (charge?.kind !== 'unknown') return undefined;
  // Whoever presses the button sends the same key and body; what has come to stand against that is told then.
  if (problem.status === undefined && brokenAnswerCodes.test(problem.code)) {
    return say(
      t('The connection broke before the answer was complete. Asking again does not charge it twice.'),
    );
  }
  const buttons = explainAny(problem).actions;
  return say(
    t('The answer ended with an error: {0}', sentence(problem.message)),
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
    return say(t('Rivya does not take this address: {0} Nothing was changed.', sentence(message)));
  }
  switch (kind) {
    case 'notFound':
      return say(t('Rivya no longer knows this webhook. It may have been deleted elsewhere.'));
    case 'validation':
      return say(t('Rivya did not take the webhook: {0} Nothing was changed.', sentence(message)));
    case 'rateLimit':
      return say(rateLimitText(problem));
    case 'scope':
      return say(
        t('This API key may not manage webhooks. Create a key with the scope webhooks:manage.'),
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
      return say(t('There are not enough credits for this job.'), to.credits, to.chooseModel);
    case 'rate_limited':
      return say(t('Rate limit reached. The job will resume automatically.'));
    case 'validation_failed':
      return say(t('Rivya did not accept the request: {0}', sentence(problem.message)), to.chooseModel);
    case 'idempotency_conflict':
    case 'http_409':
      return say(
        t(
          'Rivya says that it works on this job already, but gives no id for it. Look at the history on the dashboard, then send it again or stop waiting for it.',
        ),
        to.dashboard,
      );
    case 'not_found':
      return say(t('Rivya does not know this task. It may belong to another account.'), to.showLog);
    case 'price_above_agreed':
      return say(
        t(
          'Rivya reserved more for another job of the same order than was agreed to. This one was not sent, and nothing was charged for it. Send it, or stop waiting for it.',
        ),
      );
    case 'outcome_unknown':
      return say(
        t(
          'It is not known whether Rivya received this job, and it was sent too long ago to ask without the risk of paying twice. Look at the history on the dashboard, then send it again or stop waiting for it.',
        ),
        to.dashboard,
      );
    case 'storage_gone':
      return say(
        t(
          'It is not known whether Rivya received this job: the storage folder that held it is gone, perhaps because a container was rebuilt, and the copy of the job holds no answer of Rivya. If Rivya has it, sending it again may charge it twice. Look at the history on the dashboard, then send it again or stop tracking it.',
        ),
        to.dashboard,
      );
    case 'other_account':
      return say(
        t(
          'This job was sent with another API key, and it is not known whether Rivya received it. If this key belongs to another account, sending it again is a second job, which is charged. Set the key that it was sent with, send it again, or stop waiting for it.',
        ),
        to.setKey,
      );
    case 'stopped_unsure':
      return say(
        t(
          'This job was stopped before it was known whether Rivya received it. It is not sent again by itself. Send it again to find out, which starts it if Rivya does not have it, or stop waiting for it.',
        ),
        to.dashboard,
      );
    case 'intent_old':
      return say(
        t('This job is more than a day old and was never sent. Send it now, or stop waiting for it.'),
      );
    case 'generation_ended':
      return say(
        t('Rivya has ended this job without a result. It reports: {0}', sentence(problem.message)),
        to.dashboard,
      );
    case 'result_gone':
      return say(
        t(
          'The result link has expired. The job itself succeeded; the file may still be in the history on the dashboard.',
        ),
        to.dashboard,
      );
    case 'result_missing':
      return say(
        t('Rivya reports success but gave no file. Look at the history on the dashboard.'),
        to.dashboard,
      );
    case 'too_many_results':
      return say(
        t(
          'More files than this extension fetches: {0} The others are in the history on the dashboard.',
          sentence(problem.message),
        ),
        to.dashboard,
      );
    case 'result_url_refused':
      return say(
        t(
          'The address of the result is not one that is safe to follow: {0} Look at the history on the dashboard.',
          sentence(problem.message),
        ),
        to.dashboard,
      );
    case 'result_not_media':
      return say(
        t(
          'In place of the result, the server sent something else: {0} It was not saved.',
          sentence(problem.message),
        ),
        to.showLog,
      );
    case 'file_too_large':
      return say(
        t(
          'The result is larger than this extension downloads: {0} It was not saved; open its link from the task.',
          sentence(problem.message),
        ),
        to.showLog,
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return say(
        t(
          'The storage folder of the extension cannot be written: {0} The result is fetched when it can, which costs nothing.',
          sentence(problem.message),
        ),
        to.showLog,
      );
    case 'result_in_use':
      return say(
        t(
          'The result is downloaded, but another program holds its file open, such as a virus scanner. It is taken up as soon as that lets go, and not downloaded again.',
        ),
        to.showLog,
      );
    case 'ENOSPC':
      return say(
        t('The disk is full. The result is fetched again when there is room, which costs nothing.'),
        to.showLog,
      );
    case 'generation_failed':
      return say(t('The generation failed: {0}', sentence(problem.message)));
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
      return say(t('Rivya rejected this API key. Check that you copied all of it.'), to.setKey, to.dashboard);
    case 'api_key_revoked':
      return say(
        t('This API key was revoked in the Rivya settings. Create a new one there.'),
        to.setKey,
        to.dashboard,
      );
    case 'api_key_expired':
      return say(
        t('This API key has expired. Create a new one in the Rivya settings.'),
        to.setKey,
        to.dashboard,
      );
    case 'api_scope_denied':
      return say(
        t(
          'This API key is missing a required scope: {0} Create a key with that scope.',
          sentence(problem.message),
        ),
        to.setKey,
        to.dashboard,
      );
    case 'public_api_disabled':
      return say(t('The Rivya API is switched off at the moment. Try again later.'));
    case 'insufficient_credits':
      return say(t('There are not enough credits.'), to.credits, to.chooseModel);
    case 'rate_limited':
      return say(rateLimitText(problem));
    case 'validation_failed':
      return say(t('Rivya did not accept the request: {0}', sentence(problem.message)), to.chooseModel);
    case 'not_found':
      return say(t('Rivya does not know this. It may belong to another account.'), to.showLog);
  }
  return (
    explainWay(problem) ??
    explainKind(problem) ??
    say(t('This went wrong: {0}', sentence(problem.message)), to.showLog)
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
      return say(t('Rivya did not accept the API key: {0}', sentence(message)), to.setKey, to.dashboard);
    case 'scope':
      return say(
        t('This API key may not do this: {0} Create a key that may.', sentence(message)),
        to.setKey,
        to.dashboard,
      );
    case 'credits':
      return say(t('There are not enough credits: {0}', sentence(message)), to.credits, to.chooseModel);
    case 'rateLimit':
      return say(rateLimitText(problem));
    case 'unavailable':
      return say(t('Rivya is out of order at the moment: {0}', sentence(message)), to.showLog);
    default:
      return say(t('Rivya answered with an error: {0}', sentence(message)), to.showLog);
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
