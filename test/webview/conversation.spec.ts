/** Answers that come, and the reader who is never moved. */
import type { ChatPageMessage } from '../../src/shared/chatSchema.ts';
import { expect, test } from './support/fixtures.ts';
import type { ChatPageUnderTest, HostWord } from './support/fixtures.ts';
import { card, chatState, conversation, everyMarkdown, message, question } from './support/states.ts';

const delta = (at: number, text: string, field: 'text' | 'reasoning' = 'text'): HostWord => ({
  type: 'delta',
  messageId: 'a',
  field,
  at,
  text,
});

/** The text in pieces of this size, as deltas of the answer `a`. */
function deltas(text: string, size: number): HostWord[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    delta(index * size, text.slice(index * size, (index + 1) * size)),
  );
}

const streaming = message({ id: 'a', state: 'streaming' });

async function openStreaming(chat: ChatPageUnderTest, turns = 0): Promise<void> {
  const messages = [...conversation(turns), question('q', 'Tell me everything'), streaming];
  await chat.open(chatState({ session: { messages } }));
}

test.describe('an answer', () => {
  test('grows, and in the end looks as if it had come at once', async ({ chat, page }) => {
    await openStreaming(chat);
    const answer = page.getByTestId('chat-message').last();
    await expect(answer).toHaveAttribute('data-state', 'streaming');
    await expect(answer).toContainText('Generating response...');
    for (const word of deltas(everyMarkdown, 13)) await chat.say(word);
    await chat.say({ type: 'message', message: { ...streaming, text: everyMarkdown, state: 'complete' } });
    await expect(answer).toHaveAttribute('data-state', 'complete');
    // What is drawn later than the text is there as well.
    const isDrawn = async (): Promise<void> => {
      await expect(page.locator('.code-keyword').first()).toBeVisible();
      await expect(answer.locator('chat-math:not([data-state="formula"])')).toHaveCount(0);
    };
    await isDrawn();
    const content = (): Promise<string> =>
      answer.locator('chat-markdown').evaluate(element => element.innerHTML.replace(/<!--[^]*?-->|\s+/g, ''));
    const grown = await content();
    await chat.reload(
      chatState({ session: { messages: [question('q', 'x'), message({ id: 'a', text: everyMarkdown })] } }),
    );
    await isDrawn();
    expect(grown).toBe(await content());
  });

  test('does not touch the blocks that are final', async ({ chat, page }) => {
    await openStreaming(chat);
    await chat.say(delta(0, 'First paragraph.\n\nSecond paragraph.\n\nThird '));
    const first = page.locator('chat-markdown').last().getByText('First paragraph.');
    await expect(first).toBeVisible();
    await first.evaluate(element => {
      const changes = { count: 0 };
      new MutationObserver(list => {
        changes.count += list.length;
      }).observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
      Object.assign(window, { changes, firstParagraph: element });
    });
    let at = 'First paragraph.\n\nSecond paragraph.\n\nThird '.length;
    for (const word of ['paragraph', ' grows.\n\n', '# And a heading\n', '- and\n', '- a list']) {
      await chat.say(delta(at, word));
      await chat.drawn();
      at += word.length;
    }
    await expect(page.getByText('a list')).toBeVisible();
    const seen = await first.evaluate(element => {
      const { changes, firstParagraph } = window as unknown as {
        changes: { count: number };
        firstParagraph: Element;
      };
      return { changes: changes.count, isSame: element === firstParagraph };
    });
    expect(seen).toEqual({ changes: 0, isSame: true });
  });

  test('is drawn at most once a frame, however many deltas come', async ({ chat, page }) => {
    await openStreaming(chat);
    await page.evaluate(() => {
      const count = { draws: 0, frames: 0 };
      const onFrame = (): void => {
        count.frames++;
        requestAnimationFrame(onFrame);
      };
      requestAnimationFrame(onFrame);
      new MutationObserver(() => {
        count.draws++;
      }).observe(document.querySelector('.turns') ?? document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      Object.assign(window, { count });
    });
    await chat.say(...deltas('word '.repeat(5000), 5));
    await expect(page.getByTestId('chat-message').last()).toContainText('word word');
    await chat.drawn();
    const { draws, frames } = await page.evaluate(
      () => (window as unknown as { count: { draws: number; frames: number } }).count,
    );
    expect(draws).toBeLessThanOrEqual(frames + 1);
  });

  test('is announced when it begins and when it ends, and its words are not', async ({ chat, page }) => {
    await chat.open(chatState());
    const status = page.getByTestId('chat-status');
    await expect(status).toHaveText('');
    await chat.say(
      { type: 'message', message: question('q', 'Hi') },
      { type: 'message', message: streaming },
    );
    await expect(status).toHaveText('Generating response...');
    await chat.say(delta(0, 'Hello there'));
    await expect(page.getByText('Hello there')).toBeVisible();
    await expect(status).toHaveText('Generating response...');
    await chat.say({ type: 'message', message: { ...streaming, text: 'Hello there', state: 'complete' } });
    await expect(status).toHaveText('Response finished');
    for (const [state, words] of [
      ['stopped', 'Response stopped'],
      ['incomplete', 'Response incomplete'],
      ['failed', 'No response'],
    ] as const) {
      await chat.say({ type: 'message', message: message({ id: state, state: 'streaming' }) });
      await expect(status).toHaveText('Generating response...');
      await chat.say({ type: 'message', message: message({ id: state, state }) });
      await expect(status).toHaveText(words);
    }
    await expect(chat.log).toHaveAttribute('aria-live', 'off');
  });

  test('shows its reasoning when that is opened', async ({ chat, page }) => {
    await openStreaming(chat);
    await chat.say(delta(0, 'Let me think', 'reasoning'));
    await page.getByText('Thinking...', { exact: true }).click();
    await expect(page.getByText('Let me think')).toBeVisible();
    await chat.say(delta(12, ' about crabs', 'reasoning'), delta(0, 'Crabs.'));
    await expect(page.getByText('Let me think about crabs')).toBeVisible();
    await expect(page.getByText('Reasoning', { exact: true })).toBeVisible();
  });

  test('is asked for anew when a message was lost', async ({ chat, page }) => {
    await openStreaming(chat);
    await chat.say(delta(0, 'One'));
    chat.loseMessage();
    await chat.say(delta(6, 'three'), delta(11, 'four'));
    await expect.poll(() => chat.posted('ready')).toHaveLength(2);
    const text = 'One two three four';
    await chat.say({
      type: 'snapshot',
      state: chatState({ session: { messages: [{ ...streaming, text }] } }),
    });
    await expect(page.getByText(text)).toBeVisible();
    expect(await chat.posted('ready')).toHaveLength(2);
  });

  test('that is very long is cut, and can be copied whole', async ({ chat, page }) => {
    const text = 'many words\n\n'.repeat(20_000);
    await chat.open(chatState({ session: { messages: [message({ id: 'a', text })] } }));
    await page.getByRole('button', { name: 'Copy All' }).click();
    await chat.expectPosted({ type: 'copy', text });
  });
});

test.describe('the reader', () => {
  const paragraphs = `${'A paragraph of some length, so that it needs a line.\n\n'.repeat(40)}The end.`;

  test('who has not asked yet sees the beginning of the welcome, however low the panel is', async ({
    chat,
    page,
  }) => {
    await page.setViewportSize({ width: 300, height: 320 });
    await chat.open(chatState());
    const welcome = page.locator('.welcome');
    await expect(welcome).toBeVisible();
    await chat.drawn();
    expect(await chat.distanceFromEnd()).toBeGreaterThan(2);
    expect(await chat.log.evaluate(log => log.scrollTop)).toBe(0);
    for (const top of [60, 20]) {
      await chat.log.evaluate((log, place) => (log.scrollTop = place), top);
      await chat.drawn();
    }
    expect(await chat.log.evaluate(log => log.scrollTop)).toBe(20);
    await expect(page.getByTestId('chat-jump-latest')).toBeHidden();
  });

  test('who is at the end stays there', async ({ chat }) => {
    await openStreaming(chat, 5);
    for (const word of deltas(paragraphs, 120)) await chat.say(word);
    await expect(chat.log).toContainText('The end.');
    await chat.drawn();
    expect(await chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  });

  test('who has scrolled up, even a little, is left alone, and can jump to the latest', async ({
    chat,
    page,
  }) => {
    await openStreaming(chat, 5);
    await chat.drawn();
    await chat.log.hover();
    await page.mouse.wheel(0, -40);
    const jump = page.getByTestId('chat-jump-latest');
    await expect(jump).toBeVisible();
    const top = await chat.log.evaluate(log => log.scrollTop);
    for (const word of deltas(paragraphs, 120)) await chat.say(word);
    await expect(chat.log).toContainText('The end.');
    await chat.drawn();
    expect(await chat.log.evaluate(log => log.scrollTop)).toBe(top);
    expect(await chat.distanceFromEnd()).toBeGreaterThan(400);
    await jump.click();
    await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);
    await expect(jump).toBeHidden();
  });

  test('who comes back near the end is taken along again', async ({ chat, page }) => {
    await openStreaming(chat, 5);
    await chat.drawn();
    await chat.log.evaluate(log => {
      log.scrollTop -= 300;
    });
    await expect(page.getByTestId('chat-jump-latest')).toBeVisible();
    await chat.log.evaluate(log => {
      log.scrollTop += 260;
    });
    await expect(page.getByTestId('chat-jump-latest')).toBeHidden();
    await chat.say(delta(0, paragraphs));
    await expect(chat.log).toContainText('The end.');
    await chat.drawn();
    expect(await chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  });

  test('who asks is taken to the end', async ({ chat, page }) => {
    await chat.open(chatState({ session: { messages: conversation(10) } }));
    await chat.log.evaluate(log => {
      log.scrollTop = 0;
    });
    await expect(page.getByTestId('chat-jump-latest')).toBeVisible();
    await chat.input.fill('And now?');
    await chat.input.press('Enter');
    await chat.say({ type: 'message', message: question('q', 'And now?') });
    await expect(page.locator('chat-markdown').getByText('And now?')).toBeInViewport();
    await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  });

  test('at the end is not moved by a picture that comes late', async ({ chat }) => {
    await chat.open(
      chatState({ session: { messages: [...conversation(3), message({ id: 'a1', text: 'Here' })] } }),
    );
    await chat.say({ type: 'card', card: card({ messageId: 'a1' }) });
    await chat.drawn();
    expect(await chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  });

  test('finds the place and the draft again when the view was hidden', async ({ chat, page }) => {
    const state = chatState({ draft: 'half a thou', session: { messages: conversation(20) } });
    await chat.open(chatState({ session: state.session }));
    await chat.input.fill('half a thou');
    await chat.expectPosted({ type: 'draft', text: 'half a thou' });
    await chat.log.evaluate(log => {
      log.scrollTop = log.scrollHeight / 2;
    });
    await expect(page.getByTestId('chat-jump-latest')).toBeVisible();
    await chat.drawn();
    const topMessage = (): Promise<string | undefined> =>
      chat.log.evaluate(log => {
        const { top } = log.getBoundingClientRect();
        const messages = [...log.querySelectorAll<HTMLElement>('[data-message-id]')];
        return messages.find(each => each.getBoundingClientRect().bottom > top + 1)?.dataset['messageId'];
      });
    const before = await topMessage();
    await expect
      .poll(() => page.evaluate(() => sessionStorage.getItem('state')))
      .toContain(`"messageId":"${before ?? ''}"`);
    await chat.reload(state);
    await expect.poll(topMessage).toBe(before);
    await expect(chat.input).toHaveValue('half a thou');
  });

  test('loses no letter of the draft with the page: the host hears of each at once', async ({ chat }) => {
    await chat.open(chatState());
    const heard = await chat.input.evaluate((input: HTMLTextAreaElement) => {
      const { posted } = window as unknown as { posted: ChatPageMessage[] };
      for (const text of ['H', 'Ha', 'Hal', 'Half']) {
        input.value = text;
        input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      }
      return posted.findLast(word => word.type === 'draft')?.text;
    });
    expect(heard).toBe('Half');
    await chat.reload(chatState({ draft: 'Half' }));
    await expect(chat.input).toHaveValue('Half');
  });

  test('who opens another session sees its end and its draft', async ({ chat }) => {
    await chat.open(chatState({ session: { messages: conversation(10) } }));
    await chat.input.fill('for the first');
    const other = chatState({ draft: 'for the other', session: { id: 's2', messages: conversation(12) } });
    await chat.say({ type: 'snapshot', state: other });
    await expect(chat.input).toHaveValue('for the other');
    await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  });

  test('keeps what was written when only the same session is told again', async ({ chat }) => {
    await chat.open(chatState());
    await chat.input.fill('mine');
    await chat.say({ type: 'snapshot', state: chatState({ draft: 'old' }) });
    await chat.drawn();
    await expect(chat.input).toHaveValue('mine');
  });
});

test('500 turns open without drawing those that nobody sees', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: conversation(500) } }));
  await expect(page.getByTestId('chat-message')).toHaveCount(1000);
  await chat.drawn();
  expect(await chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  expect(await page.locator('chat-markdown').count()).toBeLessThan(60);
  await chat.log.evaluate(log => {
    log.scrollTop = 0;
  });
  await expect(page.locator('chat-markdown').first()).toBeVisible();
});
