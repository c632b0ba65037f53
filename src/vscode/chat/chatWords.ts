import * as vscode from 'vscode';
import { maximumImageBytes, type ImageRefused } from '../../core/chat/chatImages.ts';
import type { ChatMessageRecord, ChatProblemRecord, SessionNote } from '../../core/chat/records.ts';
import type { ExportWords } from '../../core/chat/exportMarkdown.ts';
import { actions, explain, sentence, type Action, type Message } from '../messages.ts';

/** What a button at a problem does: something in the conversation, or what the buttons of messages do elsewhere. */
export type ProblemAction =
  /** `again`: asks once more in place; `fork`: goes on in a new session that quotes what was said. */
  | { readonly id: 'again' | 'fork'; readonly title: string }
  | { readonly id: string; readonly action: Action };

export interface ProblemWords {
  readonly text: string;
  readonly actions: readonly ProblemAction[];
}

/** What happened to an answer, what it cost, and what to do. @param canAsk whether the same can be asked for again */
export function problemWords(problem: ChatProblemRecord, canAsk: boolean): ProblemWords {
  const { t } = vscode.l10n;
  const { text, actions: buttons } = describe(problem);
  const title = problem.mayHaveBeenCharged ? t('Ask Again') : t('Try Again');
  return {
    text,
    actions: [
      ...(problem.code === 'chat_session_conflict'
        ? [{ id: 'fork', title: t('Continue in a New Session') } as const]
        : canAsk
          ? [{ id: 'again', title } as const]
          : []),
      ...buttons.map(action => ({ id: action.title, action })),
    ],
  };
}

function describe(problem: ChatProblemRecord): Message {
  const { t } = vscode.l10n;
  const to = actions();
  const say = (text: string, ...buttons: Action[]): Message => ({ text, actions: buttons });
  switch (problem.code) {
    case 'outcome_unknown':
      return say(
        t(
          'It is not known what became of this question: it was sent more than a day ago and never answered. It may have been charged. Asking again may charge it twice, if Rivya no longer remembers it.',
        ),
        to.dashboard,
      );
    case 'insufficient_credits':
      return say(t('There are not enough credits for this question. Nothing was charged.'), to.credits);
    case 'rate_limited':
      return say(t('Rivya asks to slow down. Nothing was charged. Try again in a moment.'));
    case 'chat_session_conflict':
      return say(
        t(
          'Rivya cannot go on with this session. Nothing was charged. A new session can take along what was said.',
        ),
      );
    case 'chat_model_not_supported':
    case 'chat_model_missing':
      return say(t('This model cannot chat. Choose another one. Nothing was charged.'));
    case 'chat_attachment_not_supported':
      return say(t('Rivya did not accept an image: {0} Nothing was charged.', sentence(problem.message)));
    case 'image_gone':
      return say(t('An image of this question is no longer stored. Nothing was charged.'));
  }
  if (!problem.mayHaveBeenCharged) return explain(problem, true);
  if (problem.status !== undefined || !isConnection(problem)) {
    return say(
      t(
        'The answer ended with an error: {0} It may have been charged; the balance shows it.',
        sentence(problem.message),
      ),
      to.showLog,
    );
  }
  return say(
    t(
      'The connection broke before the answer was complete. It may have been charged. Asking again does not charge it twice.',
    ),
  );
}

/** Codes of the client for a connection that did not last (src/api/networkError.ts, src/api/chatStream.ts). */
function isConnection({ code }: ChatProblemRecord): boolean {
  return /^(?:answer_truncated|connection_\w+|host_not_found|certificate_rejected|\w+_timeout)$/.test(code);
}

/** Why a session is as it is. */
export function noteWords(note: SessionNote): string {
  const { t } = vscode.l10n;
  switch (note.kind) {
    case 'modelChanged':
      return t(
        'A session belongs to one model, so the change from {0} began a new one. Nothing of the old one is sent along.',
        note.from,
      );
    case 'fromServer':
      return t('This session was loaded from Rivya and goes on there.');
    case 'forked':
      return note.quoted
        ? t(
            'This is a new session: Rivya takes no history, so what was said before is sent along as a quotation.',
          )
        : t('This is a new session: Rivya takes no history, so the question is asked anew.');
  }
}

/** Why an image is not taken, before anything is sent. */
export function refusedWords(name: string, refused: ImageRefused): string {
  const { t } = vscode.l10n;
  switch (refused.reason) {
    case 'empty':
      return t('"{0}" is empty.', name);
    case 'tooLarge':
      return t(
        '"{0}" is larger than {1} MB, the most that Rivya takes.',
        name,
        maximumImageBytes / 1024 ** 2,
      );
    case 'notAnImage':
      return t('"{0}" is not an image.', name);
    case 'otherFormat':
      return t('"{0}" is {1}; Rivya takes JPEG, PNG and WebP.', name, refused.mediaType ?? '');
  }
}

export function exportWords(): ExportWords {
  const { t } = vscode.l10n;
  const { language } = vscode.env;
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
  const numbers = new Intl.NumberFormat(language);
  return {
    you: t('You'),
    model: t('Rivya'),
    stopped: t('Stopped'),
    incomplete: t('The answer is not complete'),
    failed: t('There is no answer'),
    usage: ({ inputTokens, outputTokens, credits }: ChatMessageRecord) => {
      if (inputTokens === undefined || outputTokens === undefined) return undefined;
      const counts = [numbers.format(inputTokens), numbers.format(outputTokens)] as const;
      return credits === undefined
        ? t('{0} tokens in, {1} tokens out', ...counts)
        : t('{0} tokens in, {1} tokens out, {2} credits', ...counts, numbers.format(credits));
    },
    date: milliseconds => dates.format(milliseconds),
  };
}
