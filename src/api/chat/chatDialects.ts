import type { ChatFrame } from './chatFrames.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { meaningOf, type EventMeaning } from './eventMeaning.ts';

export interface ChatUsage {
  readonly input_tokens: number | undefined;
  readonly output_tokens: number | undefined;
  readonly total_tokens: number | undefined;
}

export interface ChatCredits {
  readonly reserved: number | undefined;
  readonly final: number | undefined;
}

/** What a frame says, whatever the dialect. */
export type ChatPart =
  | { readonly type: 'text' | 'reasoning'; readonly delta: string }
  /** The whole text so far; when `final`, in place of whatever came before. */
  | { readonly type: 'snapshot'; readonly text: string; readonly final: boolean }
  | { readonly type: 'session'; readonly session_id: string }
  | { readonly type: 'message'; readonly id: string }
  | {
      readonly type: 'usage';
      readonly usage: ChatUsage | undefined;
      readonly credits: ChatCredits | undefined;
    }
  /** The answer is complete. After `last` nothing follows. */
  | { readonly type: 'end'; readonly finish_reason: string | undefined; readonly last: boolean }
  | { readonly type: 'error'; readonly error: unknown }
  | { readonly type: 'unknown'; readonly name: string };

type Fields = Readonly<Record<string, unknown>>;

// More blanks than that around `[DONE]` are not looked for.
const longestMark = 32;

// Streams repeat a handful of names thousands of times; a server that invents new ones for ever is not
// remembered.
const rememberedMeanings = 100;

// To delete on the day Rivya documents the events of its stream (rivya-api.md 6.2): every key below that is
// not in the documented events, `opened`, `plainDelta`, the bare texts (`#data`), and the fixtures of the
// other dialects.
/**
 * Decodes the frames of one stream. No dialect is documented (rivya-api.md 6.2), so all that a team could
 * plausibly have chosen are understood, by what the events are called and which fields they have.
 */
export class ChatDialectDecoder {
  readonly #meanings = new Map<string, EventMeaning>();
  /** The last event that was a piece of text and nothing else, as nearly all events of a stream are. */
  #plain: { readonly event: string | undefined; readonly fields: Fields } | undefined;
  /** 'text' once bare text came: what looks like JSON then is text too. 'objects' once an object came. */
  #data: 'text' | 'objects' | undefined;
  /** The first bare text: noise when the answer then comes in objects, else its beginning. */
  #held = '';

  /** @returns a text alone for a piece of the answer, as which nearly all frames come */
  decode(frame: ChatFrame): string | readonly ChatPart[] {
    const { event, data } = frame;
    if (data === '[DONE]' || (data.length < longestMark && data.trim() === '[DONE]'))
      return this.#withHeld([{ type: 'end', finish_reason: undefined, last: true }]);
    // A heartbeat of gateways.
    if (data === '' && event === undefined) return [];
    const value = this.#data === 'text' && event === undefined ? undefined : parseJson(data);
    if (isRecord(value)) {
      this.#data = 'objects';
      const known = this.#plain;
      // What is called the same means the same, so it need not be worked out again.
      if (known && event === known.event && isNamedAlike(known.fields, value)) {
        const delta = plainDelta(value);
        if (delta !== undefined) return delta;
      }
      const said = this.#decodeObject(value, event);
      if (typeof said === 'string') this.#plain = { event, fields: value };
      return this.#held === '' ? said : this.#settled(said, value, event);
    }
    const isString = typeof value === 'string';
    if (!isString && this.#isFragment(frame)) return [{ type: 'unknown', name: 'fragment' }];
    const meaning = this.#meaningOf(event ?? '');
    if (Array.isArray(value) && event !== undefined) {
      return value.flatMap((each: unknown) => (isRecord(each) ? besides(each) : []));
    }
    if (meaning.heartbeat) return [];
    if (meaning.error)
      return [{ type: 'error', error: { message: typeof value === 'string' ? value : data } }];
    if (meaning.end === 'whole')
      return this.#withHeld([{ type: 'end', finish_reason: undefined, last: false }]);
    return this.#decodeText(isString ? value : data, isString, event, meaning);
  }

  /** What was held back and turned out to be the answer; to be called when the stream is over. */
  end(): readonly ChatPart[] {
    return this.#withHeld([]);
  }

  #withHeld(parts: readonly ChatPart[]): readonly ChatPart[] {
    const text = this.#held;
    this.#held = '';
    return text === '' ? parts : [{ type: 'text', delta: text }, ...parts];
  }

  /**
   * Whether the bare text that came first was the answer is told by where the next text stands; and an answer
   * that only begins has said nothing yet.
   */
  #settled(
    said: string | readonly ChatPart[],
    value: Fields,
    event: string | undefined,
  ): string | readonly ChatPart[] {
    const parts: readonly ChatPart[] = typeof said === 'string' ? [{ type: 'text', delta: said }] : said;
    const isBeginning = this.#meaningOf(nameOf(value, event)).start || Array.isArray(value['choices']);
    if (isBeginning || parts.some(({ type }) => type === 'text' || type === 'snapshot')) {
      this.#held = '';
      return [{ type: 'unknown', name: 'text before objects' }, ...parts];
    }
    return parts.some(({ type }) => type === 'end' || type === 'error') ? this.#withHeld(parts) : said;
  }

  #decodeText(
    text: string,
    quoted: boolean,
    event: string | undefined,
    meaning: EventMeaning,
  ): readonly ChatPart[] {
    if (meaning.reasoning) return [{ type: 'reasoning', delta: text }];
    // Whoever calls events by names of several words sends objects, and this one is broken.
    const isBroken = event !== undefined && /\w[._-]\w/.test(event) && /^\s*[{[]/.test(text) && !quoted;
    const named = meaning.text && !meaning.beside && meaning.end === undefined && !isBroken;
    // JSON that breaks off among objects is no text of the answer.
    const unnamed = event === undefined && (this.#data !== 'objects' || this.#held !== '');
    if (!named && !unnamed) return [{ type: 'unknown', name: event ?? 'text among objects' }];
    if (unnamed && !quoted && this.#data === undefined) {
      // The same heartbeat again.
      if (this.#held === text && this.#meaningOf(text).heartbeat) return [];
      if (this.#held === '') {
        this.#held = text;
        return [];
      }
      this.#data = 'text';
    }
    const parts: readonly ChatPart[] = text === '' ? [] : [{ type: 'text', delta: text }];
    return this.#withHeld(parts);
  }

  /** The remains of JSON, or of the last mark, where the stream broke off; they are no text of the answer. */
  #isFragment({ data, cutOff }: ChatFrame): boolean {
    if (!cutOff) return false;
    return (data !== '' && '[DONE]'.startsWith(data)) || (this.#data !== 'text' && /^[{["]/.test(data));
  }

  #decodeObject(outer: Fields, event: string | undefined): string | readonly ChatPart[] {
    const fields = opened(outer);
    const name = nameOf(outer, event);
    const meaning = this.#meaningOf(
      name === '' && typeof fields['object'] === 'string' ? fields['object'] : name,
    );
    const delta = meaning.plain ? plainDelta(fields) : undefined;
    if (delta !== undefined) return delta;
    if (meaning.heartbeat) return [];
    const parts = besides(fields);
    const error = errorOf(fields, meaning);
    if (error !== undefined) return [...parts, { type: 'error', error }];
    const content = contentParts(fields, meaning);
    if (content) return parts.length > 0 ? [...parts, ...content] : content;
    if (parts.length > 0 || meaning.start || meaning.end) return parts;
    return [{ type: 'unknown', name: name === '' ? 'unnamed' : name }];
  }

  #meaningOf(name: string): EventMeaning {
    const meaning = this.#meanings.get(name) ?? meaningOf(name);
    if (this.#meanings.size < rememberedMeanings) this.#meanings.set(name, meaning);
    return meaning;
  }
}

/** What an event is called, in its `event:` line and in its data. */
function nameOf(fields: Fields, event: string | undefined): string {
  const own = event === undefined || event === 'json' || event === 'message' ? '' : event;
  const type = fields['type'] ?? fields['event'];
  return typeof type !== 'string' || type === own ? own : `${own} ${type}`.trimStart();
}

/** Whether two events with the same name beside them are called alike in their data too. */
function isNamedAlike(one: Fields, other: Fields): boolean {
  return (
    one['type'] === other['type'] && one['event'] === other['event'] && one['object'] === other['object']
  );
}

// Fields that say nothing.
// prettier-ignore
const inertKeys = new Set(['id', 'created', 'created_at', 'timestamp', 'seq', 'sequence_number', 'item_id', 'obfuscation', 'type', 'event', 'object', 'model', 'index', 'output_index', 'content_index', 'service_tier', 'system_fingerprint', 'logprobs']);
const plainTextKeys = new Set(['delta', 'content', 'text', 'textDelta', 'token', 'chunk']);

/**
 * The short way for what nearly all events of a stream are: a piece of text, and beside it nothing that means
 * anything.
 * @returns undefined when there is more to see, or nothing; `contentParts` says the same of the text, only
 * later
 */
function plainDelta(fields: Fields): string | undefined {
  let text: unknown;
  for (const key in fields) {
    if (inertKeys.has(key)) continue;
    const value = fields[key];
    if (value === null) continue;
    if (text !== undefined) return undefined;
    if (plainTextKeys.has(key)) text = key === 'delta' && isRecord(value) ? deltaText(value) : value;
    else if (key === 'choices') text = choiceDelta(value);
    else return undefined;
  }
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** The text of an OpenAI chunk with one choice that goes on. */
function choiceDelta(choices: unknown): unknown {
  if (!Array.isArray(choices) || choices.length !== 1) return undefined;
  const choice: unknown = choices[0];
  if (!isRecord(choice) || (choice['index'] ?? 0) !== 0) return undefined;
  const { delta } = choice;
  if (!isRecord(delta)) return undefined;
  for (const key in choice)
    if (key !== 'delta' && choice[key] !== null && !inertKeys.has(key)) return undefined;
  return soleText(delta, 'content');
}

/** The text of a delta that is an object, as Anthropic sends it. */
function deltaText(delta: Fields): unknown {
  return soleText(delta, 'text') ?? soleText(delta, 'content');
}

/** @returns undefined when there is more than the text */
function soleText(delta: Fields, name: 'content' | 'text'): unknown {
  for (const key in delta)
    if (key !== name && key !== 'role' && key !== 'type' && delta[key] !== null) return undefined;
  return delta[name];
}

/** Text, reasoning and the end; undefined when the event has none of them. */
function contentParts(fields: Fields, meaning: EventMeaning): ChatPart[] | undefined {
  const full = fullText(fields);
  const settled =
    isRecord(fields['usage']) || isRecord(fields['credits']) || fields['object'] === 'chat.completion';
  if (meaning.end === 'whole' || (full !== undefined && settled)) {
    const text =
      full ??
      textOf(fields['content']) ??
      textOf(fields['text']) ??
      textOf(fields['output_text']) ??
      textOf(fields['answer']);
    const end: ChatPart = {
      type: 'end',
      finish_reason: finishReason(fields) ?? meaning.finishReason,
      last: false,
    };
    return text === undefined ? [end] : [{ type: 'snapshot', text, final: true }, end];
  }
  // Its text repeats the deltas.
  if (meaning.end === 'piece') return undefined;
  const parts: ChatPart[] = [];
  if (!isUsers(fields) && !meaning.beside) parts.push(...deltas(fields, meaning.reasoning));
  if (parts.length === 0 && full !== undefined && !isUsers(fields)) parts.push(messageText(fields, full));
  const reason = finishReason(fields);
  if (reason !== undefined || fields['done'] === true)
    parts.push({ type: 'end', finish_reason: reason, last: false });
  // An empty delta says nothing, but it is understood.
  return parts.length > 0 || meaning.text || Array.isArray(fields['choices']) ? parts : undefined;
}

function deltas(fields: Fields, isReasoning: boolean): ChatPart[] {
  const choice = firstChoice(fields);
  const delta = record(fields['delta']);
  const choiceDelta = record(choice['delta']);
  const reasoning =
    textOf(delta['reasoning_content']) ??
    textOf(delta['reasoning']) ??
    textOf(delta['thinking']) ??
    textOf(choiceDelta['reasoning_content']) ??
    textOf(choiceDelta['reasoning']) ??
    textOf(choiceDelta['thinking']) ??
    textOf(fields['reasoning_content']) ??
    textOf(fields['reasoning']) ??
    textOf(fields['thinking']);
  const text =
    textOf(fields['delta']) ??
    textOf(delta['content']) ??
    textOf(delta['text']) ??
    textOf(fields['content']) ??
    textOf(fields['text']) ??
    textOf(record(fields['message'])['delta']) ??
    textOf(record(record(fields['message'])['delta'])['content']) ??
    textOf(choiceDelta['content']) ??
    // What OpenAI's models say in place of an answer.
    textOf(choiceDelta['refusal']) ??
    textOf(choice['text']) ??
    textOf(fields['textDelta']) ??
    textOf(fields['token']) ??
    textOf(record(fields['token'])['text']) ??
    textOf(fields['chunk']) ??
    textOf(record(fields['content_block'])['text']) ??
    textOf(fields['output_text']) ??
    textOf(fields['answer']) ??
    textOf(fields['response']) ??
    textOf(fields['data']);
  const parts: ChatPart[] = [];
  if (reasoning !== undefined) parts.push({ type: 'reasoning', delta: reasoning });
  if (text !== undefined) parts.push({ type: isReasoning ? 'reasoning' : 'text', delta: text });
  return parts;
}

/**
 * A message in an event that does not end: with `done: false` a piece (as Ollama sends it), else all so far.
 */
function messageText(fields: Fields, text: string): ChatPart {
  return typeof fields['done'] === 'boolean'
    ? { type: 'text', delta: text }
    : { type: 'snapshot', text, final: false };
}

// prettier-ignore
const besideKeys = new Set(['session_id', 'sessionId', 'conversation_id', 'session', 'message', 'messageId', 'message_id', 'response', 'messageMetadata', 'metadata', 'usage', 'credits', 'reserved_credits', 'final_credits']);
const nothing: readonly ChatPart[] = [];

/** Session, message id, usage and credits, wherever in the event they stand. */
function besides(fields: Fields): readonly ChatPart[] {
  // Most events of a stream are deltas with none of them.
  for (const key in fields) if (besideKeys.has(key)) return readBesides(fields);
  return nothing;
}

function readBesides(fields: Fields): readonly ChatPart[] {
  const message = record(fields['message']);
  const session = record(fields['session']);
  const inner = [message, fields['response'], fields['messageMetadata'], fields['metadata'], session];
  const places = [fields, ...inner.filter(isRecord)];
  const ids = places.flatMap(place => [place['session_id'], place['sessionId'], place['conversation_id']]);
  const sessionId = [...ids, session['id']].map(textOf).find(id => id !== undefined);
  const ownId = message['role'] === 'user' ? undefined : message['id'];
  const messageId = textOf(ownId) ?? textOf(fields['messageId']) ?? textOf(fields['message_id']);
  const usage = places.map(readUsage).find(each => each !== undefined);
  const credits = places.map(readCredits).find(each => each !== undefined);
  const parts: ChatPart[] = [];
  if (sessionId !== undefined) parts.push({ type: 'session', session_id: sessionId });
  if (messageId !== undefined) parts.push({ type: 'message', id: messageId });
  if (usage ?? credits) parts.push({ type: 'usage', usage, credits });
  return parts;
}

function errorOf(fields: Fields, meaning: EventMeaning): unknown {
  const inner = fields['error'] ?? record(fields['response'])['error'];
  if (isRecord(inner) || (typeof inner === 'string' && inner !== '')) return fields;
  const said = [fields['status'], fields['reason'], fields['finish_reason'], fields['type']];
  said.push(firstChoice(fields)['finish_reason']);
  return meaning.error || said.includes('error') ? fields : undefined;
}

function fullText(fields: Fields): string | undefined {
  const response = record(fields['response']);
  const message = record(fields['message']);
  return (
    textOf(message['role'] === 'user' ? undefined : message['content']) ??
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

function finishReason(fields: Fields): string | undefined {
  return (
    textOf(fields['finish_reason']) ??
    textOf(fields['finishReason']) ??
    textOf(fields['stop_reason']) ??
    textOf(record(fields['response'])['finish_reason']) ??
    textOf(record(record(fields['response'])['incomplete_details'])['reason']) ??
    textOf(record(fields['incomplete_details'])['reason']) ??
    textOf(firstChoice(fields)['finish_reason']) ??
    textOf(record(fields['delta'])['stop_reason'])
  );
}

/** OpenAI's choices; only the first answer is shown. */
function firstChoice(fields: Fields): Fields {
  const choices: unknown[] = Array.isArray(fields['choices']) ? fields['choices'] : [];
  return record(choices.find(each => (record(each)['index'] ?? 0) === 0));
}

/** Takes an envelope off: `{event, data: {…}}`. */
function opened(fields: Fields): Fields {
  const inner = isRecord(fields['data']) ? fields['data'] : fields['payload'];
  return isRecord(inner) ? { ...fields, data: undefined, ...inner } : fields;
}

function isUsers(fields: Fields): boolean {
  return fields['role'] === 'user' || record(fields['message'])['role'] === 'user';
}

function readUsage(place: Fields): ChatUsage | undefined {
  const usage = place['usage'];
  if (!isRecord(usage)) return undefined;
  const input = firstNumber(usage, 'input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens');
  const output = firstNumber(usage, 'output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens');
  const total = firstNumber(usage, 'total_tokens', 'totalTokens');
  if (input === undefined && output === undefined && total === undefined) return undefined;
  return { input_tokens: input, output_tokens: output, total_tokens: total };
}

function readCredits(place: Fields): ChatCredits | undefined {
  const credits = record(place['credits']);
  const reserved =
    firstNumber(credits, 'reserved', 'reserved_credits') ?? firstNumber(place, 'reserved_credits');
  const final = firstNumber(credits, 'final', 'final_credits', 'used') ?? firstNumber(place, 'final_credits');
  return reserved === undefined && final === undefined ? undefined : { reserved, final };
}

function firstNumber(fields: Fields, ...keys: string[]): number | undefined {
  return keys.map(key => fields[key]).find(value => typeof value === 'number');
}

/** Text that is not empty; content may also be a list of parts with texts. */
function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value.map(partText).join('') : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function partText(part: unknown): string {
  const text = typeof part === 'string' ? part : record(part)['text'];
  return typeof text === 'string' ? text : '';
}

/** Message content as text: itself, or the texts of its parts. */
export function contentText(content: unknown): string {
  return textOf(content) ?? '';
}

function record(value: unknown): Fields {
  return isRecord(value) ? value : {};
}
