import { createParser } from 'eventsource-parser';
import { Stream } from 'openai/streaming';
import { createRivyaClient } from '../../../src/api/client.ts';
import { inTurn, median, pairedRatio } from './measure.ts';

/*
 * How fast a streamed chat is read, beside the least that anyone must do and beside a well-known client, on
 * the same bytes.
 */
const deltas = 60_000;
const chunkBytes = 16 * 1024;
const word = 'lighthouse ünd ';

interface ChatChunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

interface DeltaEvent {
  readonly delta: string | { readonly text: string };
}

/**
 * The one that `openai` reads too, the one that we take Rivya's to be, one that writes `ü` as an escape, one
 * whose delta is an object, and one whose events differ in more than their text.
 */
const bodies: Readonly<Record<string, Uint8Array>> = {
  'openai-chat': body(index => {
    const content = `${word}${index} `;
    const choices = [{ index: 0, delta: { content }, logprobs: null, finish_reason: null }];
    const head = { id: 'chatcmpl_0123456789abcdef', object: 'chat.completion.chunk', created: 1_778_457_600 };
    return `data: ${JSON.stringify({ ...head, model: 'gpt-5-2-chat', service_tier: 'default', system_fingerprint: 'fp_1', choices })}\n\n`;
  }),
  rivya: body(
    index =>
      `event: message.delta\ndata: ${JSON.stringify({ type: 'message.delta', delta: `${word}${index} ` })}\n\n`,
  ),
  'rivya with escapes': body(
    index =>
      `event: message.delta\ndata: ${JSON.stringify({ type: 'message.delta', delta: `${word}${index} ` }).replace('ü', '\\u00fc')}\n\n`,
  ),
  anthropic: body(index => {
    const type = 'content_block_delta';
    const delta = { type: 'text_delta', text: `${word}${index} ` };
    return `event: ${type}\ndata: ${JSON.stringify({ type, index: 0, delta })}\n\n`;
  }),
  'numbered events': body(index => {
    const type = 'response.output_text.delta';
    const delta = `${word}${index} `;
    const item = { item_id: 'msg_0123456789abcdef', output_index: 0, content_index: 0 };
    return `event: ${type}\ndata: ${JSON.stringify({ type, ...item, delta, sequence_number: index })}\n\n`;
  }),
};

function body(event: (index: number) => string): Uint8Array {
  const events = Array.from({ length: deltas }, (_, index) => event(index));
  return new TextEncoder().encode(`${events.join('')}data: [DONE]\n\n`);
}

function response(bytes: Uint8Array): Response {
  let offset = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (offset >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(offset, (offset += chunkBytes)));
    },
  });
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
}

/**
 * Reads the answer and gives megabytes for each second of the processor, which other work on the machine
 * changes little. Fails when not all of the text came.
 */
async function speed(bytes: Uint8Array, read: (response: Response) => Promise<number>): Promise<number> {
  const answer = response(bytes);
  const before = process.threadCpuUsage();
  const characters = await read(answer);
  const { user, system } = process.threadCpuUsage(before);
  const seconds = (user + system) / 1e6;
  if (characters < deltas * word.length) throw new Error(`Only ${characters} characters came.`);
  return bytes.length / 1e6 / seconds;
}

async function bare(answer: Response): Promise<number> {
  let text = '';
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') return;
      const { delta, choices } = JSON.parse(data) as Partial<ChatChunk & DeltaEvent>;
      text += typeof delta === 'object' ? delta.text : (delta ?? choices?.[0]?.delta.content ?? '');
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>)
    parser.feed(decoder.decode(chunk, { stream: true }));
  return text.length;
}

async function ours(answer: Response): Promise<number> {
  const client = createRivyaClient({
    baseUrl: 'https://api.example',
    apiKey: () => 'rvya_sk_x',
    fetch: () => Promise.resolve(answer),
  });
  let characters = 0;
  for await (const event of client.chat.completions.stream({ model: 'm', message: 'x' })) {
    if (event.type === 'done') characters = event.text.length;
  }
  return characters;
}

async function openai(answer: Response): Promise<number> {
  let text = '';
  for await (const chunk of Stream.fromSSEResponse<ChatChunk>(answer, new AbortController()))
    text += chunk.choices[0]?.delta.content ?? '';
  return text.length;
}

export async function measureStream(): Promise<void> {
  console.log(
    `A chat stream of ${deltas} deltas, in chunks of ${chunkBytes / 1024} KB, medians of 15, per second of processor time:`,
  );
  for (const [dialect, bytes] of Object.entries(bodies)) {
    const works: Record<string, () => Promise<number>> = {
      bare: () => speed(bytes, bare),
      ours: () => speed(bytes, ours),
      ...(dialect === 'openai-chat' && { openai: () => speed(bytes, openai) }),
    };
    const found = await inTurn(15, works);
    const shown = Object.entries(found).map(([name, value]) => `${name} ${median(value).toFixed(0)} MB/s`);
    const { bare: least = [], ours: own = [], openai: other } = found;
    const ratios = [`${pairedRatio(own, least).toFixed(2)} of bare (aim 0.8)`];
    if (other !== undefined) ratios.push(`${pairedRatio(own, other).toFixed(1)} × openai (budget 3)`);
    console.log(
      `  ${dialect}, ${(bytes.length / 1e6).toFixed(1)} MB: ${shown.join(', ')}; ours is ${ratios.join(', ')}`,
    );
  }
}
