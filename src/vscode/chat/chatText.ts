import * as vscode from 'vscode';
import { maximumImageBytes, type ImageRefused } from '../../core/chat/chatImages.ts';
import type { ChatMessageRecord, ChatProblemRecord, SessionNote } from '../../core/chat/records.ts';
import type { ExportLabels } from '../../core/chat/exportMarkdown.ts';
import { chargeOfAnswer } from '../../shared/charge.ts';
import { explain } from '../messages/explain.ts';
import type { Action } from '../messages/message.ts';
import { l10n } from '../text/l10n.ts';

/**
 * What a button at a problem does: something in the conversation, or what the buttons of messages do
 * elsewhere.
 */
export type ProblemAction =
  /** `again`: asks once more in place; `fork`: goes on in a new session that quotes what was said. */
  | { readonly id: 'again' | 'fork'; readonly title: string }
  | { readonly id: string; readonly action: Action };

export interface ProblemMessage {
  readonly text: string;
  readonly actions: readonly ProblemAction[];
}

/**
 * What happened to an answer, what it cost, and what to do.
 * @param canAsk whether the same can be asked for again
 */
export function problemMessage(problem: ChatProblemRecord, canAsk: boolean): ProblemMessage {
  const { t } = l10n;
  const { text, actions: buttons } = explain(
    problem,
    chargeOfAnswer(undefined, problem.mayHaveBeenCharged),
    'answer',
  );
  const title = problem.mayHaveBeenCharged ? t('Ask Again') : t('Try Again');
  return {
    text,
    actions: [
      ...(problem.code === 'chat_session_conflict'
        ? [{ id: 'fork', title: t('Continue in New Chat') } as const]
        : canAsk
          ? [{ id: 'again', title } as const]
          : []),
      ...buttons.map(action => ({ id: action.title, action })),
    ],
  };
}

/** Why a session is as it is. */
export function sessionNoteText(note: SessionNote): string {
  const { t } = l10n;
  switch (note.kind) {
    case 'modelChanged':
      return t(
        'Each chat uses one model. Switching from {0} started a new chat. Nothing from the previous chat is sent.',
        note.from,
      );
    case 'fromServer':
      return t('This chat was loaded from Rivya and continues there.');
    case 'forked':
      return note.quoted
        ? t("This is a new chat. The earlier conversation is quoted, because Rivya doesn't accept history.")
        : t('This is a new chat. The question was asked again without the earlier conversation.');
  }
}

/** Why an image is not taken, before anything is sent. */
export function imageRefusalText(name: string, refused: ImageRefused): string {
  const { t } = l10n;
  switch (refused.reason) {
    case 'empty':
      return t('"{0}" is empty.', name);
    case 'tooLarge':
      return t('"{0}" is larger than the {1} MB limit.', name, maximumImageBytes / 1024 ** 2);
    case 'notAnImage':
      return t('"{0}" isn\'t an image.', name);
    case 'otherFormat':
      return t('"{0}" is {1}. Rivya accepts JPEG, PNG, and WebP images.', name, refused.mediaType ?? '');
  }
}

export function exportLabels(): ExportLabels {
  const { t } = l10n;
  const { language } = vscode.env;
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
  const numbers = new Intl.NumberFormat(language);
  return {
    you: t('You'),
    model: t('Rivya'),
    stopped: t({ message: 'Stopped', comment: 'The user has stopped the answer' }),
    incomplete: t('Incomplete'),
    failed: t('No response'),
    usage: ({ inputTokens, outputTokens, credits }: ChatMessageRecord) => {
      if (inputTokens === undefined || outputTokens === undefined) return undefined;
      const counts = [numbers.format(inputTokens), numbers.format(outputTokens)] as const;
      return credits === undefined
        ? t('{0} input tokens, {1} output tokens', ...counts)
        : t('{0} input tokens, {1} output tokens, {2} credits', ...counts, numbers.format(credits));
    },
    date: milliseconds => dates.format(milliseconds),
  };
}
