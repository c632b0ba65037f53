import type { RivyaError } from '../../api/errors/errors.ts';
import { keyLifetimeMs } from '../../api/transport/idempotencyKey.ts';
import type { Hold, Problem } from '../../shared/task.ts';

/**
 * A POST that costs credits and whose outcome may be unknown: the submit of a job, or a question of the chat.
 * Its body and its idempotency key are on disk before anything leaves and never change. What may be done with
 * it next is decided here and nowhere else, from what was observed of it: an attempt, a reload or another API
 * key adds to that and takes nothing away.
 */
export interface PaidRequest {
  /** When the person last said that it is to be sent. Milliseconds since the epoch, like every time here. */
  readonly intendedAt: number;
  /** When the first attempt left that may have been accepted; undefined: it is certain that none was. */
  readonly firstSentAt: number | undefined;
  /** The mark of the API key with which that attempt left (`AccountMarks`); undefined while not known. */
  readonly account: string | undefined;
  /**
   * What the server's own clock had said last when that attempt left; `unheard` when it had said nothing.
   * Undefined: nothing is out, or the person has decided since and knows what may be.
   */
  readonly sentServerTime: number | undefined;
  /** How often Rivya has answered that it works on this key already, since the person last decided. */
  readonly conflicts: number;
  readonly hold: Hold | undefined;
}

/** What one attempt has shown. */
export type Outcome =
  /** No byte of it can have reached the server. */
  | 'neverLeft'
  /** Rivya asks for silence, or is switched off: this attempt has done nothing. */
  | 'turnedAway'
  /** Rivya does not take the API key, or there is none. */
  | 'keyRefused'
  /** Rivya refuses the request itself. */
  | 'refused'
  /** The key is known already. A fresh one can conflict only with a copy of itself that was accepted. */
  | 'conflict'
  /** No answer, or one that is not Rivya's word. */
  | 'unknown';

export interface PaidAttempt {
  readonly outcome: Outcome;
  /** Whether nothing but this attempt can have been accepted. */
  readonly isOnlyOne: boolean;
}

/**
 * What to do after an attempt. `withdraw`: nothing is out; it may be taken back, or sent later. `wait`: the
 * same key and body are sent again later. `waitForKey`: the same, with an API key that works. `ask`: only the
 * person can say whether it is sent again. `end`: it was refused, and nothing was charged.
 */
export type NextStep = 'withdraw' | 'wait' | 'waitForKey' | 'ask' | 'end';

/** "In progress" may be reported as a conflict for as long as the first copy is being worked on. */
export const maximumConflicts = 5;

/** A time of the server that it has not told: as far from any other as can be. */
export const unheard = 0;

/** Whether Rivya may have accepted it, so that credits may be gone. */
export function mayBeAccepted(request: Pick<PaidRequest, 'firstSentAt'>): boolean {
  return request.firstSentAt !== undefined;
}

/**
 * What stands against sending it (again) now; undefined when nothing does.
 * @param account the mark of the API key that it would be sent with; undefined without a key
 * @param now by the clock of this machine
 * @param serverTime by the server's, heard at this moment, or `unheard`; undefined when it was not asked, so
 * that nothing may be sent yet
 */
export function objection(
  request: PaidRequest,
  account: string | undefined,
  now: number,
  serverTime?: number,
): Problem | undefined {
  const { firstSentAt, account: before, intendedAt } = request;
  // An idempotency key means nothing to another account: there, it would be a second, paid request.
  if (firstSentAt !== undefined && before !== undefined && account !== undefined && account !== before) {
    return {
      code: 'other_account',
      message: 'It was sent with another API key, and it is not known whether it was accepted.',
    };
  }
  const isYoung = Math.abs(now - intendedAt) <= keyLifetimeMs;
  if (isYoung && isRemembered(request, serverTime)) return undefined;
  return firstSentAt === undefined
    ? { code: 'intent_old', message: 'It was never sent, and is more than a day old.' }
    : {
        code: 'outcome_unknown',
        message: 'It is not known whether Rivya received it, and too long ago to ask without risk.',
      };
}

/**
 * Whether Rivya still remembers the key of what may be out, which its own clock alone can tell: the clock of
 * this machine may have been wrong when it left, or be so now.
 */
function isRemembered({ firstSentAt, sentServerTime }: PaidRequest, serverTime: number | undefined): boolean {
  if (firstSentAt === undefined || sentServerTime === undefined || serverTime === undefined) return true;
  if (sentServerTime === unheard || serverTime === unheard) return false;
  return Math.abs(serverTime - sentServerTime) <= keyLifetimeMs;
}

/**
 * It is about to leave, with the API key of this mark; to be on disk before it does.
 * @param serverTime what the server's clock has said last, or `unheard`
 */
export function sent<T extends PaidRequest>(
  request: T,
  account: string | undefined,
  now: number,
  serverTime: number,
): T {
  // The mark of what is out already stays; where the person has agreed to another account, that one counts.
  return {
    ...request,
    firstSentAt: request.firstSentAt ?? now,
    account: request.account ?? account,
    sentServerTime: request.sentServerTime ?? serverTime,
  };
}

/** What an attempt that brought no result means for the request, and what comes next. */
export function answered<T extends PaidRequest>(
  request: T,
  { outcome, isOnlyOne }: PaidAttempt,
): { readonly request: T; readonly next: NextStep } {
  const nothingIsOut = {
    ...request,
    firstSentAt: undefined,
    account: undefined,
    sentServerTime: undefined,
    conflicts: 0,
  };
  switch (outcome) {
    case 'neverLeft':
      return isOnlyOne ? { request: nothingIsOut, next: 'withdraw' } : { request, next: 'wait' };
    case 'turnedAway':
      return { request: isOnlyOne ? nothingIsOut : request, next: 'wait' };
    case 'keyRefused':
      return isOnlyOne ? { request: nothingIsOut, next: 'end' } : { request, next: 'waitForKey' };
    case 'refused':
      return isOnlyOne ? { request: nothingIsOut, next: 'end' } : { request, next: 'ask' };
    case 'conflict': {
      const conflicts = request.conflicts + 1;
      return { request: { ...request, conflicts }, next: conflicts < maximumConflicts ? 'wait' : 'ask' };
    }
    case 'unknown':
      return { request, next: 'wait' };
  }
}

/** The person has said that it is to be sent (again), whatever account and time that is now. */
export function decided<T extends PaidRequest>(request: T, now: number): T {
  return {
    ...request,
    hold: undefined,
    intendedAt: now,
    account: undefined,
    sentServerTime: undefined,
    conflicts: 0,
  };
}

/**
 * What a failed attempt has shown. Only Rivya's own words, in its own error shape, are proof of anything; and
 * none is when an earlier try of the same call got lost.
 * @param mayBeOut whether an earlier attempt may have been accepted, or somebody else may have sent it
 */
export function paidAttemptOf(error: RivyaError, mayBeOut: boolean): PaidAttempt {
  return { outcome: outcomeOf(error), isOnlyOne: !mayBeOut && !error.mayHaveBeenCharged };
}

/**
 * What it shows that the server could not be asked for its time: the paid request itself has not left.
 * @param mayBeOut as for `paidAttemptOf`
 */
export function unsentAttemptOf(error: RivyaError, mayBeOut: boolean): PaidAttempt {
  const outcome = outcomeOf(error) === 'keyRefused' ? 'keyRefused' : 'neverLeft';
  return { outcome, isOnlyOne: !mayBeOut };
}

function outcomeOf(error: RivyaError): Outcome {
  const { kind, code, status, isRivyasWord } = error;
  if (status === undefined) {
    if (error.mayHaveBeenCharged) return 'unknown';
    if (kind === 'authentication' && code !== 'api_key_replaced') return 'keyRefused';
    // What cannot even be written as a request is refused on this side.
    return kind === 'validation' || kind === 'conflict' || kind === 'credits' ? 'refused' : 'neverLeft';
  }
  // A proxy on the way that asks for a password has passed nothing on.
  if (status === 407) return error.mayHaveBeenCharged ? 'unknown' : 'neverLeft';
  if (!isRivyasWord) return 'unknown';
  if (status === 409 && code !== 'chat_session_conflict') return 'conflict';
  switch (kind) {
    case 'authentication':
    case 'scope':
      return 'keyRefused';
    case 'credits':
    case 'validation':
    case 'notFound':
      return 'refused';
    case 'conflict':
      return code === 'chat_session_conflict' ? 'refused' : 'conflict';
    case 'rateLimit':
      return 'turnedAway';
    case 'unavailable':
      return code === 'public_api_disabled' ? 'turnedAway' : 'unknown';
    case 'network':
    case 'timeout':
    case 'cancelled':
    case 'protocol':
      return 'unknown';
  }
}
