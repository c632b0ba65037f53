import type { ServerResponse } from 'node:http';
import { delay } from '../../base/abort.ts';
import { errorBody } from '../http/apiError.ts';
import { closeSignal, untilClosed } from '../http/connection.ts';
import type { StreamSettings, StreamStop } from '../state/streamSettings.ts';
import { streamDialects, type ChatCompletion, type StreamEvent } from './streamDialects.ts';

/** Streams a finished completion as its dialect and settings ask. Ends quietly when the client goes away. */
export function streamCompletion(
  completion: ChatCompletion,
  settings: StreamSettings,
  outgoing: ServerResponse,
): Response {
  const { contentType } = streamDialects[settings.dialect];
  const encoder = new TextEncoder();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for await (const text of streamTexts(completion, settings, outgoing)) yield encoder.encode(text);
  }
  return new Response(ReadableStream.from(bytes()), {
    headers: { 'content-type': contentType, 'cache-control': 'no-cache' },
  });
}

async function* streamTexts(
  completion: ChatCompletion,
  settings: StreamSettings,
  outgoing: ServerResponse,
): AsyncGenerator<string> {
  const closed = closeSignal(outgoing);
  const { encode } = streamDialects[settings.dialect];
  const spell = (event: StreamEvent): string =>
    encode(event, completion).replaceAll('\n', settings.lineEnding);
  const last = (text: string): string => (settings.finalNewline ? text : text.replace(/[\r\n]+$/, ''));
  const { stop } = settings;

  yield spell({ type: 'start' });
  let sent = 0;
  for (const text of splitDeltas(completion.message.content)) {
    if (stop?.afterDeltas === sent) break;
    if (settings.deltaIntervalMs > 0 && sent > 0) await delay(settings.deltaIntervalMs, closed);
    yield spell({ type: 'delta', text });
    sent += 1;
    if (settings.heartbeatEvery > 0 && sent % settings.heartbeatEvery === 0)
      yield `: heartbeat${settings.lineEnding}`;
  }
  if (stop === null) {
    yield last(spell({ type: 'completed' }));
  } else if (stop.how === 'error') {
    yield last(spell({ type: 'error', error: stopError(stop) }));
  } else if (stop.how === 'drop') {
    // What was written still goes out; then the connection breaks in the middle of the chunked body.
    outgoing.socket?.destroySoon();
    await untilClosed(closed);
  } else if (stop.how === 'hang') {
    await untilClosed(closed);
  }
}

function stopError(stop: StreamStop): { code: string; message: string; requestId: string } {
  const message =
    stop.message ?? 'The model stopped before the answer was complete. Your credits were returned.';
  return errorBody(stop.code ?? 'provider_error', message).error;
}

/** The text in pieces about the size of tokens: a word with the blanks before it. */
function splitDeltas(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}
