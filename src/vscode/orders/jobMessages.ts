import type { PriceSurprise } from '../../core/generate/priceWatch.ts';
import type { Announcement } from '../../core/tasks/announcements.ts';
import type { Task } from '../../shared/task.ts';
import { chargesText } from '../messages/chargeText.ts';
import { explain, withRequestId } from '../messages/explain.ts';
import { actions, type Action, type Message } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { mediaKindLabels } from '../text/mediaKindLabels.ts';
import { creditsText, promptText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** The words for what happened to jobs: precise for one, and for several what they have in common. */
export function jobMessage(announcement: Announcement): Message {
  const [first, ...rest] = announcement.tasks;
  if (announcement.type === 'troubled') return troubleMessage(announcement);
  if (announcement.type === 'twice') return twiceMessage(announcement.tasks);
  return rest.length === 0 ? endMessage(first) : severalEnded(announcement);
}

/** How a job ended, when it did not simply do what was asked. */
function endMessage(task: Task): Message {
  const { text, actions: buttons } = explanationOf(task);
  const prompt = mediaKindLabels(task.kind).job(promptText(task.prompt));
  return {
    text: joined(
      `${prompt}: ${withRequestId(text, task.problem?.requestId)}`,
      lookedFor([task]),
      chargesText([task]),
    ),
    actions: task.state === 'unreachable' ? [checkAgain([task]), ...buttons] : wayOn(task, buttons),
  };
}

/** What the person can do where the job itself does not go on. @param ways what its problem suggests */
function wayOn({ id, hold, state }: Task, ways: readonly Action[]): Action[] {
  const { t } = l10n;
  if (hold === 'key') return [...ways];
  if (hold === 'decision') {
    return [
      ...ways,
      { title: t('Resend Request'), command: 'rivya.task.sendAgain', arguments: [id] },
      { title: t('Stop Waiting'), command: 'rivya.task.stopTracking', arguments: [id] },
    ];
  }
  const again: Action = { title: t('Run Again'), command: 'rivya.task.rerun', arguments: [id] };
  // What a model has refused comes from the words more often than from anything that the log could tell.
  const helpful = ways.filter(way => !('command' in way) || way.command !== 'rivya.showLog');
  if (state === 'failed' && helpful.length === 0)
    return [{ title: t('Edit Prompt'), command: 'rivya.task.edit', arguments: [id] }, again];
  return [...ways, again];
}

function checkAgain(tasks: readonly Task[]): Action {
  const title = l10n.t('Look for Result');
  return { title, command: 'rivya.task.checkAgain', arguments: [undefined, tasks.map(({ id }) => id)] };
}

/** That nobody looks any more is our doing, not Rivya's. */
function lookedFor(tasks: readonly Task[]): string {
  if (!tasks.every(({ state }) => state === 'unreachable')) return '';
  return tasks.length === 1
    ? l10n.t('Rivya no longer checks for its result automatically. To check, select Look for Result.')
    : l10n.t('Rivya no longer checks for their results automatically. To check, select Look for Result.');
}

function severalEnded({ type, tasks, haveSameCause }: Announcement): Message {
  const { t } = l10n;
  const count = tasks.length;
  const about = (text: string | undefined): string => {
    switch (type) {
      case 'failed':
        return text === undefined
          ? t('{0} tasks failed for different reasons.', count)
          : t('{0} tasks failed: {1}', count, text);
      case 'unreachable':
        return text === undefined
          ? t("{0} tasks can't be reached for different reasons.", count)
          : t("{0} tasks can't be reached: {1}", count, text);
      default:
        return text === undefined
          ? t('{0} tasks are waiting for you for different reasons.', count)
          : t('{0} tasks are waiting: {1}', count, text);
    }
  };
  const { text, actions: buttons } = explanationOf(tasks[0]);
  const again: Action = {
    title: t('Run Again'),
    command: 'rivya.task.rerun',
    arguments: [undefined, tasks.map(({ id }) => id)],
  };
  return {
    text: joined(about(haveSameCause ? text : undefined), lookedFor(tasks), chargesText(tasks)),
    actions: [
      ...(type === 'unreachable' ? [checkAgain(tasks)] : []),
      ...(haveSameCause ? buttons : []),
      ...(haveSameCause && type === 'failed' ? [again] : []),
      showTasks(),
    ],
  };
}

/** The server has forgotten an idempotency key. */
function twiceMessage(tasks: Announcement['tasks']): Message {
  const { t } = l10n;
  const ids = tasks.flatMap(({ remoteId, otherRemoteIds }) => [remoteId ?? '', ...otherRemoteIds]).join(', ');
  const shown = plain(ids, 'value');
  const text =
    tasks.length === 1
      ? t(
          'Rivya started more than one generation for the same task: {0}. Each may be charged. Check the history on the dashboard.',
          shown,
        )
      : t(
          'Rivya started more than one generation for each of {0} tasks: {1}. Each may be charged. Check the history on the dashboard.',
          tasks.length,
          shown,
        );
  return { text, actions: [actions().dashboard, showTasks()] };
}

/** A retry that takes long is worth a word. */
function troubleMessage({ tasks, haveSameCause }: Announcement): Message {
  const { t } = l10n;
  if (!haveSameCause) {
    const text = t(
      "{0} tasks are delayed for different reasons. They're saved and continue automatically.",
      tasks.length,
    );
    return { text, actions: [showTasks()] };
  }
  const { text, actions: buttons } = explanationOf(tasks[0]);
  const going =
    tasks.length === 1
      ? t('The task is saved and continues automatically.')
      : t('The tasks are saved and continue automatically.');
  return { text: joined(text, going), actions: buttons.length > 0 ? buttons : [actions().showLog] };
}

function explanationOf(task: Task): Message {
  if (!task.problem) throw new Error(`Job ${task.id} has no problem to tell of.`);
  return explain(task.problem, undefined, 'job');
}

/** Rivya has reserved more for a job than was agreed to. */
export function priceMessage({ kind, prompt }: Task, { reserved, agreed, held }: PriceSurprise): Message {
  const { t } = l10n;
  const text = t(
    '{0}: Rivya reserved {1} for it, but you agreed to {2}.',
    mediaKindLabels(kind).job(promptText(prompt)),
    creditsText(reserved),
    creditsText(agreed),
  );
  const rest =
    held.length === 0
      ? ''
      : t(
          "Tasks of the same order that now need your decision: {0}. They weren't sent, and nothing was charged for them.",
          held.length,
        );
  return { text: joined(text, rest), actions: [showTasks()] };
}

export function showTasks(): Action {
  return { title: l10n.t('Show Tasks'), command: 'rivya.tasks.focus' };
}

function joined(...sentences: readonly string[]): string {
  return sentences.filter(Boolean).join(' ');
}
