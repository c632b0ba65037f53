/** States of the chat to begin a test with. */
import type {
  ChatCardDto,
  ChatComposerDto,
  ChatHostMessage,
  ChatMessageDto,
  ChatModelDto,
  ChatSessionSummaryDto,
  ChatSessionDto,
  ChatState,
} from '../../../src/shared/chat.ts';

/** Fixed, so that pictures of the page stay the same. */
const time = Date.UTC(2026, 4, 11, 9, 30);

export const models: readonly ChatModelDto[] = [
  {
    id: 'gpt-5-2-chat',
    name: 'GPT-5.2',
    price: '1 credit per 1,000 tokens',
    unusable: undefined,
    isDefault: true,
    webSearch: true,
    reasoningEfforts: ['default', 'low', 'high'],
    images: true,
    maximumLength: 20_000,
  },
  {
    id: 'claude-sonnet-4-6-chat',
    name: 'Claude Sonnet 4.6',
    price: '2 credits per 1,000 tokens',
    unusable: undefined,
    isDefault: false,
    webSearch: false,
    reasoningEfforts: [],
    images: false,
    maximumLength: 20_000,
  },
  {
    id: 'gemini-3-pro-chat',
    name: 'Gemini 3 Pro',
    price: '3 credits per 1,000 tokens',
    unusable: 'Your plan does not include this model.',
    isDefault: false,
    webSearch: true,
    reasoningEfforts: [],
    images: true,
    maximumLength: undefined,
  },
];

export function message(changes: Partial<ChatMessageDto> & Pick<ChatMessageDto, 'id'>): ChatMessageDto {
  return {
    role: 'assistant',
    state: 'complete',
    text: '',
    reasoning: '',
    images: [],
    contexts: [],
    usage: undefined,
    problem: undefined,
    createdAt: time,
    ...changes,
  };
}

export function question(id: string, text: string): ChatMessageDto {
  return message({ id, role: 'user', text });
}

export function card(changes: Partial<ChatCardDto> = {}): ChatCardDto {
  return {
    taskId: 'task-1',
    messageId: 'a1',
    kind: 'image',
    prompt: 'A quiet harbour at dawn',
    state: 'stored',
    stateText: 'Ready',
    source: '/picture.png',
    width: 640,
    height: 360,
    credits: 4,
    canInsert: true,
    ...changes,
  };
}

export function session(id: string, changes: Partial<ChatSessionSummaryDto> = {}): ChatSessionSummaryDto {
  return {
    id,
    title: `Session ${id}`,
    model: 'gpt-5-2-chat',
    updatedAt: time,
    messageCount: 4,
    origin: 'here',
    workspace: 'tide-pools',
    isCurrentWorkspace: true,
    ...changes,
  };
}

type SessionsWord = Omit<Extract<ChatHostMessage, { type: 'sessions' }>, 'sequence'>;

/** What the host says of the sessions: there are no others, and nothing went wrong. */
export function sessionsWord(
  sessions: readonly ChatSessionSummaryDto[],
  changes: Partial<SessionsWord> = {},
): SessionsWord {
  return {
    type: 'sessions',
    query: '',
    scope: 'workspace',
    sessions,
    further: 'none',
    problem: undefined,
    ...changes,
  };
}

interface Changes {
  readonly session?: Partial<ChatSessionDto>;
  readonly composer?: Partial<ChatComposerDto>;
}

export function chatState({
  session: sessionChanges,
  composer,
  ...changes
}: Partial<Omit<ChatState, 'session' | 'composer'>> & Changes = {}): ChatState {
  return {
    account: 'ready',
    sandbox: false,
    offline: false,
    models,
    draft: '',
    history: [],
    balance: 1_120,
    spentToday: 0,
    readsAnswers: true,
    ...changes,
    session: {
      id: 's1',
      title: 'Tide pools',
      model: 'gpt-5-2-chat',
      messages: [],
      cards: [],
      credits: undefined,
      creditsAreMore: false,
      note: undefined,
      ...sessionChanges,
    },
    composer: {
      images: [],
      contexts: [],
      webSearch: false,
      reasoningEffort: 'default',
      isQueued: false,
      problem: undefined,
      ...composer,
    },
  };
}

/** A conversation of so many turns, some long, some short. */
export function conversation(turns: number): ChatMessageDto[] {
  return Array.from({ length: turns }, (_, index) => [
    question(`q${index}`, `Question ${index}: what lives in a tide pool?`),
    message({
      id: `a${index}`,
      text: `Answer ${index}.\n\n${'Anemones, crabs and **small fish** live there, between the tides.\n\n'.repeat(1 + (index % 5))}- one\n- two\n`,
      usage: { inputTokens: 100 + index, outputTokens: 200, credits: 1 },
    }),
  ]).flat();
}

/** Everything that an answer can hold. */
export const everyMarkdown = `# Tide pools

A paragraph with **bold**, *italic*, ~~gone~~, \`code\` and a [link](https://example.com/pools "Pools").
A mail to <someone@example.com>, and an image: ![a crab](https://example.com/crab.png).

## Lists

- one
  - two
    - three
- four

3. third
4. fourth

- [x] done
- [ ] to do

> A quotation
> > in a quotation

| Creature | Legs | A very long heading that needs room to stand in |
| :--- | ---: | :---: |
| Crab | 10 | yes |
| Anemone | 0 | first line<br>second line |

\`\`\`typescript
/** Counts the creatures. */
export function count(creatures: readonly string[]): number {
  const found = creatures.filter(name => name !== 'rock'); // rocks do not count
  return found.length + 0x2a;
}
\`\`\`

    indented code

The area is $a_1 * b_1 * c$, and it costs $5 and $6.

$$
\\int_0^1 x^2 dx
$$

<script>alert(1)</script>

---

هذه فقرة باللغة العربية مع **نص غامق**.

यह हिन्दी में एक अनुच्छेद है।
`;
