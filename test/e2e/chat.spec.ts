import { streamDialectNames } from '../../src/sandbox/state/streamSettings.ts';
import { ChatPanel, countedWords } from '../support/chatPanel.ts';
import { expect, test } from './fixtures.ts';

const settings = { 'rivya.defaultModel.chat': 'gpt-5-2-chat', 'rivya.defaultModel.image': 'z-image' };
test.use({ sharesWindow: true, settings });

test('a question is answered while one watches, in every dialect, and what it cost is shown', async ({
  workbench,
  sandbox,
  chat,
}) => {
  await workbench.screenshot('chatEmpty');
  for (const [index, dialect] of streamDialectNames.entries()) {
    sandbox.control.update({
      stream: { dialect },
      chatAnswer: `**Answer** number ${index} in \`${dialect}\`.`,
    });
    await chat.ask(`Question ${index}`);
    await expect(chat.messages).toHaveCount(2 * index + 2);
    await chat.expectState('complete');
    await expect(chat.answer).toContainText(`Answer number ${index} in ${dialect}.`);
  }
  expect(sandbox.control.charges()).toHaveLength(streamDialectNames.length);
  await expect(workbench.statusBar(`${100 - streamDialectNames.length} credits`)).toBeVisible();
});

test('an answer is stopped at once, tried again, and money that is short is said', async ({
  workbench,
  sandbox,
  chat,
}) => {
  sandbox.control.update({ stream: { deltaIntervalMs: 50 }, chatAnswer: 'word '.repeat(2_000) });
  await chat.ask('A long one, please');
  await expect(chat.answer).toContainText('word word word');
  await chat.page.getByTestId('chat-stop').click();
  await chat.expectState('stopped');
  await expect(chat.page.getByTestId('chat-send')).toBeVisible();

  sandbox.control.update({ stream: { deltaIntervalMs: 0 }, chatAnswer: 'Enough.' });
  sandbox.control.setCredits(0);
  await chat.ask('Another one');
  await chat.expectState('failed');
  await expect(chat.answer.getByRole('alert')).toContainText("don't have enough credits");
  await workbench.screenshot('chatProblem');
  sandbox.control.setCredits(10);
  await chat.press(chat.answer, 'Try Again');
  await chat.expectState('complete');
  await expect(chat.messages).toHaveCount(4);

  sandbox.control.addFault({
    path: '/api/v1/chat/completions/stream',
    times: 'always',
    action: { type: 'status', status: 429, code: 'rate_limited', retryAfter: 0 },
  });
  await chat.ask('And one more');
  await chat.expectState('failed');
  await expect(chat.answer.getByRole('alert')).toContainText('Rate limit reached');
});

test('an answer goes on while nobody looks', async ({ sandbox, chat }) => {
  const words = countedWords(5_000);
  sandbox.control.update({ stream: { deltaIntervalMs: 1 }, chatAnswer: words });
  await chat.ask('Count to five thousand');
  for (let round = 0; round < 4; round++) {
    await expect(chat.answer).toContainText('w0 w1');
    await chat.hideAndShow();
  }
  await chat.expectState('complete');
  expect((await chat.answer.textContent())?.replace(/\s+/g, ' ')).toContain(words);
  expect(sandbox.control.charges()).toHaveLength(1);
});

for (const [name, theme] of [
  ['chatDark', 'Dark Modern'],
  ['chatHighContrast', 'Dark High Contrast'],
] as const) {
  test(`an answer in the colours of ${theme}`, async ({ workbench, chat }) => {
    await workbench.chooseTheme(theme);
    await chat.ask('What lives in a tide pool?');
    await chat.expectState('complete');
    await workbench.screenshot(name);
  });
}

test('the selection goes along, another model begins a session, and an answer becomes an image', async ({
  workbench,
  sandbox,
  chat,
}) => {
  await workbench.openFile('notes.md');
  await workbench.selectText('A red bicycle leans against a white wall.');
  await workbench.runCommand('Rivya: Ask About Selection');
  await expect(chat.page.getByText('notes.md:3').first()).toBeVisible();
  // Who asks goes on typing: the keyboard is in the text area.
  await expect(chat.input).toBeFocused();
  sandbox.control.update({ chatAnswer: 'A bicycle in the evening sun.' });
  await chat.ask('What is this about?');
  await chat.expectState('complete');
  const [post] = sandbox.control.requests().filter(request => request.path.includes('/chat/'));
  expect(post?.body).toMatchObject({
    message:
      '`notes.md:3`\n```markdown\nA red bicycle leans against a white wall.\n```\n\nWhat is this about?',
  });

  await chat.press(chat.answer, /Generate Image from Message/);
  const card = chat.page.getByTestId('chat-card');
  await expect(card).toContainText('A bicycle in the evening sun.');
  const picture = card.locator('img');
  await expect
    .poll(() => picture.evaluate((image: object) => 'naturalWidth' in image && image.naturalWidth))
    .toBeGreaterThan(100);
  await workbench.screenshot('chatCard');
  await card.getByRole('button', { name: 'Insert' }).click();
  await expect(workbench.line(/!\[A bicycle in the evening sun/)).toBeVisible();

  await chat.page.getByTestId('chat-model').click();
  await chat.page
    .getByRole('option', { name: /Gemini/ })
    .first()
    .click();
  await expect(chat.messages).toHaveCount(0);
  await expect(chat.page.getByText('Each chat uses one model')).toBeVisible();
  await chat.ask('And now?');
  await chat.expectState('complete');
  await workbench.screenshot('chatModel');

  await chat.page.getByTestId('chat-sessions').click();
  const sessions = chat.page.getByTestId('chat-session');
  await expect(sessions.filter({ hasText: 'And now?' })).toHaveCount(1);
  await workbench.screenshot('chatSessions');
  await sessions.filter({ hasText: 'What is this about?' }).getByRole('button').first().click();
  await expect(chat.question).toContainText('What is this about?');

  // The same with a page that is there already, while the keyboard is in the editor.
  await workbench.selectText('The end.');
  await workbench.runCommand('Rivya: Ask About Selection');
  await expect(chat.page.getByText('notes.md:7').first()).toBeVisible();
  await expect(chat.input).toBeFocused();
  await workbench.page.keyboard.type('Is this all?');
  await expect(chat.input).toHaveValue('Is this all?');
});

test.describe('in a window of its own', () => {
  test.use({ sharesWindow: false });

  test('a reload in the middle of an answer loses nothing and pays once', async ({
    workbench,
    sandbox,
    chat,
  }) => {
    const words = countedWords(400);
    sandbox.control.update({ stream: { deltaIntervalMs: 100 }, chatAnswer: words });
    await chat.ask('Count');
    await expect(chat.answer).toContainText('w0 w1 w2');
    await chat.input.fill('A draft that stays');
    // What the page says arrives in its order: once the sessions are listed, the host has heard of the draft.
    await chat.page.getByTestId('chat-sessions').click();
    await expect(chat.page.getByTestId('chat-session')).toHaveCount(1);

    // A stream keeps the pace that it began with; the one that follows shall be fast.
    sandbox.control.update({ stream: { deltaIntervalMs: 0 } });
    await workbench.reload();
    await chat.open();
    await chat.expectState('complete');
    await expect(chat.answer).toContainText(words);
    await expect(chat.input).toHaveValue('A draft that stays');
    const posts = sandbox.control.requests().filter(request => request.path.includes('/chat/completions'));
    expect(new Set(posts.map(request => request.idempotencyKey)).size).toBe(1);
    expect(sandbox.control.charges()).toHaveLength(1);
    await workbench.screenshot('chatReloaded');
  });

  test('without a key the panel says how to begin', async ({ workbench, sandbox }) => {
    const chat = new ChatPanel(workbench);
    await workbench.runCommand('Rivya Chat: Focus on Chat View');
    const begin = chat.page.getByRole('button', { name: 'Try Without a Key' });
    await begin.waitFor();
    await workbench.screenshot('chatWelcome');
    await begin.click();
    await expect(workbench.statusBar(/Sandbox/)).toBeVisible();
    await expect(chat.page.getByText('10,000 credits left')).toBeVisible();
    // It would lie over the button that sends.
    await workbench.clearNotifications();
    await chat.ask('Does it work?');
    await chat.expectState('complete');
    // The configured server was asked for its public catalogue at most, and never with a key.
    const requests = sandbox.control.requests();
    expect(requests.filter(request => request.hasAuthorization || request.method !== 'GET')).toEqual([]);
  });
});
