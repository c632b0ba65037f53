/** What went wrong, in terms that decide what to do next. */
export type RivyaErrorKind =
  | 'authentication'
  | 'scope'
  | 'credits'
  | 'validation'
  | 'rateLimit'
  | 'conflict'
  | 'notFound'
  | 'unavailable'
  | 'network'
  | 'timeout'
  | 'cancelled'
  | 'protocol';

export interface RivyaErrorDetails {
  /** The server's `error.code`, or one of our own for what happened on this side. */
  readonly code: string;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /**
   * Whether the identical request can succeed later. By default so for network, timeout, rate limit and
   * unavailable.
   */
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly mayHaveBeenCharged?: boolean | undefined;
  readonly isRivyasWord?: boolean | undefined;
  readonly cause?: unknown;
}

const transientKinds: ReadonlySet<RivyaErrorKind> = new Set([
  'network',
  'timeout',
  'rateLimit',
  'unavailable',
]);

// Registered globally, so that an error is recognised across bundles, where `instanceof` would fail.
const marker = Symbol.for('rivya.error');

/**
 * The one error of the client. Its message is English, for logs; what people read is chosen by `kind` and
 * `code`.
 */
export class RivyaError extends Error {
  override readonly name = 'RivyaError';
  readonly [marker] = true;
  readonly kind: RivyaErrorKind;
  readonly code: string;
  readonly status: number | undefined;
  /** For support: quoted by the server in the body or a header. */
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  /** How long the server asked to wait, in milliseconds, capped. */
  readonly retryAfterMs: number | undefined;
  /** True when a paid request may have reached the server and its outcome is unknown. */
  readonly mayHaveBeenCharged: boolean;
  /**
   * Whether it is an answer in Rivya's own error shape, not the page of a proxy, a gateway or another server.
   */
  readonly isRivyasWord: boolean;

  constructor(kind: RivyaErrorKind, message: string, details: RivyaErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.code = details.code;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryable = details.retryable ?? transientKinds.has(kind);
    this.retryAfterMs = details.retryAfterMs;
    this.mayHaveBeenCharged = details.mayHaveBeenCharged ?? false;
    this.isRivyasWord = details.isRivyasWord ?? false;
  }

  /** The same error, saying that credits may be gone. */
  asPossiblyCharged(): RivyaError {
    if (this.mayHaveBeenCharged) return this;
    const { code, status, requestId, retryable, retryAfterMs, isRivyasWord, cause } = this;
    const seen = { code, status, requestId, retryable, retryAfterMs, isRivyasWord, cause };
    return new RivyaError(this.kind, this.message, { ...seen, mayHaveBeenCharged: true });
  }
}

export function isRivyaError(value: unknown): value is RivyaError {
  return typeof value === 'object' && value !== null && marker in value;
}
