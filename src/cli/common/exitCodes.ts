/** What the end of a command means; see docs/media-as-code.md. */
export const exitCodes = {
  done: 0,
  /** Wrong use, an invalid manifest, or an error of ours. */
  wrong: 1,
  /** Only `plan --exit-code`: there is something to do. */
  work: 2,
  /** `check` found something, or recipes are in conflict. */
  found: 3,
  /** Some assets were not made; the rest stands. */
  notMade: 4,
  /** The limit would be passed; nothing beyond it was ordered. */
  limit: 5,
  /** A person must decide: the price changed or is not known, or an order is older than a day. */
  person: 6,
  /** No key, a refused key, or no way to Rivya. */
  server: 7,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with one sentence and this code. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.wrong) {
    super(message);
    this.exitCode = exitCode;
  }
}
