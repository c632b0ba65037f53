import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createRivyaClient } from '../../../src/api/client.ts';
import type { ChatResult } from '../../../src/api/chat/chatStream.ts';
import { answer, startScriptedServer } from '../../support/scriptedServer.ts';

interface Row {
  readonly name: string;
  readonly body: string;
  readonly wanted: Partial<ChatResult> & { readonly message?: string };
}

/** Streams that other clients were found to read wrongly, as facts. */
const file = path.join(import.meta.dirname, '../../fixtures/client/chatStreams.json');
const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly Row[];

it.each(rows.map(row => [row.name, row] as const))(
  'reads a stream with %s',
  async (_name, { body, wanted }) => {
    const stream = answer(200, body, { 'content-type': 'text/event-stream' });
    await using server = await startScriptedServer(stream);
    const client = createRivyaClient({ baseUrl: server.url, apiKey: () => 'rvya_sk_test', fetch });
    const events = client.chat.completions.stream(
      { model: 'm', message: 'hi' },
      { idempotencyKey: 'k', maxRetries: 0 },
    );
    let result: ChatResult | undefined;
    let shown = '';
    for await (const event of events) {
      if (event.type === 'text') shown = event.text;
      if (event.type === 'done') result = event;
    }
    const { message, ...fields } = wanted;
    expect(result).toMatchObject({ shortfall: undefined, ...fields });
    if (message !== undefined) expect(result?.error?.message).toBe(message);
    expect(shown).toBe(result?.text);
  },
);
