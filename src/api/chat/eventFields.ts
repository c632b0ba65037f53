import { isRecord } from '../../base/json.ts';

/* What stands where in an event of a stream, in the names that one or another dialect has for it. */

export type Fields = Readonly<Record<string, unknown>>;

export interface ChatUsage {
  readonly input_tokens: number | undefined;
  readonly output_tokens: number | undefined;
  readonly total_tokens: number | undefined;
}

export interface ChatCredits {
  readonly reserved: number | undefined;
  readonly final: number | undefined;
}

export function fullText(fields: Fields): string | undefined {
  const response = record(fields['response']);
  const message = record(fields['message']);
  return (
    textOf(isAnothers(message) ? undefined : message['content']) ??
    textOf(record(response['message'])['content']) ??
    textOf(response['output_text']) ??
    textOf(outputText(response['output'] ?? fields['output'])) ??
    textOf(record(firstChoice(fields)['message'])['content'])
  );
}

/** The texts of OpenAI's `output: [{content: [{type: "output_text", text}]}]`. */
function outputText(output: unknown): string | undefined {
  if (!Array.isArray(output)) return undefined;
  return output.map((item: unknown) => textOf(record(item)['content']) ?? '').join('') || undefined;
}

export function finishReason(fields: Fields): string | undefined {
  const places = [fields, fields['response'], fields['message'], firstChoice(fields), fields['delta']];
  for (const place of [...places, fields['details']].map(record)) {
    const details = record(place['incomplete_details']);
    const reason = reasonKeys.map(key => textOf(place[key])).find(each => each !== undefined);
    const found = reason ?? textOf(details['reason']);
    if (found !== undefined) return found;
    if (place['status'] === 'incomplete' || place['truncated'] === true) return 'incomplete';
  }
  return undefined;
}

// prettier-ignore
const reasonKeys = ['finish_reason', 'finishReason', 'stop_reason', 'stopReason', 'done_reason'];

/** OpenAI's choices; only the first answer is shown. */
export function firstChoice(fields: Fields): Fields {
  const all = fields['choices'] ?? fields['candidates'];
  const choices: unknown[] = Array.isArray(all) ? all : [];
  return record(choices.find(each => (record(each)['index'] ?? 0) === 0));
}

const envelopes = ['data', 'payload', 'completion', 'chat_completion', 'result'];

/** Takes an envelope off: `{event, data: {…}}`. */
export function opened(fields: Fields): Fields {
  for (const name of envelopes) {
    const inner = fields[name];
    if (isRecord(inner)) return { ...fields, [name]: undefined, ...inner };
  }
  return fields;
}

/** A message that is not the answer. */
export function isAnothers({ role }: Fields): boolean {
  return role === 'user' || role === 'system' || role === 'developer' || role === 'tool';
}

export function readUsage(place: Fields): ChatUsage | undefined {
  const usage = place['usage'];
  if (!isRecord(usage)) return undefined;
  const input = firstNumber(usage, 'input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens');
  const output = firstNumber(usage, 'output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens');
  const total = firstNumber(usage, 'total_tokens', 'totalTokens');
  if (input === undefined && output === undefined && total === undefined) return undefined;
  return { input_tokens: input, output_tokens: output, total_tokens: total };
}

export function readCredits(place: Fields): ChatCredits | undefined {
  const credits = record(place['credits']);
  const reserved =
    firstNumber(credits, 'reserved', 'reserved_credits') ?? firstNumber(place, 'reserved_credits');
  const final = firstNumber(credits, 'final', 'final_credits', 'used') ?? firstNumber(place, 'final_credits');
  return reserved === undefined && final === undefined ? undefined : { reserved, final };
}

function firstNumber(fields: Fields, ...keys: string[]): number | undefined {
  const numbers = keys.map(key => fields[key]).map(each => (isDigits(each) ? Number(each) : each));
  return numbers.find(each => typeof each === 'number');
}

function isDigits(value: unknown): boolean {
  return typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value);
}

/** An id that is a number and as such too long has lost its end. */
export function idOf(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : textOf(value);
}

/** Text that is not empty; content may also be a part with a text, or a list of such parts. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  const parts: unknown = isRecord(value) ? (value['parts'] ?? [value]) : value;
  return Array.isArray(parts) ? parts.map(partText).join('') || undefined : undefined;
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  const { type, thought, text: said, refusal } = record(part);
  // What a model thinks, and what it does with tools, is no text of the answer.
  const isBeside = thought === true || (typeof type === 'string' && /reason|think|thought|tool/.test(type));
  if (isBeside) return '';
  const text = isRecord(said) ? said['value'] : said;
  return typeof text === 'string' ? text : typeof refusal === 'string' ? refusal : '';
}

/** Message content as text: itself, or the texts of its parts. */
export function contentText(content: unknown): string {
  return textOf(content) ?? '';
}

export function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}
