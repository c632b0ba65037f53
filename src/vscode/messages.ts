import * as vscode from 'vscode';
import { isRivyaError } from '../api/errors.ts';
import { describeError, type Log } from '../base/log.ts';
import type { Problem, Task } from '../shared/task.ts';
import type { CommandId } from './ids.ts';

/** What a button of a message does: a command of ours, or a page of Rivya's. */
export type Action = { readonly title: string } & (
  | { readonly command: CommandId | 'rivya.tasks.focus'; readonly arguments?: readonly unknown[] }
  | { readonly url: string }
);

/** A message for a person: what happened, what it means for credits and files, and what to do. */
export interface Message {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** An end that the user chose. The command funnel is silent about it. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** An error that already says everything to the user. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly actions: readonly Action[];

  constructor(text: string, actions: readonly Action[] = [], options?: ErrorOptions) {
    super(text, options);
    this.actions = actions;
  }
}

export function actions(): Record<
  | 'setKey'
  | 'sandbox'
  | 'showLog'
  | 'doctor'
  | 'chooseModel'
  | 'dashboard'
  | 'credits'
  | 'typePrompt'
  | 'refreshModels',
  Action
> {
  const { t } = vscode.l10n;
  return {
    setKey: { title: t('Set API Key'), command: 'rivya.account.setKey' },
    sandbox: { title: t('Try the Sandbox'), command: 'rivya.sandbox.start' },
    showLog: { title: t('Show Log'), command: 'rivya.showLog' },
    doctor: { title: t('Check Installation'), command: 'rivya.doctor' },
    chooseModel: { title: t('Choose Another Model'), command: 'rivya.model.setDefault' },
    dashboard: { title: t('Open Dashboard'), command: 'rivya.account.openDashboard' },
    credits: { title: t('Buy Credits'), url: 'https://rivya.ai/settings/credits' },
    typePrompt: { title: t('Type a Prompt'), command: 'rivya.generate.image' },
    refreshModels: { title: t('Refresh Models'), command: 'rivya.models.refresh' },
  };
}

/** Whether a job certainly cost nothing: Rivya refused it, and never gave it an id. */
export function costNothing(task: Task): boolean {
  return task.state === 'failed' && task.remoteId === undefined && task.finalCredits === 0;
}

/**
 * The words for an answer of Rivya's or of the network (codes: rivya-api.md 8; the local ones: src/api/errors.ts).
 * @param isFree whether it is certain that nothing was charged; the same code may come while an accepted job is polled
 */
export function explain(problem: Problem, isFree: boolean): Message {
  const { t } = vscode.l10n;
  const to = actions();
  const free = isFree ? t('Nothing was charged.') : t('The job is kept, and is not paid twice.');
  const say = (text: string, ...buttons: Action[]): Message => ({ text, actions: buttons });
  switch (problem.code) {
    case 'api_key_missing':
      return say(t('Rivya needs an API key. {0}', free), to.setKey, to.sandbox);
    case 'api_key_invalid':
      return say(
        t('Rivya does not know this API key. Check that it was copied whole. {0}', free),
        to.setKey,
        to.dashboard,
      );
    case 'api_key_revoked':
      return say(
        t('This API key was revoked in the Rivya settings. Create a new one there. {0}', free),
        to.setKey,
        to.dashboard,
      );
    case 'api_key_expired':
      return say(
        t('This API key has expired. Create a new one in the Rivya settings. {0}', free),
        to.setKey,
        to.dashboard,
      );
    case 'api_scope_denied':
      return say(
        t(
          'This API key may not do that: {0} Create a key with that scope. {1}',
          sentence(problem.message),
          free,
        ),
        to.setKey,
        to.dashboard,
      );
    case 'public_api_disabled':
      return say(t('The Rivya API is switched off at the moment. Try again later. {0}', free));
    case 'insufficient_credits':
      return say(t('There are not enough credits for this job. {0}', free), to.credits, to.chooseModel);
    case 'rate_limited':
      return say(t('Rivya asks to slow down. The job waits and goes on by itself.'));
    case 'validation_failed':
      return say(
        t('Rivya did not accept the request: {0} {1}', sentence(problem.message), free),
        to.chooseModel,
      );
    case 'idempotency_conflict':
      return say(
        t('Rivya already knows this job under another content. Run it again as a new job. {0}', free),
      );
    case 'not_found':
      return say(t('Rivya does not know this task. It may belong to another account.'), to.showLog);
    case 'outcome_unknown':
    case 'intent_old':
      return say(
        t(
          'It is not known whether Rivya received this job, and it was sent too long ago to ask without the risk of paying twice. Look at the history on the dashboard, then send it again or stop tracking it.',
        ),
        to.dashboard,
      );
    case 'result_gone':
      return say(
        t(
          'The link to the result is dead. The job itself succeeded and was charged; the file may still be in the history on the dashboard.',
        ),
        to.dashboard,
      );
    case 'result_missing':
      return say(
        t('Rivya reports success but gave no file. Look at the history on the dashboard.'),
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
        t('The result is not an image, video or sound: {0} It was not saved.', sentence(problem.message)),
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
          'The storage folder of the extension cannot be written: {0} The result is fetched when it can; it is not charged again.',
          sentence(problem.message),
        ),
        to.showLog,
      );
    case 'ENOSPC':
      return say(
        t('The disk is full. The result is fetched again when there is room; it is not charged again.'),
        to.showLog,
      );
    case 'generation_failed':
      return say(
        t(
          'The generation failed: {0} Credits of failed jobs usually come back; the balance shows it.',
          sentence(problem.message),
        ),
      );
  }
  if (problem.status !== undefined)
    return say(t('Rivya answered with an error: {0}', sentence(problem.message)), to.showLog);
  if (connectionCodes.has(problem.code)) {
    return say(
      t(
        'Rivya could not be reached: {0} Check the network, the proxy and the base URL.',
        sentence(problem.message),
      ),
      to.doctor,
      to.showLog,
    );
  }
  return say(t('This went wrong: {0}', sentence(problem.message)), to.showLog);
}

/** What the client says of a connection without an answer (src/api/networkError.ts, src/api/transport.ts). */
const connectionCodes: ReadonlySet<string> = new Set([
  'connection_failed',
  'connection_lost',
  'host_not_found',
  'certificate_rejected',
  'proxy_refused',
  'headers_timeout',
  'idle_timeout',
  'total_timeout',
  'file_truncated',
]);

/** What to tell of any error, or undefined when there is nothing to tell. */
export function messageOf(error: unknown): Message | undefined {
  if (error instanceof Cancelled || error instanceof vscode.CancellationError) return undefined;
  if (error instanceof UserError) return { text: error.message, actions: error.actions };
  if (isRivyaError(error)) {
    if (error.kind === 'cancelled') return undefined;
    const { text, actions: buttons } = explain(problemFrom(error), !error.mayHaveBeenCharged);
    return { text: withRequestId(text, error.requestId), actions: buttons };
  }
  return {
    text: vscode.l10n.t(
      'Something went wrong inside the extension. No job was sent because of it. The log has the details.',
    ),
    actions: [actions().showLog],
  };
}

export function withRequestId(text: string, requestId: string | undefined): string {
  return requestId === undefined ? text : `${text} ${vscode.l10n.t('(Request {0})', requestId)}`;
}

/** Shows a message; does not wait for the answer, which may never come, but carries it out. */
export function show(kind: 'info' | 'warning' | 'error', message: Message, log: Log): void {
  const display = {
    info: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  }[kind];
  const titles = message.actions.map(action => action.title);
  display(message.text, ...titles)
    .then(async title => {
      const action = message.actions.find(each => each.title === title);
      if (action) await run(action);
    })
    .then(undefined, (error: unknown) => log.error(describeError(error)));
}

export async function run(action: Action): Promise<unknown> {
  if ('url' in action) return vscode.env.openExternal(vscode.Uri.parse(action.url, true));
  return vscode.commands.executeCommand(action.command, ...(action.arguments ?? []));
}

function problemFrom(error: {
  code: string;
  message: string;
  status?: number | undefined;
  requestId?: string | undefined;
}): Problem {
  return {
    code: error.code,
    message: error.message,
    ...(error.status !== undefined && { status: error.status }),
    ...(error.requestId !== undefined && { requestId: error.requestId }),
  };
}

/** Ends with a full stop, so that sentences can follow one another. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…。।]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
