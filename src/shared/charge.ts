import type { Task } from './task.ts';

/**
 * What is known about the credits of a paid request, by what was observed and nothing else. Every sentence,
 * list entry, tooltip and total about credits comes from one of these.
 */
export type Charge =
  /** No request that Rivya may have accepted is out: nothing was charged. */
  | { readonly kind: 'neverLeft' }
  /** Rivya has named a number: what it took in the end, or what it has set aside for what still runs. */
  | { readonly kind: 'said'; readonly credits: number; readonly as: 'charge' | 'reservation' }
  | { readonly kind: 'unknown' };

/** What is known about the credits of a job. */
export function chargeOf(task: Task): Charge {
  const { remoteId, firstSentAt, finalCredits, reservedCredits, otherRemoteIds, isSentAnew } = task;
  if (remoteId === undefined) return { kind: firstSentAt === undefined ? 'neverLeft' : 'unknown' };
  // Of a second task for the same job nothing is known but that there is, or may be, one.
  if (otherRemoteIds.length > 0 || isSentAnew) return { kind: 'unknown' };
  if (finalCredits !== undefined) return { kind: 'said', credits: finalCredits, as: 'charge' };
  // A job that is over without a word about its charge: what was set aside for it says nothing any more.
  const isOver = !['queued', 'processing', 'unreachable'].includes(task.state);
  return reservedCredits === undefined || isOver
    ? { kind: 'unknown' }
    : { kind: 'said', credits: reservedCredits, as: 'reservation' };
}

/** What is known about the credits of an answer of the chat. @param mayBeAccepted see `PaidRequest` */
export function chargeOfAnswer(credits: number | undefined, mayBeAccepted: boolean): Charge {
  if (credits !== undefined) return { kind: 'said', credits, as: 'charge' };
  return { kind: mayBeAccepted ? 'unknown' : 'neverLeft' };
}

/** The number of credits that Rivya has named; undefined while it has named none. */
export function creditsSaid(charge: Charge): number | undefined {
  switch (charge.kind) {
    case 'neverLeft':
      return 0;
    case 'said':
      return charge.credits;
    case 'unknown':
      return undefined;
  }
}
