import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRivyaClient } from '../../../src/api/client.ts';
import type { ChatResult } from '../../../src/api/chat/chatStream.ts';
import { streamDialectNames } from '../../../src/sandbox/state/streamSettings.ts';
import { bodyOf, secret } from '../../support/hostileAnswers.ts';
import { hostileStreams, type HostileStream } from '../../support/hostileStreams.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';
import { impatientClock } from './testClock.ts';

/** With those of hostileAnswers.test.ts 2,000 in all, or 20,000 in the long run. */
const runs = propertyRuns(600);

function response({ contentType, pieces, breaks }: HostileStream): Response {
  return new Response(bodyOf(pieces, breaks), { headers: { 'content-type': contentType } });
}

test('a hostile stream is read as what it says, and never taken for a whole answer', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(hostileStreams, async stream => {
      const { how, truth } = stream;
      const client = createRivyaClient({
        baseUrl: 'https://api.example',
        apiKey: () => secret,
        // The session, which is asked for what is missing, has nothing.
        fetch: (_url, init) =>
          Promise.resolve(init?.method === 'POST' ? response(stream) : new Response('', { status: 404 })),
        maxRetries: 0,
        clock: impatientClock,
      });
      let shown = '';
      let result: ChatResult | undefined;
      for await (const event of client.chat.completions.stream({ model: 'm', message: 'x' })) {
        expect(result).toBeUndefined();
        if (event.type === 'text') shown = event.text;
        if (event.type === 'done') result = event;
      }
      if (!result) throw new Error(`${how}: there is no end.`);
      seen.add(`${how}: ${result.outcome}`);
      const bytes = JSON.stringify(Buffer.concat(stream.pieces).toString());
      expect(truth.outcomes, `${how}: ${bytes}`).toContain(result.outcome);
      expect(result.text).toBe(shown);
      const most = [truth.atMost, truth.orWord ?? ''];
      expect(
        most.some(each => each.startsWith(result.text)),
        `${how}: ${bytes}`,
      ).toBe(true);
      expect(result.text.startsWith(truth.atLeast), `${how}: ${JSON.stringify(result.text)}`).toBe(true);
      if (result.outcome === 'completed') {
        expect(result.text, how).toBe(truth.atMost);
        expect(result.error).toBeUndefined();
        if ('shortfall' in truth) expect(result.shortfall, how).toBe(truth.shortfall);
      } else {
        expect(result.error?.mayHaveBeenCharged, how).toBe(true);
        if (truth.message !== undefined) expect(result.error?.message, how).toBe(truth.message);
      }
    }),
    { numRuns: runs },
  );
  for (const name of streamDialectNames)
    for (const how of ['whole', 'cut', 'error'])
      expect(
        [...seen].some(each => each.startsWith(`${name}, ${how}`)),
        `${name}, ${how}`,
      ).toBe(true);
});
