import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { decide } from '../../core/tasks/runner.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import { actions, costNothing, explain, show, withRequestId } from '../messages.ts';
import type { Placed } from '../placement/placer.ts';
import type { Services } from '../services.ts';
import { promptText, stateText } from '../tasks/taskText.ts';

/** Shows one job that the user has just started, until it ends or needs the user. Closing it never ends the job. */
export function showProgress(services: Services, task: Task): void {
  const { ledger, log } = services;
  const title = vscode.l10n.t('Image "{0}"', promptText(task.prompt));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  vscode.window
    .withProgress(options, (progress, token) => {
      const store = new DisposableStore();
      return new Promise<void>(resolve => {
        let said = '';
        const look = (): void => {
          const current = ledger.task(task.id);
          if (!current || !isRunningState(current.state) || current.hold) {
            resolve();
            return;
          }
          const text = stateText(current);
          if (text !== said) progress.report({ message: text });
          said = text;
        };
        store.add(ledger.onDidChange(look));
        store.add(
          token.onCancellationRequested(() => {
            stopTracking(services, task.id);
            resolve();
          }),
        );
        look();
      }).finally(() => store.dispose());
    })
    .then(undefined, (error: unknown) => log.error(describeError(error)));
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
  const prompt = vscode.l10n.t('Image "{0}"', promptText(after.prompt));
  const message = {
    text: `${prompt}: ${withRequestId(text, after.problem.requestId)}`,
    actions: [...buttons, after.hold === 'decision' ? send : again],
  };
  show(
    newlyHeld ? 'warning' : 'error',
    after.hold === 'key' ? { ...message, actions: buttons } : message,
    log,
  );
}

/** Tells of a result that was placed: quietly when it is in sight, with a button when it is not. */
export function announcePlaced({ log }: Services, { files, reference, remark }: Placed): void {
  const file = files[0];
  if (!file) return;
  const name = file.path.split('/').at(-1) ?? '';
  if (remark !== undefined) show('info', { text: remark, actions: [] }, log);
  else if (reference !== undefined)
    vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Image inserted: {0}', name), 6_000);
  else vscode.window.setStatusBarMessage(vscode.l10n.t('$(check) Image saved: {0}', name), 6_000);
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
