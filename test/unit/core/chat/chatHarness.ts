import { afterEach } from 'vitest';
import { fetch as undiciFetch } from 'undici';
import { createRivyaClient, type RivyaClient } from '../../../../src/api/client.ts';
import { systemClock, type Clock } from '../../../../src/base/clock.ts';
import { silentLog } from '../../../../src/base/log.ts';
import { AccountMarks } from '../../../../src/core/paidRequest/accountMarks.ts';
import { ChatImages } from '../../../../src/core/chat/chatImages.ts';
import { ChatStore, type NewSession } from '../../../../src/core/chat/chatStore.ts';
import { Conversations, type ConversationEvent } from '../../../../src/core/chat/conversations.ts';
import type { ChatMessageRecord, ChatSessionRecord } from '../../../../src/core/chat/records.ts';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/server.ts';
import { heardBefore } from '../../../support/serverTime.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

export const chatModel = 'gpt-5-2-chat';

/** A window on the chats: what a restart or a second window has of its own. */
export interface ChatWindow {
  /** Whether the answer to a request has not begun. */
  isAsking(): boolean;
  readonly store: ChatStore;
  readonly conversations: Conversations;
  readonly events: ConversationEvent[];
  /** Resolves with the first event, past or to come, for which this is so. */
  until(found: (event: ConversationEvent) => boolean): Promise<ConversationEvent>;
  /** Ends it as a crash does: nothing is written and no lease given back. */
  crash(): void;
}

export interface ChatHarness {
  readonly sandbox: Sandbox;
  readonly images: ChatImages;
  readonly folder: string;
  /** The key that requests carry; may be set. */
  apiKey: string | undefined;
  /** How far the server's clock is ahead of this machine's, in milliseconds; may be set. */
  serverAhead: number;
  /** Stands between the client and the network; may be set. */
  fetch: typeof globalThis.fetch;
  /** Requests whose answer has not begun. */
  asking: number;
  /** @param clientClock of the waits inside the client, when a test turns those too */
  window(holder: string, clock?: Clock, clientClock?: Clock): ChatWindow;
  posts(): readonly { idempotencyKey: string | null; body: unknown }[];
}

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A real sandbox over HTTP, a real database file, real image files. */
export async function startChat(): Promise<ChatHarness> {
  const folder = temporaryFolder();
  cleanUps.push(() => folder[Symbol.dispose]());
  const sandbox = await startSandbox({ credits: 100, now: () => Date.now() + harness.serverAhead });
  sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
  cleanUps.push(() => sandbox.close());
  const images = new ChatImages(folder.file('images'));
  const marks = AccountMarks.open(folder.file('account.salt'));
  const harness: ChatHarness = {
    folder: folder.path,
    sandbox,
    apiKey: sandbox.apiKey,
    serverAhead: 0,
    asking: 0,
    images,
    fetch: undiciFetch as unknown as typeof globalThis.fetch,
    window(holder, clock = systemClock, clientClock = systemClock) {
      const { store } = ChatStore.open(folder.file('chat.sqlite'));
      const created: RivyaClient = createRivyaClient({
        baseUrl: sandbox.url,
        apiKey: () => harness.apiKey,
        fetch: async (input, init) => {
          harness.asking++;
          try {
            return await harness.fetch(input, init);
          } finally {
            harness.asking--;
          }
        },
        clock: clientClock,
        random: () => 0,
        maxRetries: 1,
      });
      const client = heardBefore(created, Date.now);
      const conversations = new Conversations({
        store,
        images,
        client: origin => (origin === sandbox.url ? client : undefined),
        account: () => marks.sender(() => harness.apiKey),
        origins: () => [sandbox.url],
        holder,
        clock,
        log: silentLog,
      });
      const events: ConversationEvent[] = [];
      const waiting: (() => void)[] = [];
      conversations.onDidChange(event => {
        events.push(event);
        for (const look of [...waiting]) look();
      });
      let open = true;
      const close = (): void => {
        if (!open) return;
        open = false;
        conversations.dispose();
      };
      cleanUps.push(async () => {
        close();
        await conversations.idle();
        store.dispose();
      });
      return {
        isAsking: () => harness.asking > 0,
        store,
        conversations,
        events,
        until: found =>
          new Promise(resolve => {
            const look = (): void => {
              const event = events.find(found);
              if (event) resolve(event);
            };
            waiting.push(look);
            look();
          }),
        crash: () => {
          // What is under way loses its connection; nobody hands anything back.
          store.requests.releaseAll = () => undefined;
          close();
        },
      };
    },
    posts: () =>
      sandbox.control
        .requests()
        .filter(request => request.method === 'POST' && request.path.includes('/chat/'))
        .map(request => ({ idempotencyKey: request.idempotencyKey ?? null, body: request.body })),
  };
  return harness;
}

export function newSession(
  { store }: ChatWindow,
  { sandbox }: ChatHarness,
  change: Partial<NewSession> = {},
): ChatSessionRecord {
  return store.create(
    {
      id: crypto.randomUUID(),
      origin: sandbox.url,
      workspace: 'file:///work',
      title: '',
      model: chatModel,
      remoteId: undefined,
      note: undefined,
      draft: '',
      webSearch: false,
      reasoningEffort: undefined,
      ...change,
    },
    Date.now(),
  );
}

/** The harness with one window and one session in it. */
export async function startSession(
  change: Partial<NewSession> = {},
): Promise<{ chat: ChatHarness; window: ChatWindow; session: ChatSessionRecord }> {
  const chat = await startChat();
  const window = chat.window('a');
  return { chat, window, session: newSession(window, chat, change) };
}

/** Sends a question and waits for how it ends. */
export async function ask(
  window: ChatWindow,
  sessionId: string,
  text: string,
  streamed = true,
): Promise<ChatMessageRecord> {
  window.conversations.send(sessionId, { text, streamed });
  return answerOf(window, sessionId);
}

export async function answerOf(window: ChatWindow, sessionId: string): Promise<ChatMessageRecord> {
  await window.conversations.idle();
  const answer = window.conversations.messages(sessionId).at(-1);
  if (answer?.role !== 'assistant') throw new Error('There is no answer.');
  return answer;
}
