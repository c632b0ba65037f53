/** Writing and sending a question. */
import type { CDPSession } from '@playwright/test';
import { expect, test } from './support/fixtures.ts';
import type { ChatPageUnderTest } from './support/fixtures.ts';
import { chatState, message, question } from './support/states.ts';

const image = { id: 'i1', name: 'crab.png', bytes: 1200, source: '/picture.png', progress: 1 };

test('Enter sends, Shift+Enter breaks the line', async ({ chat, page }) => {
  await chat.open(chatState());
  await chat.input.click();
  await page.keyboard.type('one');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('two');
  await expect(chat.input).toHaveValue('one\ntwo');
  await page.keyboard.press('Enter');
  await chat.expectPosted({ type: 'send', text: 'one\ntwo' });
  await expect(chat.input).toHaveValue('');
  await page.keyboard.press('Enter');
  expect(await chat.posted('send')).toHaveLength(1);
});

test.describe('with an input method', () => {
  let devtools: CDPSession;

  test.beforeEach(async ({ chat, page }) => {
    await chat.open(chatState());
    await chat.input.click();
    devtools = await page.context().newCDPSession(page);
    await devtools.send('Input.imeSetComposition', { text: 'नमस', selectionStart: 3, selectionEnd: 3 });
  });

  test('Enter takes the word and sends nothing', async ({ chat, page }) => {
    await page.keyboard.press('Enter');
    expect(await chat.posted('send')).toEqual([]);
    await devtools.send('Input.insertText', { text: 'नमस्ते' });
    await expect(chat.input).toHaveValue(/नमस्ते/);
    await page.keyboard.press('Enter');
    await expect.poll(() => chat.posted('send')).toHaveLength(1);
  });

  test('nor does the Enter that some browsers report after it', async ({ chat }) => {
    await devtools.send('Input.insertText', { text: '日本' });
    await chat.input.evaluate(input => {
      input.dispatchEvent(
        // oxlint-disable-next-line typescript/no-deprecated -- nothing else tells a composition's last key
        new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }),
      );
    });
    expect(await chat.posted('send')).toEqual([]);
  });
});

test('the host hears of the draft, and can give text back', async ({ chat }) => {
  await chat.open(chatState());
  await chat.input.fill('a draft');
  await chat.expectPosted({ type: 'draft', text: 'a draft' });
  await chat.input.press('Enter');
  await chat.say({
    type: 'state',
    state: { draft: 'a draft', composer: { ...chatState().composer, problem: 'Too long.' } },
  });
  await expect(chat.input).toHaveValue('a draft');
  await expect(chatNotices(chat)).toContainText('Too long.');
  // What was given back is not wiped out at the host by a word about the composer that was empty for a
  // moment.
  expect(await chat.posted('draft')).toEqual([{ type: 'draft', text: 'a draft' }]);
});

test('the host hears the last words of a draft that is written fast', async ({ chat, page }) => {
  await chat.open(chatState());
  await chat.input.click();
  await page.keyboard.type('written fast');
  await chat.expectPosted({ type: 'draft', text: 'written fast' });
  await chat.input.fill('');
  await chat.expectPosted({ type: 'draft', text: '' });
});

test('a page that has just come takes the keyboard when it is asked at once', async ({ chat }) => {
  await chat.open(chatState());
  await chat.page.reload();
  await chat.expectPosted({ type: 'ready' });
  await chat.say({ type: 'snapshot', state: chatState() }, { type: 'focus' });
  await expect(chat.input).toBeFocused();
});

test('the word that a question was taken does not wipe out the next one', async ({ chat }) => {
  await chat.open(chatState());
  await chat.input.fill('first');
  await chat.input.press('Enter');
  await chat.input.fill('second');
  await chat.say({ type: 'state', state: { draft: '' } });
  await chat.drawn();
  await expect(chat.input).toHaveValue('second');
});

test('arrow up walks through earlier questions, arrow down comes back', async ({ chat }) => {
  await chat.open(chatState({ history: ['newest', 'older'] }));
  await chat.input.press('ArrowUp');
  await expect(chat.input).toHaveValue('newest');
  await chat.input.press('ArrowUp');
  await expect(chat.input).toHaveValue('older');
  await chat.input.press('ArrowDown');
  await chat.input.press('ArrowDown');
  await expect(chat.input).toHaveValue('');
});

test('arrow up in the middle of a text moves the cursor', async ({ chat }) => {
  await chat.open(chatState({ history: ['newest'] }));
  await chat.input.fill('one\ntwo');
  await chat.input.press('ArrowUp');
  await expect(chat.input).toHaveValue('one\ntwo');
});

test('it grows with its text, up to a limit', async ({ chat }) => {
  await chat.open(chatState());
  const height = async (): Promise<number> => (await chat.input.boundingBox())?.height ?? 0;
  const empty = await height();
  await chat.input.fill('line\n'.repeat(5));
  await expect.poll(height).toBeGreaterThan(empty * 2);
  await chat.input.fill('line\n'.repeat(200));
  await expect.poll(height).toBeLessThan(260);
  await chat.input.fill('');
  await expect.poll(height).toBe(empty);
});

test('models say what they can, cost, and why they cannot be used', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByTestId('chat-model').press('Enter');
  const options = page.getByRole('option');
  await expect(options.nth(0)).toContainText(
    'images · web search · reasoning effort · up to 20,000 characters',
  );
  await expect(options.nth(2)).toContainText('Your plan does not include this model.');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('chat-model-refusal')).toContainText(
    'Your plan does not include this model.',
  );
  await options.nth(2).click({ force: true });
  expect(await chat.posted('chooseModel')).toEqual([]);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await chat.expectPosted({ type: 'chooseModel', model: 'claude-sonnet-4-6-chat' });
  await expect(page.getByRole('listbox')).toBeHidden();
  await expect(page.getByTestId('chat-model')).toBeFocused();
});

test('the list of models closes with Escape and when the keyboard leaves it', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByTestId('chat-model').click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('listbox')).toBeHidden();
  await page.getByTestId('chat-model').click();
  await expect(page.getByRole('listbox')).toBeFocused();
  await chat.input.click();
  await expect(page.getByRole('listbox')).toBeHidden();
});

test('web search and effort are offered where the model has them', async ({ chat, page }) => {
  await chat.open(chatState());
  const search = page.getByRole('button', { name: 'Web Search' });
  await search.click();
  await chat.expectPosted({ type: 'setWebSearch', on: true });
  await chat.say({ type: 'state', state: { composer: { ...chatState().composer, webSearch: true } } });
  await expect(search).toHaveAttribute('aria-pressed', 'true');
  const picker = page.getByTestId('chat-model');
  await picker.click();
  const efforts = page.getByRole('group', { name: 'Reasoning Effort' }).getByRole('option');
  await expect(efforts).toHaveText(['default', 'low', 'high']);
  await expect(efforts.first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await chat.expectPosted({ type: 'setReasoningEffort', effort: 'high' });
  await chat.say({
    type: 'state',
    state: { composer: { ...chatState().composer, reasoningEffort: 'high' } },
  });
  await expect(picker).toHaveText('GPT-5.2 · high');
  await chat.say({ type: 'state', state: { session: { model: 'claude-sonnet-4-6-chat' } } });
  await expect(picker).toHaveText('Claude Sonnet 4.6');
  await expect(search).toHaveCount(0);
  await picker.click();
  await expect(efforts).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.getByTestId('chat-add').click();
  await expect(page.getByRole('menuitem')).toHaveText(['Add Selection', 'Add File...']);
});

test('images are picked, shown, and removed; one alone can be sent', async ({ chat, page }) => {
  await chat.open(chatState({ composer: { images: [{ ...image, progress: 0.5 }] } }));
  await expect(page.getByRole('progressbar')).toBeVisible();
  await expect(page.getByTestId('chat-send')).toBeDisabled();
  await chat.say({ type: 'state', state: { composer: { ...chatState().composer, images: [image] } } });
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await page.getByTestId('chat-send').click();
  await chat.expectPosted({ type: 'send', text: '' });
  await page.getByRole('button', { name: 'Remove crab.png' }).click();
  await chat.expectPosted({ type: 'removeImage', id: 'i1' });
  await page.getByTestId('chat-add').click();
  await page.getByRole('menuitem', { name: 'Add Images...' }).click();
  await chat.expectPosted({ type: 'pickImages' });
});

test('what can be added stands behind one button, and closes as menus do', async ({ chat, page }) => {
  await chat.open(chatState());
  const add = page.getByTestId('chat-add');
  const entries = page.getByRole('menuitem');
  await add.press('Enter');
  await expect(entries).toHaveText(['Add Images...', 'Add Selection', 'Add File...']);
  await expect(entries.first()).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(entries.last()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(entries.first()).toBeFocused();
  await chat.expectAccessible();
  await page.keyboard.press('Escape');
  await expect(entries).toHaveCount(0);
  await expect(add).toBeFocused();
  await add.click();
  await chat.input.click();
  await expect(entries).toHaveCount(0);
});

test.describe('a question while an answer comes', () => {
  const streaming = message({ id: 'a1', state: 'streaming', text: 'Still' });
  const composer = (isQueued: boolean) => ({ ...chatState().composer, isQueued });

  test.beforeEach(async ({ chat }) => {
    await chat.open(chatState({ session: { messages: [question('q1', 'First'), streaming] } }));
    await chat.input.fill('And then?');
  });

  test('is queued in sight, once, and goes when the host sends it', async ({ chat, page }) => {
    await expect(page.getByRole('button', { name: 'Send After This Response' })).toBeEnabled();
    await chat.input.press('Enter');
    await chat.expectPosted({ type: 'queue', text: 'And then?' });
    await chat.say({ type: 'state', state: { composer: composer(true) } });
    await expect(page.getByTestId('chat-queued')).toContainText('Queued until this response is complete');
    await expect(chat.input).toHaveValue('And then?');
    await chat.input.press('Enter');
    expect(await chat.posted('queue')).toHaveLength(1);
    await chat.say(
      { type: 'message', message: { ...streaming, state: 'complete' } },
      { type: 'state', state: { draft: '' } },
      { type: 'state', state: { composer: composer(false) } },
    );
    await expect(chat.input).toHaveValue('');
    await expect(page.getByTestId('chat-queued')).toHaveCount(0);
    expect(await chat.posted('send')).toEqual([]);
  });

  test('can be taken back, and stays in the composer', async ({ chat, page }) => {
    await chat.input.press('Enter');
    await chat.say({ type: 'state', state: { composer: composer(true) } });
    await page.getByRole('button', { name: 'Cancel Sending' }).click();
    await chat.expectPosted({ type: 'unqueue' });
    await chat.say({ type: 'state', state: { composer: composer(false) } });
    await expect(chat.input).toHaveValue('And then?');
    await expect(chat.input).toBeFocused();
  });

  test('is not queued when it could not be sent', async ({ chat, page }) => {
    await chat.input.fill('x'.repeat(20_001));
    await expect(page.getByTestId('chat-send')).toBeDisabled();
    await chat.input.press('Enter');
    await chat.input.fill('  ');
    await chat.input.press('Enter');
    expect(await chat.posted('queue')).toEqual([]);
  });
});

/** Gives the composer a clipboard or a drop with these things. */
async function give(
  chat: ChatPageUnderTest,
  event: 'paste' | 'drop',
  things: Record<string, string>,
  file?: string,
): Promise<boolean> {
  return await chat.input.evaluate(
    (input, { kind, entries, fileName }) => {
      const data = new DataTransfer();
      for (const [type, value] of entries) data.setData(type, value);
      if (fileName !== undefined) data.items.add(new File(['PNG'], fileName, { type: 'image/png' }));
      const given =
        kind === 'paste'
          ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      return !input.dispatchEvent(given);
    },
    { kind: event, entries: Object.entries(things), fileName: file },
  );
}

test('images come by paste and by drop', async ({ chat }) => {
  await chat.open(chatState());
  expect(await give(chat, 'paste', {}, 'shot.png')).toBe(true);
  await chat.expectPosted({ type: 'addImage', name: 'shot.png', base64: btoa('PNG') });
  expect(await give(chat, 'drop', {}, 'dropped.png')).toBe(true);
  await chat.expectPosted({ type: 'addImage', name: 'dropped.png', base64: btoa('PNG') });
});

test('text is pasted as text', async ({ chat }) => {
  await chat.open(chatState());
  expect(await give(chat, 'paste', { 'text/plain': 'words' })).toBe(false);
  expect(await chat.posted('addImage')).toEqual([]);
});

test('dropped files come by their addresses, those of a remote workspace too', async ({ chat }) => {
  await chat.open(chatState());
  const remote = 'vscode-remote://ssh-remote+host/home/a/b.png';
  await give(chat, 'drop', { 'application/vnd.code.uri-list': remote, 'text/uri-list': 'file:///wrong' });
  await chat.expectPosted({ type: 'addUris', uris: [remote] });
  await give(chat, 'drop', { 'text/uri-list': '# comment\r\nfile:///a.ts\r\nfile:///b.ts' });
  await chat.expectPosted({ type: 'addUris', uris: ['file:///a.ts', 'file:///b.ts'] });
});

test('pictures of a file manager come by their bytes: their addresses may mean another computer', async ({
  chat,
}) => {
  await chat.open(chatState());
  await give(chat, 'drop', { 'text/uri-list': 'file:///home/me/shot.png' }, 'shot.png');
  await chat.expectPosted({ type: 'addImage', name: 'shot.png', base64: btoa('PNG') });
  expect(await chat.posted('addUris')).toEqual([]);
});

test('quotations are counted against what the model takes', async ({ chat, page }) => {
  const context = { id: 'c1', label: 'src/app.ts:1-9', languageId: 'typescript', text: 'x'.repeat(19_998) };
  await chat.open(chatState({ composer: { contexts: [context] } }));
  await chat.input.fill('ab');
  await expect(page.getByText('20,000 / 20,000')).toBeVisible();
  await expect(page.getByTestId('chat-send')).toBeEnabled();
  await chat.input.fill('abc');
  await expect(chatNotices(chat)).toContainText('Too long. The limit of this model is 20,000 characters.');
  await expect(page.getByTestId('chat-send')).toBeDisabled();
  await page.getByRole('button', { name: 'Remove src/app.ts:1-9' }).click();
  await chat.expectPosted({ type: 'removeContext', id: 'c1' });
  await page.getByTestId('chat-add').click();
  await page.getByRole('menuitem', { name: 'Add Selection' }).click();
  await chat.expectPosted({ type: 'addSelection' });
  await page.getByTestId('chat-add').click();
  await page.getByRole('menuitem', { name: 'Add File...' }).click();
  await chat.expectPosted({ type: 'addFile' });
});

test('the host can put the keyboard into it', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByTestId('chat-sessions').click();
  await chat.say({ type: 'focus' });
  await expect(chat.input).toBeFocused();
});

test('everything is reached by the keyboard, and the focus can be seen', async ({ chat, page }) => {
  await chat.open(chatState({ draft: 'x' }));
  const reached: string[] = [];
  for (let step = 0; step < 24; step++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const box = element.closest('.composer-box');
      const isSeen = style.outlineStyle !== 'none' || (element.tagName === 'TEXTAREA' && box !== null);
      return { name: element.getAttribute('aria-label') ?? element.textContent, isSeen };
    });
    if (focused === undefined) break;
    expect(focused.isSeen, focused.name).toBe(true);
    reached.push(focused.name.trim());
  }
  for (const name of [
    'New Chat',
    'Conversation',
    'Ask Rivya',
    'Add to Question',
    'Model: GPT-5.2',
    'Web Search',
    'Send',
  ]) {
    expect(reached).toContain(name);
  }
  expect(reached[0]).toMatch(/Chats$/);
});

function chatNotices(chat: ChatPageUnderTest): ReturnType<ChatPageUnderTest['page']['getByTestId']> {
  return chat.page.getByTestId('chat-notices');
}

test('letters lead to a model whose name begins with them', async ({ chat, page }) => {
  await chat.open(chatState());
  await page.getByTestId('chat-model').press('Enter');
  const list = page.getByRole('listbox');
  const active = (): Promise<string | null | undefined> =>
    list.evaluate(element => element.querySelector('[data-active] bdi')?.textContent);
  await list.pressSequentially('ge');
  await expect.poll(active).toBe('Gemini 3 Pro');
  await list.press('Home');
  await list.press('Enter');
  await expect(list).toHaveCount(0);
});

test('in a narrow side bar the composer has one row of buttons, also while a response comes', async ({
  chat,
  page,
}) => {
  await page.setViewportSize({ width: 300, height: 600 });
  const context = { id: 'c1', label: 'src/app.ts:10-24', languageId: 'typescript', text: 'x'.repeat(12_345) };
  const streaming = message({ id: 'a1', state: 'streaming', text: 'Still' });
  await chat.open(
    chatState({
      composer: { contexts: [context] },
      session: { messages: [question('q1', 'First'), streaming] },
    }),
  );
  const bar = page.locator('.composer-bar');
  await expect(bar.getByTestId('chat-stop')).toBeVisible();
  const bottoms = await bar
    .getByRole('button')
    .evaluateAll((buttons: Element[]) => buttons.map(each => each.getBoundingClientRect().bottom));
  expect(Math.max(...bottoms) - Math.min(...bottoms)).toBeLessThan(10);
  await expect(bar.getByRole('button', { name: 'Web Search' })).toBeVisible();
});
