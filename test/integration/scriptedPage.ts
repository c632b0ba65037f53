import assert from 'node:assert/strict';
import type { ChatHostMessage, ChatMessageDto, ChatState } from '../../src/shared/chat.ts';
import type { ChatPageMessage } from '../../src/shared/chatSchema.ts';
import type { ChatHost } from '../../src/vscode/chat/chatHost.ts';
import { pageListener } from '../../src/vscode/chat/pageHandlers.ts';
import { soon } from './support.ts';

/** A page without a browser: keeps what it is told, and says what a test lets it say. */
export class ScriptedPage {
  readonly received: ChatHostMessage[] = [];
  readonly #listen: (value: unknown) => Promise<void>;
  #state: ChatState | undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(host: ChatHost) {
    this.#listen = pageListener(host.controller);
    host.controller.attach({
      post: message => this.#take(message),
      reveal: () => undefined,
      asWebviewUri: file => `resource:${file}`,
    });
  }

  get state(): ChatState {
    assert.ok(this.#state, 'there was no snapshot');
    return this.#state;
  }

  get messages(): readonly ChatMessageDto[] {
    return this.state.session.messages;
  }

  get problem(): string {
    return this.state.composer.problem ?? '';
  }

  say(message: ChatPageMessage): Promise<void> {
    return this.#listen(message);
  }

  sayAnything(message: unknown): Promise<void> {
    return this.#listen(message);
  }

  until(what: string, reached: () => boolean): Promise<void> {
    return soon(
      what,
      new Promise(resolve => {
        const look = (): void => {
          if (reached()) resolve();
        };
        this.#waiting.push(look);
        look();
      }),
    );
  }

  answered(state = 'complete'): Promise<void> {
    return this.until(`an answer that is ${state}`, () => {
      const last = this.messages.at(-1);
      return last?.role === 'assistant' && last.state === state;
    });
  }

  async ask(text: string): Promise<void> {
    await this.say({ type: 'send', text });
    await this.answered();
  }

  #take(message: ChatHostMessage): void {
    const last = this.received.at(-1);
    if (last) assert.equal(message.sequence, last.sequence + 1, 'a number is missing');
    this.received.push(message);
    if (message.type === 'snapshot') this.#state = message.state;
    else if (this.#state) this.#state = applied(this.#state, message);
    for (const look of [...this.#waiting]) look();
  }
}

function applied(state: ChatState, message: ChatHostMessage): ChatState {
  const { session } = state;
  switch (message.type) {
    case 'delta': {
      const messages = session.messages.map(each => {
        if (each.id !== message.messageId) return each;
        assert.equal(each[message.field].length, message.at, 'text is missing or came twice');
        return { ...each, [message.field]: each[message.field] + message.text };
      });
      return { ...state, session: { ...session, messages } };
    }
    case 'message': {
      const known = session.messages.some(each => each.id === message.message.id);
      const messages = known
        ? session.messages.map(each => (each.id === message.message.id ? message.message : each))
        : [...session.messages, message.message];
      return { ...state, session: { ...session, messages } };
    }
    case 'card': {
      const cards = session.cards.filter(each => each.taskId !== message.card.taskId);
      return { ...state, session: { ...session, cards: [...cards, message.card] } };
    }
    case 'state':
      return { ...state, ...message.state, session: { ...session, ...message.state.session } };
    default:
      return state;
  }
}
