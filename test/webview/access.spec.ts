/** Where the keyboard goes, what is announced, and what must be seen and hit by everybody (WCAG 2.2 AA). */
import { expect, test } from './support/fixtures.ts';
import {
  card,
  chatState,
  conversation,
  everyMarkdown,
  message,
  question,
  session,
  sessionsWord,
} from './support/states.ts';
import { themeNames } from './support/themes.ts';

const image = { id: 'i1', name: 'crab.png', bytes: 1200, source: '/picture.png', progress: 1 };
const context = { id: 'c1', label: 'src/app.ts:1-9', languageId: 'typescript', text: 'let a;' };

test.describe('the keyboard', () => {
  test('goes to the conversation with the jump to its end', async ({ chat, page }) => {
    await chat.open(chatState({ session: { messages: conversation(10) } }));
    await chat.log.evaluate(log => (log.scrollTop = 0));
    const jump = page.getByTestId('chat-jump-latest');
    await expect(jump).toBeVisible();
    // It lies on no button of an answer.
    const [place, turns] = [await jump.boundingBox(), await chat.log.boundingBox()];
    expect(place?.y).toBeGreaterThanOrEqual((turns?.y ?? NaN) + (turns?.height ?? NaN));
    await jump.press('Enter');
    await expect(jump).toBeHidden();
    await expect(chat.log).toBeFocused();
  });

  test('stays on a button that cannot be used for now', async ({ chat, page }) => {
    const messages = [question('q1', 'One'), message({ id: 'a1', text: 'Yes', state: 'incomplete' })];
    await chat.open(chatState({ draft: 'Next', session: { messages } }));
    for (const name of ['Send', 'Regenerate in New Chat', 'Branch into New Chat', 'Continue']) {
      const coming = message({ id: name, state: 'streaming' });
      const button = page.getByRole('button', { name, exact: true }).first();
      await button.focus();
      await chat.say({ type: 'message', message: coming });
      await expect(page.getByTestId('chat-stop')).toBeVisible();
      await chat.say({ type: 'message', message: { ...coming, state: 'complete' } });
      await expect(page.getByTestId('chat-stop')).toHaveCount(0);
      await expect(button).toBeFocused();
    }
  });

  test('goes to the composer with *Stop*, and with what is removed', async ({ chat, page }) => {
    const coming = message({ id: 'a1', state: 'streaming' });
    await chat.open(
      chatState({
        session: { messages: [question('q1', 'One'), coming] },
        composer: { images: [image, { ...image, id: 'i2', name: 'fish.png' }], contexts: [context] },
      }),
    );
    const { composer } = chatState();
    await page.getByTestId('chat-stop').focus();
    await chat.say({ type: 'message', message: { ...coming, state: 'complete' } });
    await expect(chat.input).toBeFocused();
    await page.getByRole('button', { name: 'Remove crab.png' }).press('Enter');
    await chat.say({
      type: 'state',
      state: {
        composer: { ...composer, images: [{ ...image, id: 'i2', name: 'fish.png' }], contexts: [context] },
      },
    });
    // The next one has taken its place.
    await expect(page.getByRole('button', { name: 'Remove fish.png' })).toBeFocused();
    await chat.say({ type: 'state', state: { composer: { ...composer, contexts: [context] } } });
    await expect(chat.input).toBeFocused();
    await page.getByRole('button', { name: 'Remove src/app.ts:1-9' }).press('Enter');
    await chat.say({ type: 'state', state: { composer } });
    await expect(chat.input).toBeFocused();
  });

  test('goes on to the next chat when one is deleted, and follows one that moves', async ({ chat, page }) => {
    const three = ['1', '2', '3'].map(id => session(id, { title: `Chat ${id}` }));
    const [first, second, third] = three;
    if (!first || !second || !third) throw new Error('There are three.');
    await chat.open(chatState());
    await page.getByTestId('chat-sessions').click();
    await chat.say(sessionsWord(three));
    const status = page.getByTestId('chat-session-list').getByRole('status');
    await expect(status).toHaveText('Chats: 3');
    const row = (title: string) => page.getByRole('button', { name: new RegExp(`^${title}`) });
    const remove = async (title: string): Promise<void> => {
      await page.getByRole('button', { name: `Delete ${title}` }).press('Enter');
      await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter');
    };
    await remove('Chat 2');
    await chat.expectPosted({ type: 'deleteSession', id: '2' });
    await chat.say(sessionsWord([first, third]));
    await expect(row('Chat 3')).toBeFocused();
    await chat.say(sessionsWord([third, first]));
    await expect(row('Chat 3').first()).toBeFocused();
    await remove('Chat 1');
    await chat.say(sessionsWord([third]));
    await expect(row('Chat 3')).toBeFocused();
    await remove('Chat 3');
    await chat.say(sessionsWord([]));
    await expect(page.getByRole('searchbox')).toBeFocused();
    await expect(status).toHaveText('No chats yet.');
  });

  test('is not needed to rename a chat', async ({ chat, page }) => {
    await chat.open(chatState());
    await page.getByTestId('chat-sessions').click();
    await chat.say(sessionsWord([session('1', { title: 'Harbours' })]));
    const rename = page.getByRole('button', { name: 'Rename Harbours' });
    await page.getByTestId('chat-session').hover();
    await rename.click();
    const name = page.getByRole('textbox', { name: 'Chat title' });
    await name.fill('Ports');
    await page.getByTestId('chat-session').getByRole('button', { name: 'Cancel' }).click();
    expect(await chat.posted('renameSession')).toEqual([]);
    await rename.click();
    await name.fill('Ports');
    await page.getByRole('button', { name: 'Save' }).click();
    await chat.expectPosted({ type: 'renameSession', id: '1', title: 'Ports' });
  });
});

test.describe('the buttons of a turn', () => {
  const long = 'A question that is so long that it needs several lines of a narrow side bar. '
    .repeat(3)
    .trim();
  const usage = { inputTokens: 12, outputTokens: 313, credits: 1 };
  const messages = [
    question('q1', long),
    message({ id: 'a1', text: 'The first.', usage }),
    question('q2', 'And then?'),
    message({ id: 'a2', text: 'The second.', usage }),
  ];

  test('stand under the last one, and take no room in the others', async ({ chat, page }) => {
    await chat.open(chatState({ session: { messages } }));
    const turns = page.getByTestId('chat-message');
    const bars = page.locator('.actions');
    await expect(bars.last()).toHaveCSS('opacity', '1');
    await page.mouse.move(5, 5);
    for (const turn of [0, 1, 2]) {
      await expect(bars.nth(turn)).toHaveCSS('opacity', '0');
      const room = await turns.nth(turn).evaluate(element => {
        const content = element.querySelector('.usage, .bubble')?.getBoundingClientRect().bottom ?? 0;
        return element.getBoundingClientRect().bottom - content;
      });
      expect(room).toBeLessThanOrEqual(18);
    }
  });

  for (const by of ['the pointer', 'the keyboard']) {
    test(`are there with ${by}, and lie on no words`, async ({ chat, page }) => {
      await page.setViewportSize({ width: 300, height: 720 });
      await chat.open(chatState({ session: { messages } }));
      for (const turn of [0, 1, 2]) {
        const shown = page.getByTestId('chat-message').nth(turn);
        const height = await shown.evaluate(element => element.clientHeight);
        if (by === 'the pointer') await shown.hover();
        else await shown.getByRole('button', { name: 'Copy', exact: true }).focus();
        await expect(shown.locator('.actions')).toHaveCSS('opacity', '1');
        const { covered, isInside } = await shown.evaluate(element => {
          const bar = element.querySelector('.actions')?.getBoundingClientRect();
          const text = document.createRange();
          for (const part of element.querySelectorAll('chat-markdown p')) text.selectNodeContents(part);
          const usageBox = element.querySelector('.usage')?.getBoundingClientRect();
          const lines = [...text.getClientRects(), ...(usageBox ? [usageBox] : [])];
          const box = element.getBoundingClientRect();
          return {
            covered: lines.map(line =>
              bar && line.right > bar.left && line.left < bar.right ? Math.max(0, line.bottom - bar.top) : 0,
            ),
            isInside:
              bar !== undefined && bar.bottom <= box.bottom && bar.right <= box.right && bar.left >= 0,
          };
        });
        // The room below the letters of a line is none of theirs.
        expect(Math.max(...covered)).toBeLessThanOrEqual(4);
        expect(isInside).toBe(true);
        expect(await shown.evaluate(element => element.clientHeight)).toBe(height);
      }
    });
  }

  test.describe('where fingers reach', () => {
    test.use({ hasTouch: true });

    test('are always seen, beside what is read', async ({ chat, page }) => {
      await chat.open(chatState({ session: { messages } }));
      expect(await page.evaluate(() => matchMedia('(any-pointer: coarse)').matches)).toBe(true);
      for (const bar of await page.locator('.actions').all()) {
        await expect(bar).toHaveCSS('opacity', '1');
        await expect(bar).toHaveCSS('position', 'static');
      }
      await page.getByRole('button', { name: /^Edit/ }).first().tap();
      await expect(page.getByRole('textbox', { name: 'Edit question' })).toBeFocused();
    });
  });

  test('a question is a box at the other side, as wide as its words', async ({ chat, page }) => {
    await chat.open(chatState({ session: { messages } }));
    const [wide, small] = await page.locator('.bubble').evaluateAll(all => all.map(each => each.clientWidth));
    expect(wide).toBeGreaterThan(300);
    expect(small).toBeLessThan(120);
    await expect(page.locator('.speaker')).toHaveText(['GPT-5.2', 'GPT-5.2']);
    await page.getByRole('button', { name: /^Edit/ }).last().click();
    const editor = page.getByRole('textbox', { name: 'Edit question' });
    await expect(editor).toHaveAccessibleDescription(
      'Sending starts a new chat and is charged like any question.',
    );
    expect((await editor.boundingBox())?.width).toBeGreaterThan(300);
  });
});

/** One of everything that has a name or can be hit. */
const everything = chatState({
  session: {
    messages: [
      { ...question('q1', 'What?'), images: [image], contexts: [context] },
      message({ id: 'a1', text: everyMarkdown, reasoning: 'Hm.', state: 'incomplete' }),
      question('q2', 'Go on'),
      message({
        id: 'a2',
        state: 'failed',
        problem: { text: 'No.', requestId: 'r', actions: [{ id: 'again', title: 'Try Again' }] },
      }),
    ],
    cards: [card({ messageId: 'a2' })],
  },
  composer: { images: [image], contexts: [context] },
});

test('each button of a turn has a name of its own, and so has each turn', async ({ chat, page }) => {
  await page.setViewportSize({ width: 420, height: 2400 });
  await chat.open(everything);
  await expect(page.locator('.code-keyword').first()).toBeVisible();
  const names = await page.getByTestId('chat-message').evaluateAll(turns =>
    turns.map(turn => ({
      turn: turn.ariaLabel,
      heading: turn.querySelector('h2')?.textContent,
      // Those of a block of code have its toolbar around them.
      buttons: [...turn.querySelectorAll('button, vscode-button')]
        .filter(button => button.closest('.code-actions') === null)
        .map(button => button.ariaLabel ?? button.textContent.trim()),
    })),
  );
  for (const { buttons } of names) expect(new Set(buttons).size).toBe(buttons.length);
  for (const of of ['turn', 'heading'] as const) {
    expect(new Set(names.map(each => each[of])).size).toBe(names.length);
  }
  expect(names[0]).toMatchObject({ turn: 'Question 1: What?', heading: 'Question 1' });
});

test('what is hit is 24 pixels high and wide', async ({ chat, page }) => {
  await page.setViewportSize({ width: 420, height: 2400 });
  await chat.open(everything);
  await expect(page.locator('.code-keyword').first()).toBeVisible();
  const small = async (): Promise<string[]> =>
    await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, summary, select, textarea, input, [role=option]')]
        // Words in a sentence are as high as its lines; the box of a task is not for pressing.
        .filter(element => !element.matches('.text-button, [type=checkbox]'))
        .filter(element => {
          const { width, height } = element.getBoundingClientRect();
          return height > 0 && (height < 24 || width < 24);
        })
        .map(element => element.outerHTML.slice(0, 120)),
    );
  expect(await small()).toEqual([]);
  await page.getByTestId('chat-model').click();
  expect(await small()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByTestId('chat-add').click();
  expect(await small()).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+f');
  expect(await small()).toEqual([]);
  await page.getByTestId('chat-sessions').click();
  await chat.say(sessionsWord([session('1')], { further: 'more' }));
  await expect(page.getByTestId('chat-session')).toHaveCount(1);
  expect(await small()).toEqual([]);
});

test('with wider letters, words and lines everything stays in the panel', async ({ chat, page }) => {
  await page.setViewportSize({ width: 300, height: 900 });
  await chat.open(everything);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }',
    );
    document.adoptedStyleSheets = [sheet];
  });
  await chat.screenshot('text-spacing');
  await chat.expectWithinPanel();
  const outside = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, vscode-button')]
      .filter(button => button.closest('.table, pre') === null)
      .filter(button => button.getBoundingClientRect().right > innerWidth)
      .map(button => button.ariaLabel ?? button.textContent),
  );
  expect(outside).toEqual([]);
});

test('in forced colours it is seen where one writes', async ({ chat, page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await chat.open(chatState());
  await chat.input.focus();
  const box = page.locator('.composer-box');
  await expect(box).toHaveCSS('outline-style', 'solid');
  await expect(box).toHaveCSS('outline-width', '2px');
});

test("VS Code's own wish for less motion counts", async ({ chat, page }) => {
  await chat.open(chatState({ session: { messages: [message({ id: 'a1', state: 'streaming' })] } }));
  const icon = page.locator('.codicon-loading');
  await expect(icon).not.toHaveCSS('animation-name', 'none');
  await page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
  await expect(icon).toHaveCSS('animation-name', 'none');
});

for (const theme of themeNames) {
  test(`${theme}: tables have lines, and lines that came are told from those that went`, async ({
    chat,
    page,
  }) => {
    const text = '| a |\n|---|\n| b |\n\n---\n\n```diff\n+ more\n- less\n```\n\n```ts\nconst a = "b";\n```\n';
    await chat.open(chatState({ session: { messages: [message({ id: 'a1', text })] } }), theme);
    const colourOf = (selector: string, name: string): Promise<string> =>
      page
        .locator(selector)
        .first()
        .evaluate((element, property) => getComputedStyle(element).getPropertyValue(property), name);
    await expect(page.locator('.code-string')).toBeVisible();
    const surface = await colourOf('body', 'background-color');
    for (const line of [
      await colourOf('.table td', 'border-bottom-color'),
      await colourOf('chat-markdown hr', 'background-color'),
    ]) {
      expect(line).not.toBe(surface);
      expect(line).not.toBe('rgba(0, 0, 0, 0)');
    }
    const added = await colourOf('.code-addition', 'color');
    const [red = 0, green = 0, blue = 0] = added.match(/\d+/g)?.map(Number) ?? [];
    expect(green).toBeGreaterThan(Math.max(red, blue));
    expect(added).not.toBe(await colourOf('.code-deletion', 'color'));
    await expect(page.locator('.code-addition')).toContainText('+');
    await expect(page.locator('.code-deletion')).toContainText('-');
  });
}
