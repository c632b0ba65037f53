import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, toDisposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import type { HostContext } from '../host/hostContext.ts';
import { wantsNotifications } from '../manifest/settings.ts';
import { withProgress } from '../messages/dialogs.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { promptText, stateText } from '../text/taskText.ts';
import { stopTracking, type TrackingServices } from './stopTracking.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Shows the jobs that the user has just started as one progress, until each has ended or needs the user: in
 * the status bar, and when it takes long in a notification, too, for those who want one. Closing that never
 * ends a job.
 */
export function showOrderProgress(
  services: TrackingServices & Pick<HostContext, 'timings'>,
  tasks: readonly Task[],
): void {
  const [first] = tasks;
  if (!first) return;
  const { ledger, log, timings } = services;
  const title =
    tasks.length === 1
      ? mediaKindLabels(first.kind).job(promptText(first.prompt))
      : l10n.t('{0} Rivya jobs', tasks.length);
  const started = systemClock.now();
  const store = new DisposableStore();
  const ended = Promise.withResolvers<undefined>();
  const current = (): Task[] => tasks.flatMap(({ id }) => ledger.task(id) ?? []);
  const showAt = (location: vscode.ProgressLocation): void => {
    const isToast = location === vscode.ProgressLocation.Notification;
    withProgress(
      { location, title, cancellable: isToast && l10n.t('Stop Waiting') },
      async (progress, token) => {
        let said = '';
        const say = (): void => {
          const state = progressText(current());
          const text = isToast ? `${state} · ${elapsedText(systemClock.now() - started)}` : state;
          if (text !== said) progress.report({ message: text });
          said = text;
        };
        store.add(ledger.onDidChange(say));
        if (isToast) {
          const timer = setInterval(say, 1_000);
          store.add(toDisposable(() => clearInterval(timer)));
        }
        const subscription = token.onCancellationRequested(() => {
          const waitedFor = current().filter(isGoingOn);
          stopTracking(
            services,
            waitedFor.map(({ id }) => id),
          );
          ended.resolve(undefined);
        });
        say();
        await ended.promise;
        subscription.dispose();
      },
    ).then(undefined, (error: unknown) => log.error(describeError(error)));
  };
  const look = (): void => {
    if (!current().some(isGoingOn)) ended.resolve(undefined);
  };
  store.add(ledger.onDidChange(look));
  if (wantsNotifications()) {
    store.add(systemClock.after(timings.quietTime, () => showAt(vscode.ProgressLocation.Notification)));
  }
  void ended.promise.then(() => store.dispose());
  showAt(vscode.ProgressLocation.Window);
  look();
}

/** Minutes and seconds, as clocks show them. */
function elapsedText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Whether there is something to wait for. */
function isGoingOn(task: Task): boolean {
  return task.tracked && isRunningState(task.state) && !task.hold;
}

function progressText(tasks: readonly Task[]): string {
  const [first] = tasks;
  if (first && tasks.length === 1) return stateText(first);
  const { t } = l10n;
  const failed = tasks.filter(({ state }) => state === 'failed').length;
  const done = tasks.filter(({ state }) => !isRunningState(state)).length - failed;
  const text = t('{0} of {1} done', done, tasks.length);
  return failed === 0 ? text : `${text}, ${t('{0} failed', failed)}`;
}
