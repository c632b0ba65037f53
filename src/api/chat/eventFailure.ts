import { isRecord } from '../../base/json.ts';
import type { EventMeaning } from './eventMeaning.ts';

// To delete on the day Rivya documents how its stream fails (rivya-api.md 6.2): all but `error`.

type Fields = Readonly<Record<string, unknown>>;

/** States and reasons of an end that is none. */
const failedWord =
  /^(?:error|errored|fail|failed|failure|abort|aborted|(?:\w+_)?cancel(?:l?ed)?|timeout|timed_out)$/i;
/** As some hosts of models say that they gave up in the middle. */
const failedReason = /(?:^|_)(?:error|insufficient_system_resource|overloaded)$/i;
const reasonKeys = ['finish_reason', 'finishReason', 'stop_reason', 'done_reason'];

/** @returns what holds the words of the failure that an event reports; undefined when it reports none */
export function failureOf(fields: Fields, choice: Fields, meaning: EventMeaning): unknown {
  const response = isRecord(fields['response']) ? fields['response'] : {};
  for (const place of [fields, response, choice]) {
    if (isSaid(place['error']) || isSaid(place['errors'])) return place === choice ? place : fields;
  }
  if (isRecord(fields['last_error'])) return { error: fields['last_error'] };
  const thrown = Object.keys(fields).find(key => key.endsWith('Exception'));
  if (thrown !== undefined && isRecord(fields[thrown])) return { error: fields[thrown] };
  if (meaning.error || failedWord.test(textOf(fields['type']))) {
    // Some put the words where the text of the answer would stand.
    const words = textOf(fields['message']) || textOf(fields['data']) || textOf(fields['content']);
    return words === '' ? fields : { ...fields, message: words };
  }
  const states = [fields['status'], fields['state'], fields['reason'], response['status']].map(textOf);
  const reasons = [fields, choice].flatMap(place => reasonKeys.map(key => textOf(place[key])));
  if (states.some(each => failedWord.test(each))) return fields;
  if (reasons.some(each => failedWord.test(each) || failedReason.test(each))) return fields;
  return !meaning.beside && isRefusal(fields) ? fields : undefined;
}

/** Whether something stands there: some send an empty error beside every piece. */
function isSaid(error: unknown): boolean {
  if (Array.isArray(error)) return error.length > 0;
  return isRecord(error) ? Object.keys(error).length > 0 : textOf(error) !== '';
}

/** The many envelopes that name no error, such as `{"success":false}` and `{"code":500,"msg":…}`. */
function isRefusal(fields: Fields): boolean {
  if (fields['success'] === false || fields['ok'] === false) return true;
  const status = [fields['status'], fields['statusCode'], fields['status_code'], fields['code']];
  if (status.some(each => typeof each === 'number' && each >= 400)) return true;
  return typeof fields['error_code'] === 'number' && fields['error_code'] !== 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
