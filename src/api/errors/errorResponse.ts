import { redact } from '../../base/log.ts';
import { RivyaError, type RivyaErrorKind } from './errors.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { retryAfterOf } from './retryAfter.ts';

/** rivya-api.md 8, and `insufficient_credits` of section 5. */
const kindOfCode: ReadonlyMap<string, RivyaErrorKind> = new Map([
  ['public_api_disabled', 'unavailable'],
  ['api_key_missing', 'authentication'],
  ['api_key_invalid', 'authentication'],
  ['api_key_revoked', 'authentication'],
  ['api_key_expired', 'authentication'],
  ['api_scope_denied', 'scope'],
  ['insufficient_credits', 'credits'],
  ['rate_limited', 'rateLimit'],
  ['validation_failed', 'validation'],
  ['webhook_url_rejected', 'validation'],
  ['chat_model_not_supported', 'validation'],
  ['chat_attachment_not_supported', 'validation'],
  ['not_found', 'notFound'],
  ['chat_session_conflict', 'conflict'],
  ['idempotency_conflict', 'conflict'],
]);

const kindOfStatus: ReadonlyMap<number, RivyaErrorKind> = new Map([
  [401, 'authentication'],
  [402, 'credits'],
  [403, 'scope'],
  [404, 'notFound'],
  [405, 'protocol'],
  [407, 'network'],
  [408, 'timeout'],
  [409, 'conflict'],
  [410, 'notFound'],
  [429, 'rateLimit'],
]);

// In characters.
const codeLimit = 100;
const messageLimit = 500;

const requestIdHeaders = ['x-request-id', 'request-id', 'x-rivya-request-id', 'x-correlation-id'];

/** What an error body says, as far as it could be read. */
interface ServerError {
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly requestId: string | undefined;
}

/**
 * Makes an error of a response that is not a success. The body may be anything: HTML, cut off, empty, other
 * JSON.
 * @param secrets exact strings to take out of what the server said, should it echo them
 * @param now milliseconds since the epoch, to read a date in `Retry-After`
 */
export function errorFromResponse(
  response: { readonly status: number; readonly headers: Headers },
  body: string,
  context: { readonly secrets: readonly string[]; readonly now: number; readonly paid: boolean },
): RivyaError {
  const { status, headers } = response;
  const parsed = parseJson(body);
  const said = readServerError(parsed, context.secrets);
  const kind = kindOf(status, said.code);
  const isRivyasWord = isErrorBody(parsed);
  return new RivyaError(kind, said.message ?? `The server answered with status ${status}.`, {
    code: said.code ?? `http_${status}`,
    status,
    requestId: said.requestId ?? requestIdOf(headers, context.secrets),
    retryAfterMs: retryAfterOf(headers, status, context.now),
    // A proxy that asks for a password asks again at once.
    retryable: status === 407 ? false : undefined,
    mayHaveBeenCharged: context.paid && isOutcomeUnknown(status, said.code, isRivyasWord),
    isRivyasWord,
  });
}

/** The error inside a chat stream, which has a code but no status of its own. */
export function errorFromStream(
  value: unknown,
  requestId: string | undefined,
  secrets: readonly string[],
): RivyaError {
  const said = readServerError(value, secrets);
  const code = said.code ?? 'stream_failed';
  return new RivyaError(kindOfCode.get(code) ?? 'unavailable', said.message ?? 'The answer failed midway.', {
    code,
    requestId: said.requestId ?? requestId,
    mayHaveBeenCharged: true,
  });
}

export function requestIdOf(headers: Headers, secrets: readonly string[] = []): string | undefined {
  for (const name of requestIdHeaders) {
    const value = cleanText(headers.get(name), 200, secrets);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Codes of others about a key that was used before. */
const repeated = /idempoten|in_progress|in_use$|concurrent|already_(?:processing|running)/;
/** Codes of others that speak of what a key may do; the rest of 403 speaks of what was asked for. */
const lacksScope = /scope|permission|forbidden|unauthori[sz]ed|access|denied/i;

function kindOf(status: number, code: string | undefined): RivyaErrorKind {
  const known = code === undefined ? undefined : kindOfCode.get(code);
  if (known) return known;
  // The first try is still under way, or was another request: neither says that this one is refused.
  if (code !== undefined && status < 500 && status !== 429 && repeated.test(code)) return 'conflict';
  if (code !== undefined && status === 403 && !lacksScope.test(code)) return 'validation';
  const usual = kindOfStatus.get(status);
  if (usual) return usual;
  if (status >= 500) return 'unavailable';
  return status >= 400 ? 'validation' : 'protocol';
}

/** Whether an error leaves open what became of the request. */
function isOutcomeUnknown(status: number, code: string | undefined, isRivyasWord: boolean): boolean {
  // While the API is switched off nothing is run; after any other 5xx nobody knows.
  if (isRivyasWord) return status >= 500 && code !== 'public_api_disabled';
  // What stands between turns requests away by 429; another page of it may stand in place of any answer.
  return status !== 429;
}

/** What only something on the way can say, since Rivya knows nothing of such things. */
const gatewaysCode =
  /^(?:(?:route|page|path|endpoint|url|app|application|deployment|service|host|project|function|domain|site|zone)_not_found|(?:request_|access_|ip_)?blocked(?:_by_\w+)?|(?:waf|firewall|proxy|gateway)_\w+)$/;

/**
 * `{"error":{"code","message","requestId"}}` (rivya-api.md 8). Hosts and gateways have the same form; their
 * codes are statuses ("404") or names in capitals ("DEPLOYMENT_NOT_FOUND"), and Rivya's never are.
 */
export function isErrorBody(value: unknown): boolean {
  const error = isRecord(value) ? value['error'] : undefined;
  if (!isRecord(error) || typeof error['message'] !== 'string') return false;
  const { code } = error;
  return typeof code === 'string' && /^[a-z][a-z\d]*(?:_[a-z\d]+)*$/.test(code) && !gatewaysCode.test(code);
}

/** Whether an answer says nothing but an error; a failed task, which has one too, says more. */
export function isErrorAlone(value: unknown): boolean {
  const error = isRecord(value) ? value['error'] : undefined;
  const isError = isRecord(error) && (isWord(error['message']) || isWord(error['code']));
  return isError && isRecord(value) && !Object.keys(value).some(key => /(?:^|_)id$|Id$/.test(key));
}

// prettier-ignore
const messageKeys = ['message', 'errorText', 'detail', 'msg', 'error_message', 'error_msg', 'errorMessage', 'error_description', 'failure_reason', 'fail_reason'];

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** Accepts `{error:{code,message,requestId}}` and the spellings that other servers and gateways use. */
function readServerError(value: unknown, secrets: readonly string[]): ServerError {
  const outer = isRecord(value) ? value : {};
  const response = isRecord(outer['response']) ? outer['response'] : {};
  const error = outer['error'] ?? response['error'] ?? outer['errors'];
  const first: unknown = Array.isArray(error) ? error[0] : error;
  const inner = isRecord(first) ? first : outer;
  const plain = typeof first === 'string' ? first : undefined;
  // `{"error":"rate_limited"}` is a code, `{"error":"Too many requests"}` a message.
  const plainCode = plain !== undefined && /^[a-z][a-z0-9_.-]*$/.test(plain) ? plain : undefined;
  const text = (field: unknown, limit: number): string | undefined => cleanText(field, limit, secrets);
  return {
    code: text(inner['code'] ?? plainCode ?? codeLike(inner['type']), codeLimit),
    message: text(
      messageKeys.map(key => inner[key]).find(isWord) ?? outer['message'] ?? plain ?? inner['title'],
      messageLimit,
    ),
    requestId: text(
      inner['requestId'] ?? inner['request_id'] ?? outer['requestId'] ?? outer['request_id'],
      200,
    ),
  };
}

/**
 * Error bodies of some gateways put the code into `type`; in a stream event `type` is only the event's name.
 */
function codeLike(type: unknown): unknown {
  return type === 'error' || (typeof type === 'string' && type.endsWith('failed')) ? undefined : type;
}

/**
 * The error of a task where it is not what is documented: a text, a list, fields beside it.
 * @returns null when the task names none
 */
export function taskErrorIn(
  task: Readonly<Record<string, unknown>>,
): { readonly code: string | null; readonly message: string | null } | null {
  const { unread } = task;
  const error = (isRecord(unread) ? unread['error'] : undefined) ?? task['error'] ?? task['errors'];
  // What stands in the task itself under a general name need be no error.
  const { error_code: code, error_message, failure_reason, fail_reason } = task;
  const { code: said, message } = readServerError(
    { error: unnested(error), code, failure_reason, fail_reason, error_message },
    [],
  );
  return said === undefined && message === undefined
    ? null
    : { code: said ?? null, message: message ?? null };
}

function unnested(error: unknown): unknown {
  return isRecord(error) && isRecord(error['error']) ? error['error'] : error;
}

/**
 * The error that stands in a task, with the same care as one of HTTP.
 * @param secrets exact strings to take out
 */
export function cleanTaskError<E extends { readonly code: string | null; readonly message: string | null }>(
  error: E,
  secrets: readonly string[],
): E {
  const code = cleanText(error.code, codeLimit, secrets) ?? null;
  return { ...error, code, message: cleanText(error.message, messageLimit, secrets) ?? null };
}

/** Text of a server for logs and messages: one line, bounded, without control characters and secrets. */
function cleanText(value: unknown, limit: number, secrets: readonly string[]): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  let text = redact(String(value));
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '[redacted]');
  text = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (text === '') return undefined;
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
