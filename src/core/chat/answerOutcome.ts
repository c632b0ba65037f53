import type { ChatResult } from '../../api/chat/chatStream.ts';
import { RivyaError } from '../../api/errors/errors.ts';
import type { Problem } from '../../shared/task.ts';

/** What an answer came to, streamed or not. */
export type AnswerOutcome = Pick<
  ChatResult,
  'outcome' | 'text' | 'reasoning' | 'session_id' | 'recovered' | 'error' | 'shortfall'
> & {
  readonly usage:
    | { readonly input_tokens: number | null | undefined; readonly output_tokens: number | null | undefined }
    | undefined;
  readonly credits: { readonly final: number | null | undefined } | undefined;
};

/** What is to be said of a complete answer that lacks something; that it is too short is seen. */
export function lacking({ shortfall }: AnswerOutcome): RivyaError | undefined {
  const details = { mayHaveBeenCharged: true, retryable: false };
  switch (shortfall) {
    case 'filter':
      return new RivyaError('protocol', 'A filter ended the answer.', {
        ...details,
        code: 'answer_filtered',
      });
    case 'empty':
      return new RivyaError('protocol', 'The answer has no text.', { ...details, code: 'answer_empty' });
    case 'length':
    case undefined:
      return undefined;
  }
}

/** What stands against asking, as the error that it is for the person. */
export function asError({ code, message }: Problem): RivyaError {
  return new RivyaError('conflict', message, { code });
}

/** The person has ended it. @param cause of the abort */
export function stopped(cause: unknown): RivyaError {
  return new RivyaError('cancelled', 'The question was stopped.', { code: 'cancelled', cause });
}

/** What an attempt came to that brought no answer. */
export function failure(error: RivyaError): AnswerOutcome {
  return {
    outcome: error.kind === 'cancelled' ? 'cancelled' : 'failed',
    text: '',
    reasoning: '',
    session_id: undefined,
    usage: undefined,
    credits: undefined,
    recovered: false,
    shortfall: undefined,
    error,
  };
}
