/** What can be done with messages, code, links, cards and sessions. */
import { expect, test } from './support/fixtures.ts';
import { card, chatState, message, question, session, sessionsWord } from './support/states.ts';

const code = "const crabs = ['red', 'blue'];\n";
const answer = message({
  id: 'a1',
  text: `A [link](https://example.com/a) and\n\n\`\`\`ts\n${code}\`\`\`\n`,
});
const turns = [question('q1', 'Which crabs?'), answer];

test('code is copied, inserted and saved', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  await page.getByRole('button', { name: 'Copy code' }).click();
  await chat.expectPosted({ type: 'copy', text: code.trimEnd() });
  await page.getByRole('button', { name: 'Insert at cursor' }).click();
  await chat.expectPosted({ type: 'insertCode', text: code.trimEnd() });
  await page.getByRole('button', { name: 'Save as new file' }).click();
  await chat.expectPosted({ type: 'saveCode', text: code.trimEnd(), languageId: 'ts' });
});

test('a link is opened by the host alone, by mouse and by keyboard', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const link = page.getByRole('link', { name: 'link' });
  await link.click();
  await chat.expectPosted({ type: 'openLink', href: 'https://example.com/a' });
  await link.press('Enter');
  await expect.poll(() => chat.posted('openLink')).toHaveLength(2);
  expect(page.url()).toContain('127.0.0.1');
});

test('a message is copied, answered again, branched and made a picture of', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const last = page.getByTestId('chat-message').last();
  await last.hover();
  await last.getByRole('button', { name: 'Copy', exact: true }).click();
  await chat.expectPosted({ type: 'copy', text: answer.text });
  await last.getByRole('button', { name: 'Answer again' }).click();
  await chat.expectPosted({ type: 'retry', messageId: 'a1' });
  await last.getByRole('button', { name: 'Branch' }).click();
  await chat.expectPosted({ type: 'branch', messageId: 'a1' });
  await last.getByRole('button', { name: 'Generate image' }).click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'a1', prompt: answer.text });
});

test('a picture is made of the part that is selected', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const first = page.getByTestId('chat-message').first();
  await first.getByText('Which crabs?').dblclick({ position: { x: 60, y: 8 } });
  const selected = await page.evaluate(() => document.getSelection()?.toString().trim() ?? '');
  expect(['Which', 'crabs']).toContain(selected);
  await first.getByRole('button', { name: 'Generate image from selection' }).click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'q1', prompt: selected });
});

test('the button says whether a picture is made of the selection, also to the keyboard', async ({
  chat,
  page,
}) => {
  const text = `${'A long answer.\n\n'.repeat(60)}The harbour sleeps.\n\n${'It goes on.\n\n'.repeat(60)}`;
  await chat.open(chatState({ session: { messages: [...turns, message({ id: 'a2', text })] } }));
  const last = page.getByTestId('chat-message').last();
  const ofSelection = page.getByRole('button', { name: 'Generate image from selection' });
  await expect(last.getByRole('button', { name: 'Generate image from this' })).toBeVisible();
  await expect(ofSelection).toHaveCount(0);
  const sentence = last.getByText('The harbour sleeps.');
  await sentence.scrollIntoViewIfNeeded();
  await sentence.click({ clickCount: 3 });
  // The end of the message is far away; its buttons are not.
  await expect(last.locator(ofSelection)).toBeInViewport();
  await chat.screenshot('selection');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowLeft');
  const selected = await page.evaluate(() => document.getSelection()?.toString().trim() ?? '');
  expect(selected).toMatch(/^The harbour sleep/);
  // From the last link or button before it; the selection stays while the keyboard goes through the buttons.
  await last.getByRole('button', { name: 'Branch' }).focus();
  await page.keyboard.press('Tab');
  await expect(ofSelection).toBeFocused();
  await page.keyboard.press('Enter');
  await chat.expectPosted({ type: 'generateImage', messageId: 'a2', prompt: selected });
});

test('a selection that reaches beyond the message is none of its own', async ({ chat, page }) => {
  const messages = [
    question('q1', 'Which crabs?\n\nAnd fish?'),
    message({ id: 'a1', text: 'The red ones.' }),
  ];
  await chat.open(chatState({ session: { messages } }));
  await expect(page.getByText('The red ones.')).toBeVisible();
  await page.evaluate(() => {
    const [first, , second] = document.querySelectorAll('chat-markdown p');
    if (first && second)
      document.getSelection()?.setBaseAndExtent(first, 0, second, second.childNodes.length);
  });
  await expect(page.getByRole('button', { name: 'Generate image from selection' })).toHaveCount(0);
  const generate = page.getByTestId('chat-message').first().getByRole('button', { name: 'Generate image' });
  await generate.click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'q1', prompt: 'Which crabs?\n\nAnd fish?' });
  // A triple click selects up to the start of the message that follows, across what stands below this one.
  await page.getByText('And fish?').click({ clickCount: 3 });
  await expect(generate).toHaveAccessibleName('Generate image from selection');
  await generate.click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'q1', prompt: 'And fish?' });
});

test('a question is changed and sent again', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const first = page.getByTestId('chat-message').first();
  await first.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByRole('textbox', { name: 'Change the question' });
  await expect(editor).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(editor).toBeHidden();
  await first.getByRole('button', { name: 'Edit' }).click();
  await editor.fill('Which fish?');
  await editor.press('Enter');
  await chat.expectPosted({ type: 'editAndResend', messageId: 'q1', text: 'Which fish?' });
});

test('an answer that broke off is continued, and what was stopped says so', async ({ chat, page }) => {
  const messages = [
    message({ id: 'a1', state: 'stopped', text: 'Half' }),
    message({ id: 'a2', state: 'incomplete', text: 'Half' }),
  ];
  await chat.open(chatState({ session: { messages } }));
  await expect(page.getByText('You stopped this answer.')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await chat.expectPosted({ type: 'continueAnswer', messageId: 'a2' });
});

test('nothing new is asked while an answer comes', async ({ chat, page }) => {
  const messages = [message({ id: 'a1', state: 'incomplete' }), message({ id: 'a2', state: 'streaming' })];
  await chat.open(chatState({ draft: 'Next', session: { messages } }));
  await expect(page.getByRole('button', { name: 'Continue' })).toBeDisabled();
  await expect(page.getByTestId('chat-send')).toHaveCount(0);
  await chat.input.press('Enter');
  await page.getByTestId('chat-stop').click();
  await chat.expectPosted({ type: 'stop' });
  expect(await chat.posted('send')).toEqual([]);
});

test('a problem says what it is, and its buttons work', async ({ chat, page }) => {
  const problem = {
    text: 'No credits are left.',
    requestId: 'req_1',
    actions: [{ id: 'buy', title: 'Open Dashboard' }],
  };
  await chat.open(chatState({ session: { messages: [message({ id: 'a1', state: 'failed', problem })] } }));
  await expect(page.getByRole('alert')).toContainText('No credits are left.');
  await expect(page.getByRole('alert')).toContainText('req_1');
  await page.getByRole('button', { name: 'Open Dashboard' }).focus();
  await page.keyboard.press('Enter');
  await chat.expectPosted({ type: 'action', messageId: 'a1', id: 'buy' });
  expect(await chat.posted('action')).toHaveLength(1);
});

test('a generation shows how it goes and what came of it', async ({ chat, page }) => {
  const messages = [answer];
  const running = card({ state: 'processing', stateText: 'Processing', source: undefined, canInsert: false });
  await chat.open(chatState({ session: { messages, cards: [running] } }));
  const shown = page.getByTestId('chat-card');
  await expect(shown).toContainText('Processing');
  await expect(shown.getByRole('button')).toHaveCount(0);
  await chat.say({ type: 'card', card: card() });
  await expect(shown.getByRole('img', { name: 'A quiet harbour at dawn' })).toHaveAttribute('width', '640');
  for (const [name, verb] of [
    ['Insert', 'insert'],
    ['Open', 'open'],
    ['Show in folder', 'reveal'],
  ] as const) {
    await shown.getByRole('button', { name }).click();
    await chat.expectPosted({ type: 'card', taskId: 'task-1', verb });
  }
});

test('videos and sounds can be played', async ({ chat, page }) => {
  const cards = [card({ taskId: 'v', kind: 'video' }), card({ taskId: 's', kind: 'audio' })];
  await chat.open(chatState({ session: { messages: [answer], cards } }));
  await expect(page.locator('video[controls]')).toHaveCount(1);
  await expect(page.locator('audio[controls]')).toHaveCount(1);
});

test.describe('sessions', () => {
  const sessions = [
    session('1', { id: 's1', title: 'Tide pools' }),
    session('2', { title: 'Harbours', workspace: 'other', isCurrentWorkspace: false }),
    session('3', { title: 'Far away', origin: 'server' }),
  ];

  test.beforeEach(async ({ chat, page }) => {
    await chat.open(chatState());
    await page.getByTestId('chat-sessions').click();
    await chat.expectPosted({ type: 'listSessions', query: '', scope: 'workspace' });
    await chat.say(sessionsWord(sessions));
    await expect(page.getByTestId('chat-session')).toHaveCount(3);
  });

  test('are searched here and everywhere', async ({ chat, page }) => {
    await expect(page.getByRole('searchbox')).toBeFocused();
    await page.keyboard.type('har');
    await chat.expectPosted({ type: 'listSessions', query: 'har', scope: 'workspace' });
    await page.getByRole('combobox', { name: 'Which sessions' }).selectOption('all');
    await chat.expectPosted({ type: 'listSessions', query: 'har', scope: 'all' });
    await chat.say(sessionsWord([], { query: 'har', scope: 'all' }));
    await expect(page.getByText('Nothing found.')).toBeVisible();
    await chat.say(sessionsWord([], { query: 'har', scope: 'all', problem: 'Rivya cannot be reached.' }));
    await expect(page.getByRole('alert')).toHaveText('Rivya cannot be reached.');
  });

  test('are loaded on from Rivya, and the keyboard goes on with what came', async ({ chat, page }) => {
    const [first = session('1')] = sessions;
    await chat.say(sessionsWord([first], { scope: 'all', further: 'loading' }));
    const more = page.getByTestId('chat-sessions-more');
    await expect(more).toHaveText('Loading');
    await more.press('Enter');
    expect(await chat.posted('moreSessions')).toEqual([]);
    await chat.say(sessionsWord(sessions.slice(0, 2), { scope: 'all', further: 'more' }));
    await more.focus();
    await page.keyboard.press('Enter');
    await chat.expectPosted({ type: 'moreSessions' });
    await chat.say(sessionsWord(sessions.slice(0, 2), { scope: 'all', further: 'loading' }));
    await expect(more).toBeFocused();
    await chat.say(sessionsWord(sessions, { scope: 'all' }));
    await expect(more).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^Far away/ })).toBeFocused();
  });

  test('are opened, also those that only Rivya has', async ({ chat, page }) => {
    await page.getByRole('button', { name: /^Far away/ }).click();
    await chat.expectPosted({ type: 'openSession', id: '3', origin: 'server' });
    await expect(page.getByTestId('chat-session-list')).toBeHidden();
    await expect(chat.input).toBeFocused();
  });

  test('are renamed', async ({ chat, page }) => {
    await page.getByRole('button', { name: 'Rename Harbours' }).click();
    const name = page.getByRole('textbox', { name: 'New title' });
    await expect(name).toBeFocused();
    await name.fill('Ports');
    await name.press('Enter');
    await chat.expectPosted({ type: 'renameSession', id: '2', title: 'Ports' });
  });

  test('are deleted only after a second word', async ({ chat, page }) => {
    await page.getByRole('button', { name: 'Delete Harbours' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete Harbours' }).click();
    expect(await chat.posted('deleteSession')).toEqual([]);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await chat.expectPosted({ type: 'deleteSession', id: '2' });
  });

  test('are exported, and the list is left with Escape', async ({ chat, page }) => {
    await page.getByRole('button', { name: 'Export Tide pools' }).click();
    await chat.expectPosted({ type: 'exportSession', id: 's1' });
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('chat-session-list')).toBeHidden();
  });

  test('a new one begins', async ({ chat, page }) => {
    await page.getByTestId('chat-new').click();
    await chat.expectPosted({ type: 'new' });
    await expect(page.getByTestId('chat-session-list')).toBeHidden();
  });
});

test('without a key there are two ways to begin', async ({ chat, page }) => {
  await chat.open(chatState({ account: 'none', draft: 'Hello' }));
  await expect(page.getByTestId('chat-send')).toBeDisabled();
  await page.getByRole('button', { name: 'Set API Key' }).click();
  await chat.expectPosted({ type: 'begin', with: 'key' });
  await page.getByRole('button', { name: 'Try the Sandbox' }).click();
  await chat.expectPosted({ type: 'begin', with: 'sandbox' });
});

test('a suggestion begins a question', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByRole('button', { name: /^Explain the selected code/ }).click();
  await expect(chat.input).toHaveValue('Explain the selected code in plain words.');
  await expect(chat.input).toBeFocused();
});
