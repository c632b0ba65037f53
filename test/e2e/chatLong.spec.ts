import type { Sandbox } from '../../src/sandbox/server.ts';
import { countedWords, type ChatPanel } from '../support/chatPanel.ts';
import { expect, test } from './fixtures.ts';

const turns = 200;

test.use({ settings: { 'rivya.defaultModel.chat': 'gpt-5-2-chat' } });

test('a conversation of 200 turns opens at its end, and leaves its reader where they are', async ({
  workbench,
  sandbox,
  chat,
}) => {
  sandbox.control.setCredits(1_000);
  await converse(sandbox);
  await openFromRivya(chat, 'Question 0');
  await expect(chat.messages).toHaveCount(2 * turns);
  await expect(chat.answer).toContainText(`Answer ${turns - 1}.`);
  await expect(chat.answer).toBeInViewport();
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  await workbench.screenshot('chatLong');

  // The first turn, and back to the end.
  await chat.log.focus();
  await workbench.page.keyboard.press('Home');
  await expect(chat.messages.first()).toBeInViewport();
  await expect(chat.messages.nth(1).getByRole('listitem').first()).toBeVisible();
  await chat.jump.click();
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);

  // Who is at the end stays there while an answer comes.
  sandbox.control.update({ stream: { deltaIntervalMs: 5 }, chatAnswer: countedWords(400) });
  await chat.ask('One more');
  await expect(chat.answer).toContainText('w50 ');
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);
  await chat.expectState('complete');
  await expect(chat.answer).toContainText(countedWords(400));
  await expect.poll(() => chat.distanceFromEnd()).toBeLessThanOrEqual(2);

  // Who has scrolled up is not moved by one that comes, and finds the place again.
  sandbox.control.update({ stream: { deltaIntervalMs: 20 } });
  await chat.ask('And another');
  await expect(chat.answer).toContainText('w5 ');
  await chat.log.hover();
  await workbench.page.mouse.wheel(0, -3_000);
  await expect(chat.jump).toBeVisible();
  const place = await settledPlace(chat);
  await chat.expectState('complete');
  expect(await chat.pixelsAbove(place.message)).toBe(place.above);
  await workbench.screenshot('chatLongAbove');
  await chat.hideAndShow();
  await expectPlace(chat, place);
  await workbench.reload();
  await chat.open();
  await expectPlace(chat, place);
  expect(sandbox.control.charges()).toHaveLength(turns + 2);
});

/** A conversation from elsewhere, with the same account. */
async function converse({ url, apiKey, control }: Sandbox): Promise<void> {
  let session: string | undefined;
  for (let turn = 0; turn < turns; turn++) {
    control.update({
      chatAnswer: `Answer ${turn}.\n\n${'Anemones and **small fish** live there.\n\n'.repeat(1 + (turn % 4))}- one\n- two`,
    });
    const response = await fetch(`${url}/api/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-5-2-chat', message: `Question ${turn}`, session_id: session }),
    });
    ({ session_id: session } = (await response.json()) as { session_id: string });
  }
}

async function openFromRivya(chat: ChatPanel, title: string): Promise<void> {
  await chat.page.getByTestId('chat-sessions').click();
  await chat.page.getByRole('combobox', { name: 'Show chats from' }).selectOption('all');
  await chat.page.getByRole('button', { name: title }).first().click();
}

interface Place {
  readonly message: number;
  readonly above: number;
}

/** The place once it is the same twice: the wheel scrolls smoothly, and what comes near takes its height. */
async function settledPlace(chat: ChatPanel): Promise<Place> {
  const placeOfNow = async (): Promise<Place> => {
    const message = await chat.topMessage();
    return { message, above: await chat.pixelsAbove(message) };
  };
  let place = await placeOfNow();
  await expect
    .poll(async () => {
      const before = place;
      place = await placeOfNow();
      return place.message === before.message && place.above === before.above;
    })
    .toBe(true);
  return place;
}

/** The same message in the same place, within the pixel to which a page that is made anew can scroll. */
async function expectPlace(chat: ChatPanel, { message, above }: Place): Promise<void> {
  await expect.poll(async () => Math.abs((await chat.pixelsAbove(message)) - above)).toBeLessThanOrEqual(1);
}
