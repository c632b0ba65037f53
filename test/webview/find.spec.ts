/** Finding words in the conversation, and what answers say of their cost. */
import { expect, test } from './support/fixtures.ts';
import type { ChatPageUnderTest } from './support/fixtures.ts';
import { hostileTexts } from './support/hostile.ts';
import { chatState, message, question } from './support/states.ts';

const filler = 'Some words that fill a line. '.repeat(200);
const messages = [
  question('q1', 'Where do crabs live?'),
  message({ id: 'a1', text: `A **cr**ab lives at the sea. ${filler} Crabs walk sideways.` }),
  ...Array.from({ length: 30 }, (_, index) => message({ id: `f${index}`, text: filler })),
  question('q2', 'And the red CRAB?'),
  message({ id: 'a2', text: 'It says `crab.walk()`.' }),
];

async function find(chat: ChatPageUnderTest, words: string): Promise<void> {
  await chat.input.press('Control+f');
  await chat.page.getByTestId('chat-find').fill(words);
}

/** What is marked as the place that the reader is at, and whether they see it. */
async function current(chat: ChatPageUnderTest): Promise<{ text: string; turn: string; isSeen: boolean }> {
  await chat.drawn();
  return await chat.page.evaluate(() => {
    const [range] = CSS.highlights.get('chat-find-current') ?? [];
    if (!(range instanceof Range)) return { text: '', turn: '', isSeen: false };
    const view = document.querySelector('.log')?.getBoundingClientRect();
    const box = range.getBoundingClientRect();
    const turn = range.startContainer.parentElement?.closest<HTMLElement>('[data-message-id]');
    const isSeen = view !== undefined && box.top >= view.top && box.bottom <= view.bottom;
    return { text: range.toString(), turn: turn?.dataset['messageId'] ?? '', isSeen };
  });
}

test('words are found in what was said, drawn or not, and counted', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages } }));
  await find(chat, 'crab');
  const count = page.getByTestId('chat-find-count');
  await expect(count).toHaveText('5 of 5');
  await expect.poll(() => current(chat)).toEqual({ text: 'crab', turn: 'a2', isSeen: true });
  for (const [number, turn, text] of [
    [4, 'q2', 'CRAB'],
    [3, 'a1', 'Crab'],
    [2, 'a1', 'crab'],
    [1, 'q1', 'crab'],
    [5, 'a2', 'crab'],
  ] as const) {
    await page.keyboard.press('Shift+Enter');
    await expect(count).toHaveText(`${number} of 5`);
    await expect.poll(() => current(chat)).toEqual({ text, turn, isSeen: true });
  }
  await page.keyboard.press('Enter');
  await expect(count).toHaveText('1 of 5');
  await page.getByRole('button', { name: 'Next match' }).click();
  await expect(count).toHaveText('2 of 5');
  await chat.expectWithinPanel();
  await chat.expectAccessible();
  await chat.screenshot('find');
  await page.getByTestId('chat-find').fill('lobster');
  await expect(count).toHaveText('No results');
  expect((await current(chat)).text).toBe('');
});

test('the letters that follow the key at once are for the box', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages } }));
  await chat.input.focus();
  // In one task of the page, as fast as no person types.
  const focused = await page.evaluate(async () => {
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true }),
    );
    await Promise.resolve();
    await new Promise(resolve => setTimeout(resolve));
    return document.activeElement?.getAttribute('data-testid');
  });
  expect(focused).toBe('chat-find');
});

test('Escape closes it and takes the marks away; the key comes to it alone', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages } }));
  await page.evaluate(() => {
    Object.assign(window, { forwarded: 0 });
    // As VS Code listens, which would find in the editor.
    window.addEventListener('keydown', event => {
      if (event.key === 'f') (window as unknown as { forwarded: number }).forwarded++;
    });
  });
  await find(chat, 'crab');
  await expect.poll(async () => (await current(chat)).text).toBe('crab');
  await page.keyboard.press('Control+f');
  await expect(page.getByTestId('chat-find')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('chat-find')).toHaveCount(0);
  expect((await current(chat)).text).toBe('');
  expect(await page.evaluate(() => (window as unknown as { forwarded: number }).forwarded)).toBe(0);
});

test('what streams in is found, and the reader stays where they are', async ({ chat, page }) => {
  const answer = message({ id: 'a3', state: 'streaming', text: '' });
  await chat.open(chatState({ session: { messages: [question('q1', 'A crab?'), answer] } }));
  await find(chat, 'crab');
  await expect(page.getByTestId('chat-find-count')).toHaveText('1 of 1');
  await chat.say({ type: 'delta', messageId: 'a3', field: 'text', at: 0, text: 'A crab.' });
  await expect(page.getByTestId('chat-find-count')).toHaveText('1 of 2');
});

test('hostile words are words, sought and found', async ({ chat, page }) => {
  await chat.open(
    chatState({
      session: { messages: hostileTexts.slice(0, 40).map((text, index) => question(`q${index}`, text)) },
    }),
  );
  for (const text of hostileTexts.slice(0, 40)) {
    await find(chat, text.replaceAll('\n', ' ').slice(0, 60));
    await chat.drawn();
  }
  await expect(page.getByTestId('chat-find')).toBeVisible();
});

test('an answer says what it has cost, also one that was stopped', async ({ chat, page }) => {
  const usage = { inputTokens: 12, outputTokens: 313, credits: 1 };
  await chat.open(
    chatState({
      session: {
        messages: [
          question('q1', 'One'),
          message({ id: 'a1', text: 'Yes', usage }),
          message({ id: 'a2', text: 'Part', state: 'stopped', usage: { ...usage, credits: 3 } }),
          message({ id: 'a3', text: 'Part', state: 'stopped' }),
        ],
      },
    }),
  );
  const costs = page.locator('.usage');
  await expect(costs).toHaveText(['1 credit', '3 credits', 'credits unknown']);
  await expect(costs.first()).toHaveAttribute('title', 'Input tokens: 12 · Output tokens: 313');
});

test('the head is one line', async ({ chat, page }) => {
  await page.setViewportSize({ width: 300, height: 600 });
  const session = { title: 'A long title of a session that does not fit', credits: 12 };
  await chat.open(chatState({ balance: 480, spentToday: 20, session }));
  const box = await page.locator('.header').boundingBox();
  expect(box?.height ?? 99).toBeLessThan(36);
  await expect(page.locator('.totals')).toHaveAttribute('title', /12 credits used · 480 left/);
});
