import { ApiError } from '../http/apiError.ts';
import type { Account, Charge } from '../state/records.ts';
import type { SandboxState } from '../state/sandboxState.ts';

export interface ChargeRequest {
  taskId: string;
  model: string;
  credits: number;
  idempotencyKey: string | null;
  clientRequestId: string | null;
}

/**
 * Takes credits before the work starts.
 * @throws ApiError `insufficient_credits`; nothing is taken then
 */
export function reserve(state: SandboxState, account: Account, request: ChargeRequest): Charge {
  const { credits, ...rest } = request;
  if (account.credits < credits) {
    throw new ApiError(
      'insufficient_credits',
      `${request.model} costs ${credits} credits and the balance is ${account.credits}. Buy credits and try again.`,
    );
  }
  account.credits -= credits;
  const charge: Charge = {
    ...rest,
    account: account.id,
    credits,
    reserved: credits,
    status: 'reserved',
    at: state.now(),
  };
  state.charges.push(charge);
  state.journal.put('account', account.id, account);
  state.journal.put('charge', charge.taskId, charge);
  return charge;
}

/** Ends a reservation: keeps `finalCredits` of it and gives the rest back. 0 is a refund. */
export function settle(state: SandboxState, charge: Charge, finalCredits: number): void {
  if (charge.status !== 'reserved') return;
  const account = state.accounts.get(charge.account);
  if (account) account.credits += charge.reserved - finalCredits;
  charge.credits = finalCredits;
  charge.status = finalCredits === 0 ? 'refunded' : 'settled';
  if (account) state.journal.put('account', account.id, account);
  state.journal.put('charge', charge.taskId, charge);
}
