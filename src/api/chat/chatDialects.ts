import type { ChatFrame } from './chatFrames.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { failureOf } from './eventFailure.ts';
import {
  finishReason,
  firstChoice,
  fullText,
  idOf,
  isAnothers,
  opened,
  readCredits,
  readUsage,
  record,
  textOf,
  type ChatCredits,
  type ChatUsage,
  type Fields,
} from './eventFields.ts';
import { meaningOf, type EventMeaning } from './eventMeaning.ts';

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

// More blanks than that around `[DONE]` are not looked for.
const longestMark = 32;
/** What comes last, as others write it. */
const lastMark = /^\s*(?:\[(?:done|end)\]|"\[done\]")\s*$/i;
/** As a whole text. */
const heartbeatText = /^\W*(?:ping|pong|heartbeat|keep[-_ ]?alive)\W*$/i;

// Streams repeat a handful of names thousands of times; a server that invents new ones for ever is not
// remembered.
const rememberedMeanings = 100;

// To delete on the day Rivya documents the events of its stream (rivya-api.md 6.2): every key below and in
// eventFields.ts that is not in the documented events, `opened`, `plainDelta`, the bare texts (`#data`), and
// the fixtures of the other dialects.
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
  /** The first bare texts, all alike: noise when the answer then comes in objects, else its beginning. */
  #held = '';
  #heldTimes = 0;

  /** @returns a text alone for a piece of the answer, as which nearly all frames come */
  decode(frame: ChatFrame): string | readonly ChatPart[] {
    const { event, data } = frame;
    const isLast = data.length < longestMark && lastMark.test(data);
    if (isLast || (data === 'DONE' && this.#data === 'objects'))
      return this.#withHeld([{ type: 'end', finish_reason: undefined, last: true }]);
    // A heartbeat of gateways.
    if (data === '' && event === undefined) return [];
    const isTextSoFar = this.#data === 'text' && event === undefined;
    const value = isTextSoFar && !data.startsWith('{') ? undefined : parseJson(data);
    if (isRecord(value) && isTextSoFar) {
      // Two different heartbeats have passed for text until a piece of the answer came.
      if (!isOfAnswer(value)) return this.#decodeText(data, false, event, this.#meaningOf(''));
      this.#data = 'objects';
      const said = this.#decodeObject(value, event);
      return [{ type: 'snapshot', text: '', final: true }, ...partsOf(said)];
    }
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
    const joined = value === undefined && this.#data !== 'text' ? joinedFrames(frame) : undefined;
    if (joined) return joined.flatMap(each => partsOf(this.decode(each)));
    const isString = typeof value === 'string';
    if (!isString && this.#isFragment(frame)) return [{ type: 'unknown', name: 'fragment' }];
    const meaning = this.#meaningOf(event ?? '');
    if (Array.isArray(value) && event !== undefined) {
      if (meaning.error) return [{ type: 'error', error: { errors: value as unknown } }];
      return value.flatMap((each: unknown) => (isRecord(each) ? besides(each, '') : []));
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
    const text = this.#held.repeat(this.#heldTimes);
    this.#held = '';
    this.#heldTimes = 0;
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
    const parts = partsOf(said);
    const isBeginning = this.#meaningOf(nameOf(value, event)).start || Array.isArray(value['choices']);
    if (isBeginning || parts.some(({ type }) => type === 'text' || type === 'snapshot')) {
      this.#held = '';
      this.#heldTimes = 0;
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
    if (unnamed && this.#data === undefined && (!quoted || heartbeatText.test(text))) {
      if (this.#held === '' || this.#held === text) {
        this.#held = text;
        // The same heartbeat again is one; the same text again may be text.
        this.#heldTimes = heartbeatText.test(text) ? 1 : this.#heldTimes + 1;
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
    const parts = besides(fields, name);
    const error = failureOf(fields, firstChoice(fields), meaning);
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

function partsOf(said: string | readonly ChatPart[]): readonly ChatPart[] {
  return typeof said === 'string' ? [{ type: 'text', delta: said }] : said;
}

/** Frames that came as one: without the blank line between them, or with their prefix twice. */
function joinedFrames({ event, data, cutOff }: ChatFrame): readonly ChatFrame[] | undefined {
  if (!/^(?:data:\s*)?[{[]/.test(data)) return undefined;
  const lines = data.split('\n').map(line => line.replace(/^data:\s*/, ''));
  if (lines.length === 1 && lines[0] === data) return undefined;
  const areFrames = lines.every(line => lastMark.test(line) || isRecord(parseJson(line)));
  return areFrames ? lines.map(line => ({ event, data: line, cutOff })) : undefined;
}

/** Whether it can be nothing but a piece of a streamed answer, where texts may be JSON too. */
function isOfAnswer(fields: Fields): boolean {
  const { object, type, delta } = fields;
  return (
    isRecord(firstChoice(fields)['delta']) ||
    (typeof object === 'string' && object.startsWith('chat.completion')) ||
    (typeof type === 'string' && /(?:^|[._-])delta$/.test(type)) ||
    (typeof delta === 'string' && Object.keys(fields).every(key => key === 'delta' || inertKeys.has(key)))
  );
}

/** What an event is called, in its `event:` line and in its data. */
function nameOf(fields: Fields, event: string | undefined): string {
  const own = event === undefined || event === 'json' || event === 'message' ? '' : event;
  const type = fields['type'] ?? fields['event'] ?? fields['kind'] ?? fields['event_type'];
  return typeof type !== 'string' || type === own ? own : `${own} ${type}`.trimStart();
}

const nameKeys = ['type', 'event', 'object', 'kind', 'event_type'];

/** Whether two events with the same name beside them are called alike in their data too. */
function isNamedAlike(one: Fields, other: Fields): boolean {
  return nameKeys.every(key => one[key] === other[key]);
}

// Fields that say nothing.
// prettier-ignore
const inertKeys = new Set(['id', 'created', 'created_at', 'timestamp', 'seq', 'sequence_number', 'item_id', 'obfuscation', 'type', 'event', 'kind', 'event_type', 'object', 'model', 'index', 'output_index', 'content_index', 'service_tier', 'system_fingerprint', 'logprobs']);
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
    const reason = finishReason(fields) ?? meaning.finishReason ?? textOf(fields['reason']);
    const end: ChatPart = { type: 'end', finish_reason: reason, last: false };
    return text === undefined ? [end] : [{ type: 'snapshot', text, final: true }, end];
  }
  // Its text repeats the deltas.
  if (meaning.end === 'piece') return undefined;
  const parts: ChatPart[] = [];
  if (!isUsers(fields) && !meaning.beside) parts.push(...deltas(fields, meaning.reasoning));
  if (parts.length === 0 && full !== undefined && !isUsers(fields)) parts.push(messageText(fields, full));
  const reason = finishReason(fields);
  if (reason !== undefined || saysEnd(fields))
    parts.push({ type: 'end', finish_reason: reason, last: false });
  // An empty delta says nothing, but it is understood.
  return parts.length > 0 || meaning.text || Array.isArray(fields['choices']) ? parts : undefined;
}

const endKeys = ['done', 'is_end', 'isEnd', 'finished', 'is_finished', 'isFinished', 'is_final', 'isFinal'];

function saysEnd(fields: Fields): boolean {
  if (endKeys.some(key => fields[key] === true)) return true;
  const { status } = fields;
  if (typeof status !== 'string' || !/^(?:completed?|done|finished|succeeded)$/i.test(status)) return false;
  // Of the answer, unless something else is named of which it could be the state.
  return Object.keys(fields).every(key => key === 'status' || stateKeys.has(key) || besideKeys.has(key));
}

function deltas(fields: Fields, isReasoningEvent: boolean): ChatPart[] {
  const choice = firstChoice(fields);
  const delta = record(fields['delta']);
  const { type } = delta;
  const isReasoning = isReasoningEvent || (typeof type === 'string' && /reason|think|thought/.test(type));
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
    textOf(record(delta['message'])['content']) ??
    textOf(fields['content']) ??
    textOf(fields['text']) ??
    textOf(record(fields['message'])['delta']) ??
    textOf(record(record(fields['message'])['delta'])['content']) ??
    textOf(choiceDelta['content']) ??
    // What OpenAI's models say in place of an answer.
    textOf(choiceDelta['refusal']) ??
    textOf(choice['text']) ??
    textOf(choice['content']) ??
    textOf(fields['textDelta']) ??
    textOf(fields['token']) ??
    textOf(record(fields['token'])['text']) ??
    textOf(fields['chunk']) ??
    textOf(record(fields['content_block'])['text']) ??
    textOf(fields['output_text']) ??
    textOf(fields['answer']) ??
    textOf(fields['response']) ??
    textOf(fields['data']) ??
    textOf(fields['value']) ??
    textOf(fields['result']);
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

const stateKeys = new Set([...inertKeys, ...plainTextKeys]);
for (const key of nameKeys) if (key !== 'object') stateKeys.delete(key);

// prettier-ignore
const besideKeys = new Set(['session_id', 'sessionId', 'conversation_id', 'session', 'message', 'messageId', 'message_id', 'response', 'messageMetadata', 'metadata', 'usage', 'credits', 'reserved_credits', 'final_credits']);
const nothing: readonly ChatPart[] = [];

/** Session, message id, usage and credits, wherever in the event they stand. */
function besides(fields: Fields, name: string): readonly ChatPart[] {
  // Most events of a stream are deltas with none of them.
  for (const key in fields) if (besideKeys.has(key)) return readBesides(fields);
  // Where an event has one of them for its subject, its fields stand in the event itself.
  if (/usage/i.test(name)) return readBesides({ usage: fields });
  if (/credits/i.test(name)) return readBesides({ credits: fields });
  const { id, object } = fields;
  const isSession = /session/i.test(name) || (typeof object === 'string' && object.endsWith('session'));
  return isSession && typeof id === 'string' && id !== '' ? [{ type: 'session', session_id: id }] : nothing;
}

function readBesides(fields: Fields): readonly ChatPart[] {
  const message = record(fields['message']);
  const session = record(fields['session']);
  const inner = [message, fields['response'], fields['messageMetadata'], fields['metadata'], session];
  const places = [fields, ...inner.filter(isRecord)];
  const ids = places.flatMap(place => [place['session_id'], place['sessionId'], place['conversation_id']]);
  const sessionId = [...ids, session['id']].map(idOf).find(id => id !== undefined);
  const ownId = isAnothers(message) ? undefined : message['id'];
  const messageId = idOf(ownId) ?? idOf(fields['messageId']) ?? idOf(fields['message_id']);
  const usage = places.map(readUsage).find(each => each !== undefined);
  const credits = places.map(readCredits).find(each => each !== undefined);
  const parts: ChatPart[] = [];
  if (sessionId !== undefined) parts.push({ type: 'session', session_id: sessionId });
  if (messageId !== undefined) parts.push({ type: 'message', id: messageId });
  if (usage ?? credits) parts.push({ type: 'usage', usage, credits });
  return parts;
}

function isUsers(fields: Fields): boolean {
  return isAnothers(fields) || isAnothers(record(fields['message']));
}
