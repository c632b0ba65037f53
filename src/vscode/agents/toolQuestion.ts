import type * as vscode from 'vscode';
import type { Preview } from '../../core/agents/agents.ts';
import type { ToolName } from '../../core/agents/toolSchemas.ts';
import { codePoints } from '../../base/text.ts';
import type { Estimate } from '../../core/generate/cost.ts';
import type { MediaKind } from '../../shared/task.ts';
import { plain } from '../messages/plain.ts';
import { questionOf } from '../messages/tooltip.ts';
import { creditsText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** So much of a prompt is shown before a call; of the rest, how long it is. */
const shownCharacters = 300;

/** What VS Code shows while a tool is called, and, for what costs, the question before. */
export function toolQuestion(tool: ToolName, preview: Preview): vscode.PreparedToolInvocation {
  if (preview.type !== 'paid') {
    const folded = preview.type === 'folded' ? preview.kind : undefined;
    return { invocationMessage: plain(folded ? existingText(folded) : workText(tool), 'title') };
  }
  const { kind, price, isAsked } = preview;
  return {
    invocationMessage: plain(workText(tool), 'title'),
    ...(isAsked && {
      confirmationMessages: {
        title: plain(titleOf(kind, price?.estimate), 'title'),
        message: questionOf(linesOf(preview)),
      },
    }),
  };
}

function titleOf(kind: MediaKind, estimate: Estimate | undefined): string {
  const { t } = l10n;
  if (!estimate) {
    switch (kind) {
      case 'image':
        return t("Generate an image? The price isn't known yet.");
      case 'video':
        return t("Generate a video? The price isn't known yet.");
      case 'audio':
        return t("Generate audio? The price isn't known yet.");
    }
  }
  const price = agentPriceText(estimate);
  if (estimate.jobs > 1) return t('Generate {0} images? Price: {1}', estimate.jobs, price);
  switch (kind) {
    case 'image':
      return t('Generate an image? Price: {0}', price);
    case 'video':
      return t('Generate a video? Price: {0}', price);
    case 'audio':
      return t('Generate audio? Price: {0}', price);
  }
}

/** A price as it is asked for: what it will be, or its least. */
export function agentPriceText({ certainty, credits, worst }: Estimate): string {
  const { t } = l10n;
  if (credits === undefined || worst === undefined)
    return t({ message: 'unknown', comment: 'After "Price:"' });
  return certainty === 'certain' && worst === credits
    ? creditsText(credits)
    : t('at least {0}', creditsText(credits));
}

function linesOf({
  prompt,
  references,
  document,
  price,
  balance,
  isSandbox,
}: Extract<Preview, { type: 'paid' }>): string[] {
  const { t } = l10n;
  const characters = codePoints(prompt);
  const rest = characters.length - shownCharacters;
  const shown = characters.slice(0, shownCharacters).join('');
  return [
    price ? t('Model: {0}', price.model) : '',
    t('Prompt: "{0}"', plain(shown, 'detail')),
    rest > 0 ? t('and {0} more characters', rest) : '',
    references.length > 0
      ? t('Files: {0}', references.map(each => `"${plain(each, 'value')}"`).join(', '))
      : '',
    document === undefined ? '' : t('For the document: "{0}"', plain(document, 'value')),
    [
      price ? budgetText(price.spent, price.budget) : '',
      balance === undefined ? '' : t('Your balance: {0}.', creditsText(balance)),
    ]
      .filter(Boolean)
      .join(' '),
    isSandbox ? t('Sandbox: nothing is charged.') : '',
  ];
}

/** What agents have spent, and may. */
export function budgetText(spent: number, budget: number): string {
  const shown = (credits: number): string => credits.toLocaleString(l10n.language);
  return l10n.t('Agents have spent {0} of {1} credits today.', shown(spent), shown(budget));
}

function existingText(kind: MediaKind): string {
  const { t } = l10n;
  switch (kind) {
    case 'image':
      return t('Using the existing image');
    case 'video':
      return t('Using the existing video');
    case 'audio':
      return t('Using the existing audio');
  }
}

function workText(tool: ToolName): string {
  const { t } = l10n;
  switch (tool) {
    case 'generate_image':
      return t('Generating an image with Rivya');
    case 'generate_video':
      return t('Generating a video with Rivya');
    case 'generate_audio':
      return t('Generating audio with Rivya');
    case 'check_task':
      return t('Checking Rivya tasks');
    case 'find_tasks':
      return t('Finding Rivya tasks');
    case 'list_models':
      return t('Listing Rivya models');
    case 'get_credits':
      return t('Checking Rivya credits');
  }
}
