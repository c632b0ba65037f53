/*
 * Where errors go that no caller can do anything about: those of an event's listener, or of something that is
 * being disposed. The same idea, and the same names, as in VS Code.
 */

export type UnexpectedErrorHandler = (error: unknown) => void;

/** Without a handler they surface as uncaught errors, so that no program and no test loses one. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

let handler: UnexpectedErrorHandler = throwLater;

/** Sets what is done with them; undefined brings the default back, which throws them as uncaught errors. */
export function setUnexpectedErrorHandler(next: UnexpectedErrorHandler | undefined): void {
  handler = next ?? throwLater;
}

/** Reports an error and returns. Never throws into its caller, whatever the handler does. */
export function onUnexpectedError(error: unknown): void {
  try {
    handler(error);
  } catch (second) {
    throwLater(new AggregateError([error, second], 'An unexpected error could not be reported.'));
  }
}
