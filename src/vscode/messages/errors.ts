import type { Action } from './message.ts';

/** An end that the user chose. The command funnel is silent about it. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** An error that already says everything to the user. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly actions: readonly Action[];

  constructor(text: string, actions: readonly Action[] = [], options?: ErrorOptions) {
    super(text, options);
    this.actions = actions;
  }
}
