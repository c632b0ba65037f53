import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { decide } from '../../core/tasks/runner.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import { actions, costNothing, explain, show, withRequestId, type Action } from '../messages.ts';
import type { Placed } from '../placement/placer.ts';
import type { Services } from '../services.ts';
import { creditsText, promptText, stateText } from '../tasks/taskText.ts';
import { kindWords } from './kindWords.ts';

/** A job that takes longer than this, in milliseconds, is worth a notification from which it can be stopped. */
const quietTime = 20_000;

/**
 * Shows one job that the user has just started, until it ends or needs the user: in the status bar, and when it takes long
 * in a notification, too. Closing that never ends the job.
 */
export function showProgress(services: Services, task: Task): void {
  const { ledger, log } = services;
  const title = kindWords(task.kind).job(promptText(task.prompt));
  const store = new DisposableStore();
  const ended = Promise.withResolvers<undefined>();
  const lines = new Set<vscode.Progress<{ message: string }>>();
  let said = '';
  const look = (): void => {
    const current = ledger.task(task.id);
    if (!current?.wanted || !isRunningState(current.state) || current.hold) {
      ended.resolve(undefined);
      return;
    }
    const text = stateText(current);
    if (text !== said) for (const line of lines) line.report({ message: text });
    said = text;
  };
  const showIn = (location: vscode.ProgressLocation): void => {
    vscode.window
      .withProgress({ location, title, cancellable: true }, async (progress, token) => {
        lines.add(progress);
        if (said !== '') progress.report({ message: said });
        const subscription = token.onCancellationRequested(() => {
          stopTracking(services, task.id);
          ended.resolve(undefined);
        });
        await ended.promise;
        subscription.dispose();
      })
      .then(undefined, (error: unknown) => log.error(describeError(error)));
  };
  store.add(ledger.onDidChange(look));
  store.add(systemClock.after(quietTime, () => showIn(vscode.ProgressLocation.Notification)));
  void ended.promise.then(() => store.dispose());
  showIn(vscode.ProgressLocation.Window);
  look();
}

/** Ends the waiting, not the job: Rivya has no cancel (rivya-api.md, endpoint list), and says what that means. */
export function stopTracking({ ledger, runner, placer, log }: Services, id: string): void {
  const after = decide(ledger, id, { type: 'trackingStopped' }, systemClock.now());
  if (!after) return;
  ledger.setPlacement(id, 'waiting', { state: 'dismissed' }, systemClock.now());
  placer.forget(id);
  runner.poke();
  const { t } = vscode.l10n;
  const text =
    after.firstSentAt === undefined
      ? t('The job was not sent. Nothing was charged.')
      : isRunningState(after.state)
        ? t(
            'Rivya cannot cancel a job: it runs on and is charged. Its result will be kept in the library; find it in the Tasks view.',
          )
        : t('The task is no longer tracked.');
  show('info', { text, actions: [] }, log);
}

/** Tells how a job ended, when it did not simply do what was asked. */
export function announceEnd({ log }: Services, before: Task, after: Task): void {
  const newlyHeld = after.hold !== undefined && before.hold === undefined;
  const newlyFailed = after.state === 'failed' && before.state !== 'failed';
  if ((!newlyHeld && !newlyFailed) || !after.problem) return;
  const { text, actions: buttons } = explain(after.problem, costNothing(after));
  const again = {
    title: vscode.l10n.t('Run Again'),
    command: 'rivya.task.rerun',
    arguments: [after.id],
  } as const;
  const send = {
    title: vscode.l10n.t('Send Again'),
    command: 'rivya.task.sendAgain',
    arguments: [after.id],
  } as const;
  const prompt = kindWords(after.kind).job(promptText(after.prompt));
  const message = {
    text: [`${prompt}: ${withRequestId(text, after.problem.requestId)}`, refundText(after)].join(' ').trim(),
    actions: [...buttons, after.hold === 'decision' ? send : again],
  };
  show(
    newlyHeld ? 'warning' : 'error',
    after.hold === 'key' ? { ...message, actions: buttons } : message,
    log,
  );
}

/** What Rivya itself says about the charge of a job that failed after it was accepted. */
function refundText({ state, remoteId, finalCredits, reservedCredits }: Task): string {
  if (state !== 'failed' || remoteId === undefined || finalCredits === undefined || !reservedCredits)
    return '';
  const { t } = vscode.l10n;
  return finalCredits === 0
    ? t('Rivya reports that the reserved {0} came back.', creditsText(reservedCredits))
    : t('Rivya reports a charge of {0}.', creditsText(finalCredits));
}

/** What the job has cost, behind a text. */
function withCharge(text: string, { finalCredits }: Task): string {
  return finalCredits === undefined || finalCredits === 0 ? text : `${text} · ${creditsText(finalCredits)}`;
}

/** Brings the paths of results that nothing can refer to onto the clipboard, together. Before it is said: a browser may refuse. */
export async function copyPaths(placed: readonly Placed[]): Promise<void> {
  const paths = placed.flatMap(each => each.paths ?? []);
  if (paths.length > 0) await vscode.env.clipboard.writeText(paths.join('\n'));
}

/** Tells of a result that was placed: quietly when it is in sight, with a button when it is not. */
export function announcePlaced({ log }: Services, placed: Placed): void {
  const { task, document, remark } = placed;
  const text = placedText(placed);
  if (remark !== undefined) show('info', { text: withCharge(remark, task), actions: [] }, log);
  else if (document === undefined || isInSight(document))
    vscode.window.setStatusBarMessage(`$(check) ${text}`, 6_000);
  else show('info', { text, actions: [openAction(task)] }, log);
}

function placedText({ task, document, files }: Placed): string {
  const words = kindWords(task.kind);
  const name = files[0]?.path.split('/').at(-1) ?? '';
  return withCharge(document === undefined ? words.saved(name) : words.inserted(name), task);
}

function openAction({ id }: Task): Action {
  return { title: vscode.l10n.t('Open'), command: 'rivya.task.open', arguments: [id] };
}

function showTasks(): Action {
  return { title: vscode.l10n.t('Show Tasks'), command: 'rivya.tasks.focus' };
}

/** Whether the user has the document before their eyes. */
function isInSight(document: vscode.Uri): boolean {
  return (
    vscode.window.state.focused &&
    vscode.window.visibleTextEditors.some(editor => editor.document.uri.toString() === document.toString())
  );
}

/** Results that come within this time, in milliseconds, are told of together. */
const gathering = 1_500;

/** Tells of results that came by themselves. Of those that are not in sight, several at once are one message. */
export class Arrivals implements Disposable {
  readonly #services: Services;
  #waiting: Placed[] = [];
  #timer: Disposable | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  add(placed: Placed): void {
    const { document, remark } = placed;
    if (remark === undefined && document !== undefined && isInSight(document)) {
      announcePlaced(this.#services, placed);
      return;
    }
    this.#waiting.push(placed);
    this.#timer ??= systemClock.after(gathering, () => this.#tell());
  }

  dispose(): void {
    this.#timer?.dispose();
  }

  #tell(): void {
    this.#timer = undefined;
    const placed = this.#waiting.splice(0);
    const { log } = this.#services;
    copyPaths(placed).then(
      () => this.#tellOf(placed),
      (error: unknown) => {
        log.error(`Paths could not be copied. ${describeError(error)}`);
        const text = vscode.l10n.t('The results are saved, but their paths could not be copied.');
        show('warning', { text, actions: [showTasks()] }, log);
      },
    );
  }

  #tellOf(placed: readonly Placed[]): void {
    const [first] = placed;
    if (!first) return;
    if (placed.length === 1) {
      announcePlaced(this.#services, first);
      return;
    }
    const credits = placed.reduce((sum, { task }) => sum + (task.finalCredits ?? 0), 0);
    const text = vscode.l10n.t('{0} results have come, for {1}.', placed.length, creditsText(credits));
    const remarks = new Set(placed.flatMap(({ remark }) => remark ?? []));
    show('info', { text: [text, ...remarks].join(' '), actions: [showTasks()] }, this.#services.log);
  }
}

/** A retry that takes long is worth a word: once a job, after some failures in a row. */
export function announceTrouble({ log }: Services, before: Task, after: Task): void {
  const troubled = 3;
  if (after.failures !== troubled || before.failures >= troubled || !after.problem || after.hold) return;
  const { text, actions: buttons } = explain(after.problem, costNothing(after));
  const going = vscode.l10n.t('The job is kept and goes on by itself.');
  show(
    'warning',
    { text: `${text} ${going}`, actions: buttons.length > 0 ? buttons : [actions().showLog] },
    log,
  );
}
