/** How the page looks in each theme, and that nobody is shut out of it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/workspace.ts';
import type { PageBoot } from '../../src/shared/page.ts';
import { ChatPageUnderTest, expect, test } from './support/fixtures.ts';
import { startPageServer } from './support/pageServer.ts';
import {
  card,
  chatState,
  everyMarkdown,
  message,
  question,
  session,
  sessionsWord,
} from './support/states.ts';
import { themeNames } from './support/themes.ts';

const image = { id: 'i1', name: 'harbour.png', bytes: 1200, source: '/picture.png', progress: 1 };
const context = {
  id: 'c1',
  label: 'src/app.ts:10-24',
  languageId: 'typescript',
  text: 'const a = 1;\n'.repeat(8),
};

/** One of everything that a conversation can show. */
const full = chatState({
  sandbox: true,
  offline: true,
  draft: 'And what about the octopus?',
  session: {
    credits: 12,
    note: 'Changing the model began this session.',
    messages: [
      { ...question('q1', 'What lives here?'), images: [image], contexts: [context] },
      message({
        id: 'a1',
        text: 'Crabs, mostly.',
        reasoning: 'The picture shows a tide pool.',
        usage: { inputTokens: 1200, outputTokens: 320, credits: 2 },
      }),
      question('q2', 'Tell me more'),
      message({ id: 'a2', state: 'incomplete', text: 'There are many kinds' }),
      question('q3', 'Go on'),
      message({
        id: 'a3',
        state: 'failed',
        problem: {
          text: 'Rivya is overloaded. Nothing was charged.',
          requestId: 'req_0123456789',
          actions: [
            { id: 'again', title: 'Try Again' },
            { id: 'log', title: 'Show Log' },
          ],
        },
      }),
    ],
    cards: [
      card(),
      card({
        taskId: 'task-2',
        state: 'processing',
        stateText: 'Processing',
        source: undefined,
        canInsert: false,
        credits: undefined,
      }),
    ],
  },
  composer: {
    images: [image, { ...image, id: 'i2', name: 'second.png', progress: 0.4 }],
    contexts: [context],
  },
});

for (const theme of themeNames) {
  test(`${theme}: a conversation with everything in it, however wide`, async ({ chat, page }) => {
    await chat.open(full, theme);
    await expect(page.getByRole('alert')).toContainText('Nothing was charged');
    for (const width of [640, 400, 300]) {
      await page.setViewportSize({ width, height: 1400 });
      await chat.screenshot(`conversation-${theme}-${width}`);
      await chat.expectWithinPanel();
    }
    await chat.expectAccessible();
  });

  test(`${theme}: an answer with every kind of Markdown`, async ({ chat, page }) => {
    await page.setViewportSize({ width: 420, height: 2400 });
    const messages = [question('q1', 'Show me everything'), message({ id: 'a1', text: everyMarkdown })];
    await chat.open(chatState({ session: { messages } }), theme);
    await expect(page.locator('.code-keyword').first()).toBeVisible();
    await chat.screenshot(`markdown-${theme}`);
    await chat.expectWithinPanel();
    await chat.expectAccessible();
  });

  test(`${theme}: without a key`, async ({ chat }) => {
    await chat.open(chatState({ account: 'none', balance: undefined, session: { title: '' } }), theme);
    await chat.screenshot(`welcome-${theme}`);
    await chat.expectAccessible();
  });

  test(`${theme}: models and sessions`, async ({ chat, page }) => {
    await chat.open(chatState(), theme);
    await page.getByTestId('chat-model').click();
    await expect(page.getByRole('listbox')).toBeFocused();
    await chat.screenshot(`models-${theme}`);
    await chat.expectAccessible();
    await page.keyboard.press('Escape');
    await page.getByTestId('chat-sessions').click();
    const sessions = [
      session('one', { id: 's1' }),
      session('two', { origin: 'server', messageCount: undefined }),
    ];
    await chat.say(sessionsWord(sessions, { further: 'more' }));
    await expect(page.getByTestId('chat-session')).toHaveCount(2);
    await chat.screenshot(`sessions-${theme}`);
    await chat.expectAccessible();
    await page.getByRole('button', { name: 'Delete Session one' }).click();
    await chat.expectAccessible();
  });
}

test('forced colours', async ({ chat, page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await chat.open(full);
  await chat.screenshot('forced-colors');
  // The browser replaces the colours when it paints; what axe can read are the colours before that.
  await chat.expectAccessible(['color-contrast']);
});

test('at 320 pixels, which is 400 % zoom, nothing is cut off', async ({ chat, page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  const messages = [...full.session.messages, message({ id: 'a9', text: everyMarkdown })];
  await chat.open({ ...full, session: { ...full.session, messages } });
  await chat.expectWithinPanel();
  await chat.screenshot('320');
  for (const name of ['New Chat', 'Stop', 'Send', 'Add to Question', 'Web Search']) {
    const button = page.getByRole('button', { name, exact: true });
    if ((await button.count()) === 0) continue;
    await button.scrollIntoViewIfNeeded();
    const box = await button.boundingBox();
    expect(box, name).not.toBeNull();
    expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= 320, name).toBe(true);
  }
  await page.getByTestId('chat-model').click();
  await chat.expectWithinPanel();
});

test('at 320 pixels every one of 60 models is reached and read', async ({ chat, page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  const [first] = chatState().models;
  if (first === undefined) throw new Error('There is no model.');
  const models = Array.from({ length: 60 }, (_, index) => ({
    ...first,
    id: `m${index}`,
    name: `Model number ${index}`,
    isDefault: index === 0,
  }));
  await chat.open(chatState({ models, session: { model: 'm0' } }));
  await page.getByTestId('chat-model').press('Enter');
  for (const key of ['End', 'Home']) {
    // The efforts of the model stand behind the models.
    await page.keyboard.press(key);
    await expect(page.locator('[role=option][data-active]')).toBeInViewport({ ratio: 0.9 });
  }
  await chat.expectWithinPanel();
  await page.keyboard.type('model number 59');
  await expect(page.locator('[role=option][data-active]')).toContainText('Model number 59');
  await expect(page.locator('[role=option][data-active]')).toBeInViewport({ ratio: 0.9 });
  await page.keyboard.press('Enter');
  await chat.expectPosted({ type: 'chooseModel', model: 'm59' });
});

for (const language of ['en', 'hi']) {
  for (const theme of themeNames) {
    test(`${theme}, ${language}: the head and the sessions in a side bar of 300 pixels`, async ({ page }) => {
      await page.setViewportSize({ width: 300, height: 420 });
      const words = path.join(root, `l10n/bundle.l10n.${language}.json`);
      const strings =
        language === 'en' ? {} : (JSON.parse(await readFile(words, 'utf8')) as PageBoot['strings']);
      await using server = await startPageServer({ language, strings });
      const chat = new ChatPageUnderTest(page, server);
      await chat.open({ ...full, offline: false, composer: chatState().composer }, theme);
      const totals = page.locator('.totals');
      await expect(totals).toContainText('12');
      expect(await totals.evaluate(element => element.clientHeight)).toBeLessThan(24);
      expect(await page.locator('.title bdi').evaluate(cut => cut.scrollWidth - cut.clientWidth)).toBe(0);
      await chat.screenshot(`head-${theme}-${language}`);
      await chat.expectWithinPanel();
      await page.getByTestId('chat-sessions').click();
      const long = 'A session whose title does not fit into a narrow side bar';
      const sessions = [
        session('one', { id: 's1' }),
        session('two', { title: long, isCurrentWorkspace: false }),
        session('three', { origin: 'server', messageCount: undefined, workspace: undefined }),
      ];
      await chat.say(sessionsWord(sessions, { scope: 'all', further: 'more' }));
      await expect(page.getByTestId('chat-session')).toHaveCount(3);
      await chat.screenshot(`sessions-${theme}-${language}-300`);
      await chat.expectWithinPanel();
      await chat.expectHarmless();
    });
  }
}

test('motion is reduced when that is asked for', async ({ chat, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await chat.open(chatState({ session: { messages: [message({ id: 'a1', state: 'streaming' })] } }));
  const animation = await page
    .locator('.codicon-loading')
    .evaluate(icon => getComputedStyle(icon).animationName);
  expect(animation).toBe('none');
});
