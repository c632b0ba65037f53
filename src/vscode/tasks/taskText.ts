import * as vscode from 'vscode';
import { graphemes } from '../../base/text.ts';
import { altTextOf } from '../../core/references/altText.ts';
import type { Task } from '../../shared/task.ts';

/** What the job is doing, in a few words. */
export function stateText(task: Task): string {
  const { t } = vscode.l10n;
  if (task.hold === 'key') return t('waiting for an API key that works');
  if (task.hold === 'decision') return t('waiting for your decision');
  switch (task.state) {
    case 'draft':
      return t('ready to send');
    case 'submitting':
      return task.failures > 0 ? t('no answer yet, asking again') : t('sending');
    case 'queued':
      return task.failures > 0 ? t('queued, connection interrupted') : t('queued');
    case 'processing':
      return task.failures > 0 ? t('generating, connection interrupted') : t('generating');
    case 'succeeded':
      return task.failures > 0 ? t('the download failed, trying again') : t('downloading');
    case 'stored':
      return t('ready to insert');
    case 'placed':
      return t('done');
    case 'failed':
      return t('failed');
    case 'untracked':
      return t('in the library');
  }
}

/** Enough of a prompt to know it by. */
export function promptText(prompt: string): string {
  const text = altTextOf(prompt);
  const characters = graphemes(text);
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : text;
}

/** A number of credits in words. */
export function creditsText(credits: number): string {
  if (credits === 1) return vscode.l10n.t('1 credit');
  return vscode.l10n.t('{0} credits', credits.toLocaleString(vscode.env.language));
}

const ages = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** How long ago it was, in the words of VS Code's language. Both times in milliseconds since the epoch. */
export function ageText(time: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(vscode.env.language, { numeric: 'auto', style: 'narrow' });
  const age = Math.max(0, now - time);
  const [unit, length] = ages.find(([, milliseconds]) => age >= milliseconds) ?? ['second', Infinity];
  return format.format(-Math.floor(age / length), unit);
}
