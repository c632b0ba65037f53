import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { DisposableStore, toDisposable } from '../../base/lifecycle.ts';
import { describeError } from '../../base/log.ts';
import { isRunningState, type Task } from '../../shared/task.ts';
import type { HostContext } from '../host/hostContext.ts';
import { wantsNotifications } from '../manifest/settings.ts';
import { withProgress } from '../messages/progress.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { promptText, stateText } from '../text/taskText.ts';
import { isWaitedFor, type TrackingServices } from './stopTracking.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Shows the jobs of one order that the user has just started as one progress, until each has ended or needs
 * the user: in the status bar, and when it takes long in a notification, too, for those who want one. Hiding
 * that ends nothing; the waiting ends by a link of its own, because VS Code has one button for it.
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
      : l10n.t('{0} Rivya tasks', tasks.length);
  const started = systemClock.now();
  const store = new DisposableStore();
  const ended = Promise.withResolvers<undefined>();
  const current = (): Task[] => tasks.flatMap(({ id }) => ledger.task(id) ?? []);
  const stop = {
    title: l10n.t('Stop Waiting'),
    command: 'rivya.task.stopTracking',
    arguments: [tasks.length === 1 ? first.id : (first.orderId ?? first.id)],
  } as const;
  const showAt = (location: vscode.ProgressLocation): void => {
    const isToast = location === vscode.ProgressLocation.Notification;
    const way = isToast && { cancellable: l10n.t('Hide'), link: stop };
    withProgress({ location, title, ...way }, async (progress, token) => {
      const hidden = Promise.withResolvers<undefined>();
      const own = new DisposableStore();
      let said = '';
      const say = (): void => {
        const state = progressText(current());
        const text = isToast ? `${state} · ${elapsedText(systemClock.now() - started)}` : state;
        if (text !== said) progress.report({ message: text });
        said = text;
      };
      own.add(ledger.onDidChange(say));
      if (isToast) {
        const timer = setInterval(say, 1_000);
        own.add(toDisposable(() => clearInterval(timer)));
        own.add(token.onCancellationRequested(() => hidden.resolve(undefined)));
      }
      say();
      await Promise.race([ended.promise, hidden.promise]);
      own.dispose();
    }).then(undefined, (error: unknown) => log.error(describeError(error)));
  };
  const look = (): void => {
    if (!current().some(isWaitedFor)) ended.resolve(undefined);
  };
  store.add(ledger.onDidChange(look));
  if (wantsNotifications()) {
    store.add(systemClock.after(timings.quietTime, () => showAt(vscode.ProgressLocation.Notification)));
  }
  void ended.promise.then(() => store.dispose());
  showAt(vscode.ProgressLocation.Window);
  look();
}

/**
 * Minutes and seconds, as clocks show them, in steps of ten seconds and later of a minute: VS Code has each
 * change read aloud, and draws the link anew, which takes the focus from it.
 */
export function elapsedText(milliseconds: number): string {
  const step = milliseconds < 60_000 ? 10 : 60;
  const seconds = Math.floor(milliseconds / 1_000 / step) * step;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
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
