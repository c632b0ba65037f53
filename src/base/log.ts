/**
 * Where details go; structurally a part of VS Code's `LogOutputChannel`. Messages hold no key: see `redact`.
 */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export const silentLog: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const underscore = '(?:_|%(?:25)*5f)';
// Keys and webhook secrets by their documented shape (rivya-api.md 0 and 7), also behind other letters, with
// dots, in a URL or in Base64 (of which the beginning depends on what stands before); and whatever follows
// "Bearer".
const secretPattern = new RegExp(
  [
    `(?:rvya${underscore}sk${underscore}|whsec${underscore})[\\w+/=-]*(?:[.~%]+[\\w+/=-]+)*`,
    '(?:cnZ5YV9za1|J2eWFfc2tf|ydnlhX3NrX|d2hzZWNf|doc2VjX|3aHNlY1)[\\w+/=-]+',
    `\\b(Bearer)(?:\\s|\\+|%(?:25)*20)+[^\\s"',]+`,
  ].join('|'),
  'gi',
);

/**
 * Replaces everything that looks like a key or a signing secret. The one redaction function: every log line
 * passes here.
 */
export function redact(text: string): string {
  return text.replace(secretPattern, (_match, scheme: string | undefined) =>
    scheme ? `${scheme} [redacted]` : '[redacted]',
  );
}

/**
 * A log that redacts what it passes on. `secrets` are further exact strings, for keys of an unusual shape.
 */
export function redactedLog(target: Log, secrets: () => Iterable<string> = () => []): Log {
  const clean = (message: string): string => {
    let text = redact(message);
    for (const secret of secrets()) if (secret) text = text.replaceAll(secret, '[redacted]');
    return text;
  };
  return {
    trace: message => target.trace(clean(message)),
    debug: message => target.debug(clean(message)),
    info: message => target.info(clean(message)),
    warn: message => target.warn(clean(message)),
    error: message => target.error(clean(message)),
  };
}

/** An error with its causes, and the errors that it sums up, on one line each, without stack traces. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return error === undefined ? 'undefined' : JSON.stringify(error);
  const lines = [`${error.name}: ${error.message}`];
  if (error instanceof AggregateError)
    for (const each of error.errors) lines.push(`together with ${describeError(each)}`);
  if (error.cause !== undefined && error.cause !== null)
    lines.push(`caused by ${describeError(error.cause)}`);
  return lines.join('\n  ');
}
