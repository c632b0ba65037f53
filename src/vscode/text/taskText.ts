import { inertText } from '../../base/text.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { chargeOf, creditsSaid } from '../../shared/charge.ts';
import { isRunningState, storedFiles, type Task } from '../../shared/task.ts';
import { l10n } from './l10n.ts';

/** What the job is doing, in a few words. */
export function stateText(task: Task): string {
  const { t } = l10n;
  if (task.hold === 'key') return t('needs a valid API key');
  if (task.hold === 'decision') return t('needs your decision');
  if (isRateLimited(task) && task.dueAt !== undefined) {
    // First how long: the status bar and a narrow view cut the end off.
    const time = new Date(task.dueAt).toLocaleTimeString(l10n.language, { timeStyle: 'medium' });
    return t('continues at {0}, rate limit reached', time);
  }
  switch (task.state) {
    case 'draft':
      return t('ready to send');
    case 'submitting':
      return task.failures > 0
        ? t('no response, retrying')
        : t({ message: 'sending', comment: 'State of a generation' });
    case 'queued':
      return task.failures > 0
        ? t('queued (connection lost)')
        : t({ message: 'queued', comment: 'State of a generation' });
    case 'processing':
      return task.failures > 0
        ? t('generating (connection lost)')
        : t({ message: 'generating', comment: 'State of a generation' });
    case 'succeeded':
      return task.failures > 0
        ? t('download failed, retrying')
        : t({ message: 'downloading', comment: 'State of a generation' });
    case 'stored':
      return t('ready to insert');
    case 'placed':
      return t({ message: 'done', comment: 'State of a generation' });
    case 'failed':
      return t({ message: 'failed', comment: 'State of a generation' });
    case 'unreachable':
      return t({ message: 'unreachable', comment: 'State of a generation: we have stopped looking for it' });
    case 'untracked':
      // Given up before Rivya had it, or before anybody knew.
      return storedFiles(task).length > 0
        ? t('in the library')
        : t({ message: 'stopped', comment: 'State of a generation' });
  }
}

/** Whether Rivya has asked to wait, and the job does. */
function isRateLimited({ state, problem }: Task): boolean {
  return isRunningState(state) && (problem?.code === 'rate_limited' || problem?.code === 'http_429');
}

/** Enough of a prompt to know it by. */
export function promptText(prompt: string): string {
  return inertText(promptTitle(prompt), 40);
}

/** A number of credits in words. */
export function creditsText(credits: number): string {
  if (credits === 1) return l10n.t('1 credit');
  return l10n.t('{0} credits', credits.toLocaleString(l10n.language));
}

/**
 * What a job has cost, as far as Rivya has said. Nothing is said of nothing, except where it matters: that a
 * failure was free, or may not have been.
 */
export function paidText(task: Task): string {
  const charge = chargeOf(task);
  const credits = creditsSaid(charge);
  if (credits === undefined) return l10n.t('credits unknown');
  if (credits === 0 && task.state !== 'failed') return '';
  return charge.kind === 'said' && charge.as === 'reservation'
    ? l10n.t('{0} reserved', creditsText(credits))
    : creditsText(credits);
}

/** A short time in words, in seconds up to two minutes. @param milliseconds from now */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1_000));
  const [value, unit] = seconds <= 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return value.toLocaleString(l10n.language, { style: 'unit', unit, unitDisplay: 'long' });
}

/** The params of a job as it was sent, for reading. */
export function paramsOf(task: Pick<Task, 'body'>): [key: string, value: string][] {
  const { params } = JSON.parse(task.body) as { params?: Record<string, unknown> };
  return paramTexts(params ?? {});
}

/** Parameters, for reading. */
export function paramTexts(params: Readonly<Record<string, unknown>>): [key: string, value: string][] {
  return Object.entries(params).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}

const ages = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago it was, in the words of VS Code's language. Both times in milliseconds since the epoch. */
export function ageText(time: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(l10n.language, { numeric: 'auto', style: 'narrow' });
  const age = Math.max(0, now - time);
  const [unit, length] = ages.find(([, milliseconds]) => age >= milliseconds) ?? ['second', Infinity];
  return format.format(-Math.floor(age / length), unit);
}
