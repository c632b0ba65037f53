import type * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { exceedsDay } from '../../core/generate/priceGate.ts';
import { startOfDay } from '../../core/tasks/groups.ts';
import { dailyLimit } from '../manifest/settings.ts';
import { UserError } from '../messages/errors.ts';
import { creditsText } from '../text/taskText.ts';
import type { GenerateServices } from './generateServices.ts';
import { l10n } from '../text/l10n.ts';

/** What is needed to know what was spent. */
type Books = Pick<GenerateServices, 'server' | 'ledger' | 'chats' | 'spentElsewhere'>;

/** The limit of the day and what of it is used, in credits. */
export interface DayBudget {
  /** Undefined when there is no limit, or nothing costs anything. */
  readonly limit: number | undefined;
  /** By jobs and chat together, as far as it is known; what jobs under way may cost is in it. */
  readonly spent: number;
}

/**
 * What may still be spent today at a server.
 * @param scopes of what is to be paid; the strictest of their limits counts
 * @throws when the stored chats cannot be read: a limit that cannot be checked is not passed
 */
export async function dayBudget(
  { server, ledger, chats, spentElsewhere }: Books,
  origin: string,
  scopes: readonly (vscode.ConfigurationScope | undefined)[],
): Promise<DayBudget> {
  const limits = scopes.flatMap(scope => dailyLimit(scope) ?? []);
  const isFree = server.isSandbox && server.origin === origin;
  if (isFree || limits.length === 0) return { limit: undefined, spent: 0 };
  const limit = Math.min(...limits);
  const since = startOfDay(systemClock.now());
  const here =
    ledger.books.spent(origin, since) + ledger.books.planned(origin) + (await chats()).spent(origin, since);
  const spent = here + spentElsewhere(origin, since);
  return { limit, spent };
}

/**
 * Refuses what would exceed the limit of the day.
 * @param credits what it will cost, as far as that is known
 * @throws UserError
 */
export function requireWithinDay({ limit, spent }: DayBudget, credits: number | undefined): void {
  if (limit === undefined || !exceedsDay(spent, credits, limit)) return;
  throw dayLimitError({ limit, spent }, credits);
}

function dayLimitError({ limit = 0, spent }: DayBudget, credits: number | undefined): UserError {
  const { t } = l10n;
  const text =
    credits === undefined
      ? t(
          'Not sent, and nothing was charged: your daily limit of {0} is used up. Known to be spent today: {1}. Raise the limit (rivya.credits.dailyLimit) or wait until tomorrow.',
          creditsText(limit),
          creditsText(spent),
        )
      : t(
          'Not sent, and nothing was charged: {0} more would exceed your daily limit of {1}. Known to be spent today: {2}. Raise the limit (rivya.credits.dailyLimit) or wait until tomorrow.',
          creditsText(credits),
          creditsText(limit),
          creditsText(spent),
        );
  return new UserError(text, [
    { title: t('Change Limit'), command: 'rivya.openSettings', arguments: ['credits.dailyLimit'] },
  ]);
}
