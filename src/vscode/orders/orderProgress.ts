import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import type { HostContext } from '../host/hostContext.ts';
import { withProgress } from '../messages/dialogs.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { promptText, stateText } from '../text/taskText.ts';
import { stopTracking, type TrackingServices } from './stopTracking.ts';

/**
 * Shows the jobs that the user has just started as one progress, until each has ended or needs the user: in
 * the status bar, and when it takes long in a notification, too. Closing that never ends a job.
 */
export function showOrderProgress(
  services: TrackingServices & Pick<HostContext, 'timings'>,
  tasks: readonly Task[],
): void {
  const [first] = tasks;
  if (!first) return;
  const { ledger, log, timings } = services;
  const ids = tasks.map(({ id }) => id);
  const title =
    tasks.length === 1
      ? mediaKindLabels(first.kind).job(promptText(first.prompt))
      : vscode.l10n.t('{0} Rivya jobs', tasks.length);
  const store = new DisposableStore();
  const ended = Promise.withResolvers<undefined>();
  const lines = new Set<vscode.Progress<{ message: string }>>();
  let said = '';
  const look = (): void => {
    const current = ids.flatMap(id => ledger.task(id) ?? []);
    if (!current.some(isGoingOn)) {
      ended.resolve(undefined);
      return;
    }
    const text = progressText(current);
    if (text !== said) for (const line of lines) line.report({ message: text });
    said = text;
  };
  const showIn = (location: vscode.ProgressLocation): void => {
    withProgress({ location, title, cancellable: true }, async (progress, token) => {
      lines.add(progress);
      if (said !== '') progress.report({ message: said });
      const subscription = token.onCancellationRequested(() => {
        stopTracking(
          services,
          ids.filter(id => {
            const task = ledger.task(id);
            return task !== undefined && isGoingOn(task);
          }),
        );
        ended.resolve(undefined);
      });
      await ended.promise;
      subscription.dispose();
    }).then(undefined, (error: unknown) => log.error(describeError(error)));
  };
  store.add(ledger.onDidChange(look));
  store.add(systemClock.after(timings.quietTime, () => showIn(vscode.ProgressLocation.Notification)));
  void ended.promise.then(() => store.dispose());
  showIn(vscode.ProgressLocation.Window);
  look();
}

/** Whether there is something to wait for. */
function isGoingOn(task: Task): boolean {
  return task.tracked && isRunningState(task.state) && !task.hold;
}

function progressText(tasks: readonly Task[]): string {
  const [first] = tasks;
  if (first && tasks.length === 1) return stateText(first);
  const { t } = vscode.l10n;
  const failed = tasks.filter(({ state }) => state === 'failed').length;
  const done = tasks.filter(({ state }) => !isRunningState(state)).length - failed;
  const text = t('{0} of {1} done', done, tasks.length);
  return failed === 0 ? text : `${text}, ${t('{0} failed', failed)}`;
}
