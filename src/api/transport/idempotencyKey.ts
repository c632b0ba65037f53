/**
 * How long we count on the server to remember an idempotency key. Rivya does not say (rivya-api.md 8), and a
 * request that nobody remembers must not be charged a second time: later it is not sent again without asking
 * the user.
 */
export const keyLifetimeMs = 24 * 60 * 60_000;
