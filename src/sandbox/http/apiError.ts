import { randomBytes } from 'node:crypto';

/**
 * Every error code and its HTTP status. Source: rivya-api.md section 8; 402 and 500 are the expected ones
 * there.
 */
const errorStatuses = {
  validation_failed: 400,
  webhook_url_rejected: 400,
  chat_model_not_supported: 400,
  chat_attachment_not_supported: 400,
  api_key_missing: 401,
  api_key_invalid: 401,
  api_key_revoked: 401,
  api_key_expired: 401,
  insufficient_credits: 402,
  api_scope_denied: 403,
  not_found: 404,
  chat_session_conflict: 409,
  idempotency_conflict: 409,
  rate_limited: 429,
  internal_error: 500,
  public_api_disabled: 503,
} as const;

export type ErrorCode = keyof typeof errorStatuses;

/** A refusal that the API answers with its documented error body. */
export class ApiError extends Error {
  readonly code: ErrorCode;

  /** @param message a sentence for a person */
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
  }

  get status(): number {
    return errorStatuses[this.code];
  }
}

export interface ErrorBody {
  error: { code: string; message: string; requestId: string };
}

export function errorBody(code: string, message: string): ErrorBody {
  return { error: { code, message, requestId: `req_${randomBytes(9).toString('hex')}` } };
}

export function errorResponse(status: number, code: string, message: string): Response {
  return Response.json(errorBody(code, message), { status });
}

/** The first documented code with this HTTP status, else `internal_error`. */
export function codeOfStatus(status: number): ErrorCode {
  const codes = Object.keys(errorStatuses) as ErrorCode[];
  return codes.find(code => errorStatuses[code] === status) ?? 'internal_error';
}

/** What an error says, with what lies beneath it: `fetch` hides the reason there. */
export function errorSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
