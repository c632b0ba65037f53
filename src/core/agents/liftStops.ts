import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Balance } from '../credits/balance.ts';
import type { Ledger } from '../tasks/ledger.ts';

/** Agents that an empty account has stopped may order again once it is seen to have more. */
export function liftStops(ledger: Ledger, balance: Balance, clock: Clock): Disposable {
  const seen = new Map<string, number>();
  return balance.onDidChange(origin => {
    const { credits } = balance.state(origin);
    if (credits === undefined) return;
    const before = seen.get(origin);
    seen.set(origin, credits);
    const isStopped = ledger.agents.stops(origin, clock.now()).length > 0;
    if (before !== undefined && credits > before && isStopped) ledger.agents.balanceRose(origin);
  });
}
