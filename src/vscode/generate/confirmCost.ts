import * as vscode from 'vscode';
import type { Model } from '../../api/models.ts';
import { needsConfirmation, type Estimate } from '../../core/generate/cost.ts';
import { modelName } from '../../core/models/models.ts';
import { Cancelled } from '../messages.ts';
import type { Services } from '../services.ts';
import { creditsText } from '../tasks/taskText.ts';

/**
 * Asks before several jobs, and before jobs that cost more than the limit, or nobody knows what.
 * @param limit in credits, for all jobs together
 * @throws Cancelled
 */
export async function confirmCost(
  { balance, server }: Services,
  model: Model,
  estimate: Estimate,
  limit: number,
): Promise<void> {
  if (estimate.jobs === 1 && !needsConfirmation(estimate, limit)) return;
  const { t } = vscode.l10n;
  const { jobs, credits, isCertain } = estimate;
  const price = credits === undefined ? t('an unknown price') : creditsText(credits);
  const name = modelName(model);
  const question =
    jobs === 1
      ? t('Generate with {0} for {1}?', name, price)
      : t('Run {0} jobs with {1} for {2} in total?', jobs, name, price);
  const owned = balance.state(server.base.origin).credits;
  const detail = [
    isCertain ? '' : t('The final price may be higher: it can depend on the parameters and on the length.'),
    owned === undefined ? '' : t('Your balance: {0}.', creditsText(owned)),
    needsConfirmation(estimate, limit)
      ? t('You asked to confirm jobs above {0} credits (rivya.credits.confirmAbove).', limit)
      : '',
  ];
  const generate = t('Generate');
  const options = { modal: true, detail: detail.filter(Boolean).join('\n') };
  if ((await vscode.window.showWarningMessage(question, options, generate)) !== generate)
    throw new Cancelled();
}
