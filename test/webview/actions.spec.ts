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
  const block = page.locator('chat-code pre');
  await expect(block).toHaveCSS('white-space', 'pre');
  await page.getByRole('button', { name: 'Wrap Long Lines' }).click();
  await expect(block).toHaveCSS('white-space', 'pre-wrap');
  await page.getByRole('button', { name: 'Copy Code' }).click();
  await chat.expectPosted({ type: 'copy', text: code.trimEnd() });
  await page.getByRole('button', { name: 'Insert At Cursor' }).click();
  await chat.expectPosted({ type: 'insertCode', text: code.trimEnd() });
  await page.getByRole('button', { name: 'Open in New File' }).click();
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
  await last.getByRole('button', { name: 'Regenerate in New Chat' }).click();
  await chat.expectPosted({ type: 'retry', messageId: 'a1' });
  await last.getByRole('button', { name: 'Branch' }).click();
  await chat.expectPosted({ type: 'branch', messageId: 'a1' });
  await last.getByRole('button', { name: 'Generate image' }).click();
  await chat.expectPosted({
    type: 'generateImage',
    messageId: 'a1',
    prompt: "A link and\n\nconst crabs = ['red', 'blue'];",
  });
});

test('a picture is made of the part that is selected', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const first = page.getByTestId('chat-message').first();
  await first.getByText('Which crabs?').dblclick({ position: { x: 60, y: 8 } });
  const selected = await page.evaluate(() => document.getSelection()?.toString().trim() ?? '');
  expect(['Which', 'crabs']).toContain(selected);
  await first.getByRole('button', { name: 'Generate Image from Selection' }).click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'q1', prompt: selected });
});

test('the button says whether a picture is made of the selection, also to the keyboard', async ({
  chat,
  page,
}) => {
  const text = `${'A long answer.\n\n'.repeat(60)}The harbour sleeps.\n\n${'It goes on.\n\n'.repeat(60)}`;
  await chat.open(chatState({ session: { messages: [...turns, message({ id: 'a2', text })] } }));
  const last = page.getByTestId('chat-message').last();
  const ofSelection = page.getByRole('button', { name: 'Generate Image from Selection' });
  await expect(last.getByRole('button', { name: 'Generate Image from Message' })).toBeVisible();
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
  // The selection stays while the keyboard goes through the buttons.
  await last.getByRole('button', { name: 'Copy', exact: true }).focus();
  await page.keyboard.press('End');
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
  await expect(page.getByRole('button', { name: 'Generate Image from Selection' })).toHaveCount(0);
  const generate = page.getByTestId('chat-message').first().getByRole('button', { name: 'Generate image' });
  await generate.click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'q1', prompt: 'Which crabs?\n\nAnd fish?' });
  // A triple click selects up to the start of the message that follows, across what stands below this one.
  await page.getByText('And fish?').click({ clickCount: 3 });
  await expect(generate).toHaveAccessibleName('Generate Image from Selection');
  await generate.click();
  await chat.expectPosted({ type: 'generateImage', messageId: 'q1', prompt: 'And fish?' });
});

test('a question is changed and sent again', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const first = page.getByTestId('chat-message').first();
  await first.getByRole('button', { name: 'Edit' }).click();
  const editor = page.getByRole('textbox', { name: 'Edit question' });
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
  await expect(page.getByText('You stopped this response. It may have been charged.')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await chat.expectPosted({ type: 'continueAnswer', messageId: 'a2' });
});

test('nothing new is asked while an answer comes', async ({ chat, page }) => {
  const messages = [message({ id: 'a1', state: 'incomplete' }), message({ id: 'a2', state: 'streaming' })];
  await chat.open(chatState({ draft: 'Next', session: { messages } }));
  await expect(page.getByRole('button', { name: 'Continue' })).toBeDisabled();
  // A second click on *Send* must not stop what the first one has paid for.
  await page.getByTestId('chat-send').click();
  expect(await chat.posted('stop')).toEqual([]);
  await page.getByTestId('chat-stop').click();
  await chat.expectPosted({ type: 'stop' });
  expect(await chat.posted('send')).toEqual([]);
  await chat.say({ type: 'message', message: message({ id: 'a2', state: 'stopped' }) });
  await expect(page.getByTestId('chat-stop')).toBeHidden();
  await expect(chat.input).toBeFocused();
});

test('links of an answer open what is outside, and files of the workspace', async ({ chat, page }) => {
  const text = [
    '[the guide](docs/guide.md) [a line](/src/app.ts#L12) [here](./a.md) [away](https://rivya.example/a)',
    '[up](../../etc/passwd) [of Windows](C:\\a.md) [other](file:///etc/passwd) [anchor](#below) [share](//host/a)',
    'In `src/hero.tsx`, `app.ts:7` and `lib/a.ts:3:9`, but not in `npm test`, `a.b` or `../up.ts:1`.',
  ].join('\n\n');
  await chat.open(chatState({ session: { messages: [message({ id: 'a1', text })] } }));
  for (const [name, href] of [
    ['the guide', 'docs/guide.md'],
    ['a line', '/src/app.ts#L12'],
    ['here', 'a.md'],
    ['away', 'https://rivya.example/a'],
    ['src/hero.tsx', 'src/hero.tsx'],
    ['app.ts:7', 'app.ts#L7'],
    ['lib/a.ts:3:9', 'lib/a.ts#L3'],
  ] as const) {
    await page.getByRole('link', { name, exact: true }).click();
    await chat.expectPosted({ type: 'openLink', href });
  }
  await expect(page.getByRole('link')).toHaveCount(7);
});

test('one Tab stop leads to the turns, and arrows from there', async ({ chat, page }) => {
  const messages = [1, 2, 3].flatMap(number => [
    question(`q${number}`, `Question of ${number}`),
    message({ id: `a${number}`, text: `Answer to ${number}` }),
  ]);
  await chat.open(chatState({ session: { messages } }));
  await chat.log.focus();
  await page.keyboard.press('Tab');
  const turns = page.getByTestId('chat-message');
  await expect(turns.last()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(turns.nth(4)).toBeFocused();
  await page.keyboard.press('Home');
  await expect(turns.first()).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(turns.first().getByRole('button', { name: 'Copy', exact: true })).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(turns.first().getByRole('button', { name: /^Edit/ })).toBeFocused();
  // Out of the conversation, whatever else there is in the other turns.
  await page.keyboard.press('Tab');
  await expect(chat.input).toBeFocused();
  await page.keyboard.press('Control+Alt+ArrowUp');
  await expect(turns.nth(4)).toBeFocused();
  await page.keyboard.press('Control+Alt+ArrowUp');
  await expect(turns.nth(2)).toBeFocused();
  await page.keyboard.press('Control+Alt+ArrowDown');
  await expect(turns.nth(4)).toBeFocused();
  await expect(turns.nth(4)).toHaveAccessibleName('Question 3: Question of 3');
});

test('what the other turns hold is no Tab stop, and what fits needs none', async ({ chat, page }) => {
  const wide = `| ${'wide cell |'.repeat(12)}\n|${'---|'.repeat(12)}\n| ${'wide cell |'.repeat(12)}`;
  const text = `[A](https://rivya.example/a) \`src/a.ts:1\`\n\n\`\`\`ts\nlet a;\n\`\`\`\n\n| a |\n|---|\n| b |\n\n${wide}`;
  const messages = Array.from({ length: 15 }, (_, index) => [
    question(`q${index}`, `Question ${index}`),
    message({ id: `a${index}`, text, reasoning: 'Thought about it.' }),
  ]).flat();
  await chat.open(chatState({ session: { messages } }));
  await expect(page.locator('.code-keyword').last()).toBeVisible();
  await expect(page.locator('.table[data-scrolls=yes]').last()).toBeVisible();
  const stops = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.turns *')]
      .filter(element => element.tabIndex === 0)
      .map(element => element.getAttribute('data-testid') ?? (element.className || element.localName)),
  );
  // The turn, its reasoning, two links, the buttons of its code, its wide table, and its own buttons.
  expect(stops).toEqual([
    'chat-message',
    'summary',
    'a',
    'a',
    expect.stringContaining('codicon-word-wrap'),
    'table',
    expect.stringContaining('codicon-copy'),
  ]);
  const earlier = page.getByTestId('chat-message').nth(27);
  await earlier.getByRole('link').first().focus();
  await expect(earlier).toHaveAttribute('tabindex', '0');
  await expect(earlier.locator('.table[tabindex="0"]')).toHaveCount(1);
  await expect(page.locator('.table[tabindex="0"]')).toHaveCount(1);
});

test('a button that is an icon says its name to the keyboard, until Escape', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByTestId('chat-sessions').focus();
  await page.keyboard.press('Tab');
  const tip = page.locator('.focus-tooltip');
  await expect(tip).toBeVisible();
  await expect(tip).toHaveText('New Chat');
  await expect(page.getByTestId('chat-new')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(tip).toBeHidden();
  await expect(page.getByTestId('chat-new')).toBeFocused();
  await page.mouse.click(5, 200);
  await page.getByTestId('chat-new').click();
  await expect(tip).toBeHidden();
});

test('the blank that presses a button does nothing else', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByTestId('chat-sessions').click();
  await chat.say(sessionsWord([session('1', { id: 's1', title: 'Tide pools' })]));
  await page.getByRole('button', { name: 'Delete Tide pools' }).click();
  await page.keyboard.press(' ');
  await expect(page.getByTestId('chat-session').getByRole('button', { name: /^Tide pools/ })).toBeFocused();
  await expect(page.getByRole('searchbox')).toHaveValue('');
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('chat-session-list')).toBeHidden();
});

test('the keyboard goes to the composer of the session that a changed question begins', async ({
  chat,
  page,
}) => {
  await chat.open(chatState({ session: { messages: turns } }));
  await page.getByTestId('chat-message').first().getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Edit question' }).press('Enter');
  await chat.say({
    type: 'snapshot',
    state: chatState({ session: { id: 'another', messages: [question('q9', 'x')] } }),
  });
  await expect(chat.input).toBeFocused();
});

test('the host leads the keyboard from message to message, and asks for the answer that has it', async ({
  chat,
  page,
}) => {
  const messages = [...turns, question('q2', 'Which fish?'), message({ id: 'a2', text: 'The small ones.' })];
  await chat.open(chatState({ session: { messages } }));
  const shown = page.getByTestId('chat-message');
  await chat.say({ type: 'turn', to: 'next' });
  await expect(shown.last()).toBeFocused();
  await chat.say({ type: 'turn', to: 'next' });
  await expect(shown.last()).toBeFocused();
  await chat.say({ type: 'turn', to: 'previous' });
  await expect(shown.nth(-2)).toBeFocused();
  await chat.say({ type: 'turn', to: 'previous' });
  await expect(shown.nth(-3)).toBeFocused();
  await chat.say({ type: 'turn', to: 'read' });
  await chat.expectPosted({ type: 'readAnswer', messageId: 'a1' });
  await chat.input.focus();
  await chat.say({ type: 'turn', to: 'same' });
  await expect(shown.nth(-3)).toBeFocused();
});

test('whoever listens is told how an answer begins, unless they do not want that', async ({ chat, page }) => {
  await chat.useScreenReader();
  const coming = message({ id: 'a', state: 'streaming' });
  await chat.open(chatState({ session: { messages: [coming] } }));
  const status = page.getByTestId('chat-status');
  const text = `It begins so. ${'And goes on. '.repeat(60)}`;
  await chat.say({ type: 'message', message: { ...coming, state: 'complete', text } });
  await expect(status).toContainText('Response finished. It begins so. And goes on.');
  expect((await status.textContent())?.length).toBeLessThan(330);
  await chat.say({ type: 'state', state: { readsAnswers: false } });
  await chat.say({ type: 'message', message: coming });
  await expect(status).toHaveText('Generating response...');
  await chat.say({ type: 'message', message: { ...coming, state: 'complete', text } });
  await expect(status).toHaveText('Response finished');
});

test('the keyboard stays where a question was changed', async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: turns } }));
  const edit = page.getByTestId('chat-message').first().getByRole('button', { name: /^Edit/ });
  await edit.click();
  await page.keyboard.press('Escape');
  await expect(edit).toBeFocused();
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
  await expect(shown).toHaveAccessibleName('Image: A quiet harbour at dawn');
  await expect(shown.locator('img')).toHaveAttribute('width', '640');
  await expect(page.getByTestId('chat-status')).toHaveText('Ready: Image: A quiet harbour at dawn');
  await shown.getByRole('button', { name: 'Open Image' }).click();
  await chat.expectPosted({ type: 'card', taskId: card().taskId, verb: 'open' });
  for (const [name, verb] of [
    ['Insert', 'insert'],
    ['Open', 'open'],
    ['Reveal in Library Folder', 'reveal'],
  ] as const) {
    await shown.getByRole('button', { name, exact: name === 'Open' }).click();
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
    await page.getByRole('combobox', { name: 'Show chats from' }).selectOption('all');
    await chat.expectPosted({ type: 'listSessions', query: 'har', scope: 'all' });
    await chat.say(sessionsWord([], { query: 'har', scope: 'all' }));
    await expect(page.getByText('No chats found.')).toBeVisible();
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
    // The page draws once a frame.
    await expect(more).toHaveText('Load More from Rivya');
    await more.press('Enter');
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
    const name = page.getByRole('textbox', { name: 'Chat title' });
    await expect(name).toBeFocused();
    await name.fill('Ports');
    await name.press('Enter');
    await chat.expectPosted({ type: 'renameSession', id: '2', title: 'Ports' });
    await expect(page.getByRole('button', { name: /^Harbours/ })).toBeFocused();
  });

  test('are deleted only after a second word', async ({ chat, page }) => {
    await page.getByRole('button', { name: 'Delete Harbours' }).click();
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: /^Harbours/ })).toBeFocused();
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
    await expect(page.getByTestId('chat-sessions')).toBeFocused();
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
  await page.getByRole('button', { name: 'I Have a Key' }).click();
  await chat.expectPosted({ type: 'begin', with: 'key' });
  await page.getByRole('button', { name: 'Try Without a Key' }).click();
  await chat.expectPosted({ type: 'begin', with: 'sandbox' });
});

test('a suggestion begins a question', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByRole('button', { name: /^Explain the selected code/ }).click();
  await expect(chat.input).toHaveValue('Explain the selected code.');
  await expect(chat.input).toBeFocused();
});
