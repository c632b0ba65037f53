import { chargeOf, type Charge } from '../../shared/charge.ts';
import type { Task } from '../../shared/task.ts';
import { creditsText, paidText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** What is known about credits, as a sentence. The table of ARCHITECTURE.md says what allows each. */
export function chargeText(charge: Charge): string {
  const { t } = l10n;
  switch (charge.kind) {
    case 'neverLeft':
      return t('Nothing was charged.');
    case 'said':
      return charge.as === 'reservation'
        ? t('Rivya has reserved {0} for it.', creditsText(charge.credits))
        : t('Rivya charged {0}.', creditsText(charge.credits));
    case 'unknown':
      return t('It may have been charged. Check your balance.');
  }
}

/** What is known about the credits of jobs that did not simply do what was asked, as few sentences. */
export function chargesText(tasks: readonly Task[]): string {
  const { t } = l10n;
  const [first] = tasks;
  if (first && tasks.length === 1)
    return refundOf(first) === undefined ? chargeText(chargeOf(first)) : returned([first]);
  const charges = tasks.map(chargeOf);
  if (charges.every(({ kind }) => kind === 'neverLeft')) return chargeText({ kind: 'neverLeft' });
  const sumOf = (as: 'charge' | 'reservation'): number =>
    charges.reduce((sum, each) => sum + (each.kind === 'said' && each.as === as ? each.credits : 0), 0);
  const [charged, reserved] = [sumOf('charge'), sumOf('reservation')];
  const unknown = charges.filter(({ kind }) => kind === 'unknown').length;
  return [
    returned(tasks),
    charged === 0 ? '' : t('Rivya charged {0}.', creditsText(charged)),
    reserved === 0 ? '' : t('Rivya has reserved {0} for them.', creditsText(reserved)),
    unknown === 0 ? '' : t('{0} of them may have been charged. Check your balance.', unknown),
  ]
    .filter(Boolean)
    .join(' ');
}

function returned(tasks: readonly Task[]): string {
  const credits = tasks.reduce((sum, task) => sum + (refundOf(task) ?? 0), 0);
  return credits === 0 ? '' : l10n.t('Rivya refunded the reserved {0}.', creditsText(credits));
}

/** Only Rivya's own "failed", with a charge of nothing, says that a reservation came back. */
function refundOf(task: Task): number | undefined {
  const charge = chargeOf(task);
  const isBack = charge.kind === 'said' && charge.as === 'charge' && charge.credits === 0;
  return task.state === 'failed' && isBack && task.reservedCredits ? task.reservedCredits : undefined;
}

/** The credits of a job as its list entry says them; as a sentence, once something did not go its way. */
export function creditsLine(task: Task): string {
  const isTroubled = task.problem !== undefined || task.state === 'failed' || task.state === 'unreachable';
  return isTroubled ? chargesText([task]) : paidText(task);
}
