import type { Estimate } from '../../generate/cost.ts';
import { isAboveAgreed, onlyThePrice, priceGate } from '../../generate/priceGate.ts';

/** Why an order is not made. */
export type Refusal =
  /** It could pass the limit. */
  | 'limit'
  /** Its price is not known, and nobody is there to agree to that. */
  | 'noPrice';

/** What a person, or a number on the command line, has agreed to. All amounts in credits. */
export interface Agreement {
  /** Nothing is sent that could pass it. */
  readonly limit: number | undefined;
  /** What the plan named for all orders together; undefined when it could not. */
  readonly named: number | undefined;
  /** Somebody has seen the plan, and said yes. */
  readonly hasPerson: boolean;
}

/** A price that is not the one that was agreed to. */
export interface PriceChange {
  readonly model: string;
  readonly named: number;
  readonly reserved: number;
  /** Of all orders together. */
  readonly totalBefore: number;
  readonly totalNow: number;
}

/** Counts what one sync may spend and has spent; every order of it passes here. */
export class Purse {
  readonly #agreement: Agreement;
  /** What Rivya has named for each order of this sync. */
  readonly #answered = new Map<string, number>();
  /** The dearest known price of each order that is on its way. */
  readonly #onTheWay = new Map<string, number>();
  #total: number | undefined;

  constructor(agreement: Agreement) {
    this.#agreement = agreement;
    this.#total = agreement.named;
  }

  /** What Rivya has named for the orders of this sync, together. */
  get counted(): number {
    return sum(this.#answered.values());
  }

  /**
   * Lets an order leave, and sets its price aside, or says why not.
   */
  take(order: string, estimate: Estimate): Refusal | undefined {
    const { limit, hasPerson } = this.#agreement;
    const spent = this.counted + sum(this.#onTheWay.values());
    const decision = priceGate({
      estimate,
      confirmAbove: Infinity,
      dailyLimit: limit,
      spentToday: spent,
      ...onlyThePrice,
    });
    if (decision.type === 'refuse') return 'limit';
    const questions = decision.type === 'ask' ? decision.questions : [];
    if (estimate.worst === undefined) {
      if (!hasPerson) return 'noPrice';
      // A person has agreed to a price that nobody knows; one such order at a time, while anything is left.
      if (limit !== undefined && (spent >= limit || this.#onTheWay.size > 0)) return 'limit';
    } else if (questions.includes('dailyLimit')) return 'limit';
    this.#onTheWay.set(order, estimate.worst ?? estimate.credits ?? 0);
    return undefined;
  }

  /** Rivya has answered. @param reserved undefined when it named nothing: then what was set aside counts */
  answered(order: string, reserved: number | undefined): void {
    this.#answered.set(order, reserved ?? this.#onTheWay.get(order) ?? 0);
    this.#onTheWay.delete(order);
  }

  /** It was refused, or never left. */
  withdrawn(order: string): void {
    this.#onTheWay.delete(order);
  }

  /** It has failed, and what was reserved for it came back. */
  returned(order: string): void {
    this.#answered.delete(order);
  }

  /**
   * The first of a group shows what all of it costs.
   * @returns the change, when the new total is not what was agreed to: nothing more may be ordered
   */
  revealed(
    model: string,
    named: number | undefined,
    reserved: number,
    orders: number,
  ): PriceChange | undefined {
    if (this.#total === undefined || named === undefined || reserved <= named) return undefined;
    const { limit, named: agreed = 0 } = this.#agreement;
    const totalBefore = this.#total;
    const totalNow = totalBefore + (reserved - named) * orders;
    this.#total = totalNow;
    const passesLimit = limit !== undefined && totalBefore <= limit && totalNow > limit;
    return isAboveAgreed(totalNow, agreed) || passesLimit
      ? { model, named, reserved, totalBefore, totalNow }
      : undefined;
  }
}

function sum(amounts: Iterable<number>): number {
  return [...amounts].reduce((total, each) => total + each, 0);
}
