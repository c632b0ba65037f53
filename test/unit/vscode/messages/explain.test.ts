import { describe, expect, it } from 'vitest';
import { errorFromResponse } from '../../../../src/api/errors/errorResponse.ts';
import type { RivyaError } from '../../../../src/api/errors/errors.ts';
import { explain, type Subject } from '../../../../src/vscode/messages/explain.ts';
import { chargesText } from '../../../../src/vscode/messages/chargeText.ts';
import { messageOf } from '../../../../src/vscode/messages/messageOf.ts';
import type { Charge } from '../../../../src/shared/charge.ts';
import { draft, noon } from '../../../support/tasks.ts';

const free: Charge = { kind: 'neverLeft' };
const unknown: Charge = { kind: 'unknown' };

function textOf(code: string, subject: Subject, details: object = {}, charge = free): string {
  return explain({ code, message: 'It is so', ...details }, charge, subject).text;
}

describe('the message for a code', () => {
  it('is about what failed', () => {
    expect(textOf('insufficient_credits', 'job')).toMatch(/credits for this task/);
    expect(textOf('insufficient_credits', 'answer')).toMatch(/credits for this message/);
    expect(textOf('rate_limited', 'job')).toMatch(/task continues automatically/);
    expect(textOf('rate_limited', 'answer')).toMatch(/Try again in a moment\. Nothing was charged/);
    expect(explain({ code: 'rate_limited', message: '' }, undefined, 'request').text).not.toMatch(
      /charged|job/,
    );
    expect(textOf('outcome_unknown', 'job', {}, unknown)).toMatch(/received this task/);
    expect(textOf('storage_gone', 'job', {}, unknown)).toMatch(/storage folder is gone.*charge it twice/);
    expect(textOf('storage_gone', 'job', {}, unknown)).not.toMatch(/too old/);
    expect(textOf('outcome_unknown', 'answer', {}, unknown)).toMatch(
      /This question was sent more than a day ago/,
    );
    expect(textOf('price_above_agreed', 'job')).toMatch(/wasn't sent, and nothing was charged for it/);
    expect(textOf('not_found', 'job')).toMatch(/this task/);
    expect(textOf('not_found', 'webhook', { kind: 'notFound' })).toMatch(/This webhook no longer exists/);
    expect(textOf('api_scope_denied', 'webhook', { kind: 'scope' })).toMatch(/webhooks:manage/);
  });

  it.each<Subject>(['job', 'answer', 'webhook', 'request'])(
    'is the same where the subject is nothing special: %s',
    it => expect(textOf('api_key_expired', it)).toMatch(/has expired.*Nothing was charged/),
  );

  it('says of an answer that may have been accepted that nobody knows, whatever the code', () => {
    for (const code of [
      'insufficient_credits',
      'rate_limited',
      'chat_session_conflict',
      'api_key_expired',
      'http_503',
    ]) {
      const text = textOf(code, 'answer', { status: 400 }, unknown);
      expect(text).toMatch(/It may have been charged/);
      expect(text).not.toMatch(/Nothing was charged/);
    }
    expect(textOf('connection_lost', 'answer', {}, unknown)).toMatch(/doesn't charge it twice/);
    expect(textOf('answer_truncated', 'answer', {}, unknown)).toMatch(/doesn't charge it twice/);
    expect(textOf('connection_lost', 'answer', { status: 502 }, unknown)).toMatch(/It is so\./);
    expect(textOf('connection_lost', 'answer')).toMatch(/Couldn't connect to Rivya/);
  });

  it('promises nothing where asking again may cost again', () => {
    for (const code of [
      'outcome_unknown',
      'storage_gone',
      'other_account',
      'idempotency_conflict',
      'intent_old',
    ]) {
      for (const subject of ['job', 'answer'] as const) {
        expect(textOf(code, subject, {}, unknown)).not.toMatch(/doesn't charge|not paid twice|Nothing was/);
      }
    }
  });
});

describe('an answer whose code says nothing', () => {
  const reply = (status: number, body: string): RivyaError => {
    const headers = new Headers();
    return errorFromResponse({ status, headers }, body, { secrets: [], now: 0, paid: false });
  };
  const own = (code: string): string => JSON.stringify({ error: { code, message: 'So it is' } });
  const page = '<html><title>Blocked</title></html>';
  const subjects: readonly Subject[] = ['job', 'answer', 'webhook', 'request'];

  it.each<[what: string, status: number, body: string, text: RegExp, button: string]>([
    ['a page', 401, page, /status 401.*doesn't look like Rivya/, 'Set API Key'],
    ['a page', 402, page, /status 402.*not have enough credits/, 'Buy Credits'],
    ['a page', 403, page, /status 403.*firewall/, 'Check Installation'],
    ['a page', 404, page, /status 404.*base URL/, 'Check Installation'],
    ['a page', 407, page, /http\.proxy/, 'Open Proxy Settings'],
    ['a page', 410, '', /status 410.*base URL/, 'Check Installation'],
    ['a page', 413, page, /between this computer and Rivya.*status 413/, 'Check Installation'],
    ['a page', 502, page, /between it and this computer, isn't working.*status 502/, 'Check Installation'],
    ['JSON of others', 403, '{"message":"Forbidden"}', /status 403.*firewall/, 'Check Installation'],
    ['a new code', 401, own('key_asleep'), /rejected the API key: So it is/, 'Set API Key'],
    ['a new code', 402, own('wallet_empty'), /enough credits/, 'Buy Credits'],
    ['a new code', 503, own('backlog'), /Rivya isn't working right now: So it is/, 'Show Log'],
    ['a new code', 409, own('busy'), /Rivya returned an error: So it is/, 'Show Log'],
  ])('%s with status %i is told by its kind', (_what, status, body, text, button) => {
    for (const subject of subjects) {
      const { text: told, actions } = explain(reply(status, body), undefined, subject);
      expect(told).toMatch(text);
      expect(told).not.toMatch(/\bjobs?\b|webhook/i);
      expect(actions.map(({ title }) => title)).toContain(button);
    }
  });

  it('is the same once only its code and status are stored', () => {
    for (const status of [401, 402, 403, 404, 407, 429, 502]) {
      const error = reply(status, page);
      const { code, message } = error;
      const stored = explain({ code, message, status }, undefined, 'job');
      expect(stored).toEqual(explain(error, undefined, 'job'));
    }
  });

  it('of a rate limit promises a job only where there is one', () => {
    expect(explain(reply(429, page), undefined, 'job').text).toMatch(/task continues automatically/);
    for (const subject of ['answer', 'webhook', 'request'] as const) {
      for (const body of [page, own('rate_limited'), own('slow_down')])
        expect(explain(reply(429, body), undefined, subject).text).toBe(
          'Rate limit reached. Try again in a moment.',
        );
    }
  });

  it('of a rate limit says for how long, where the server has', () => {
    for (const [retryAfterMs, time] of [
      [400, '1 second'],
      [30_000, '30 seconds'],
      [600_000, '10 minutes'],
    ] as const) {
      const error = Object.assign(reply(429, own('rate_limited')), { retryAfterMs });
      const told = explain(error, undefined, 'request');
      expect(told.text).toBe(`Rate limit reached. Try again in ${time}.`);
    }
  });

  it('of a firewall says nothing about a scope, nor of a gateway about a webhook', () => {
    for (const status of [403, 404]) {
      expect(explain(reply(status, page), undefined, 'webhook').text).not.toMatch(/webhook|scope/);
    }
    expect(explain(reply(403, own('api_scope_denied')), undefined, 'webhook').text).toMatch(
      /webhooks:manage/,
    );
  });
});

describe('a connection that did not come about', () => {
  it.each<[string, RegExp, string]>([
    ['tls_missing', /base URL, its port/, 'Check Installation'],
    ['tls_outdated', /TLS 1\.2 or later/, 'Check Installation'],
    ['tls_failed', /Check your network/, 'Check Installation'],
    ['certificate_rejected', /use its own certificate/, 'Open Proxy Settings'],
    ['proxy_refused', /http\.proxy/, 'Open Proxy Settings'],
    ['host_not_found', /Check your network/, 'Check Installation'],
    ['response_unreadable', /other than Rivya.*sign-in/, 'Check Installation'],
    ['redirect_refused', /other than Rivya.*sign-in/, 'Check Installation'],
  ])('%s has its own sentence and button', (code, text, button) => {
    const told = explain({ code, message: 'It is so', status: undefined }, undefined, 'request');
    expect(told.text).toMatch(text);
    expect(told.text).toMatch(/It is so\./);
    expect(told.actions.map(({ title }) => title)).toContain(button);
  });

  it('is a captive portal also where it answers with a status', () => {
    const portal = { code: 'response_unreadable', message: 'It is so', status: 200, isRivyasWord: false };
    expect(explain(portal, undefined, 'request').text).toMatch(/other than Rivya/);
  });
});

it('an error inside the extension says nothing about jobs or credits', () => {
  expect(messageOf(new Error('database is locked'))?.text).not.toMatch(/job|charged|sent/);
});

describe('what is said about the credits of jobs', () => {
  const accepted = { remoteId: 'task_1', firstSentAt: noon, reservedCredits: 3 } as const;

  it('speaks of a refund only after "failed" with a charge of nothing', () => {
    expect(chargesText([draft({ ...accepted, state: 'failed', finalCredits: 0 })])).toBe(
      'Rivya refunded the reserved 3 credits.',
    );
    for (const state of ['failed', 'unreachable', 'queued', 'untracked'] as const)
      expect(chargesText([draft({ ...accepted, state })])).not.toMatch(/Rivya refunded|Nothing was charged/);
    expect(chargesText([draft({ ...accepted, state: 'unreachable', finalCredits: 0 })])).not.toMatch(
      /refunded/,
    );
  });

  it('adds up what is known, and says of how many nothing is', () => {
    const text = chargesText([
      draft({ ...accepted, state: 'failed', finalCredits: 0 }),
      draft({ ...accepted, state: 'failed', finalCredits: 2 }),
      draft({ ...accepted, state: 'unreachable' }),
      draft({ state: 'failed' }),
      draft({ state: 'submitting', firstSentAt: noon }),
    ]);
    expect(text).toBe(
      'Rivya refunded the reserved 3 credits. Rivya charged 2 credits. ' +
        'Rivya has reserved 3 credits for them. 1 of them may have been charged. Check your balance.',
    );
    expect(chargesText([draft(), draft()])).toBe('Nothing was charged.');
  });
});
