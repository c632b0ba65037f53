/**
 * Whatever an answer, a title, a file name or an error says: it stays text, in its place, and nothing leaves
 * the page.
 */
import type { ChatMessageDto, ChatState } from '../../src/shared/chat.ts';
import { expect, test } from './support/fixtures.ts';
import type { ChatPageUnderTest } from './support/fixtures.ts';
import { hostileFormulas, hostileNames, hostileTexts } from './support/hostile.ts';
import { card, chatState, message, models, session, sessionsWord } from './support/states.ts';

const size = 60;

function batches(texts: readonly string[]): (readonly string[])[] {
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, index) =>
    texts.slice(index * size, (index + 1) * size),
  );
}

/** The page as it should be, whatever was said in it. */
async function expectUntouched(chat: ChatPageUnderTest): Promise<void> {
  const found = await chat.page.evaluate(() => {
    const own = new Set(['RIVYA-CHAT', 'CHAT-COMPOSER', 'CHAT-MODEL-PICKER', 'FORM', 'TITLE', 'STYLE']);
    const suspicious =
      'script, iframe, frame, object, embed, link, meta, base, form, svg, math, style, template, portal, title, rivya-chat, chat-composer, chat-model-picker, dialog, marquee';
    const inBody = [...document.body.querySelectorAll(suspicious)].filter(
      element =>
        !(
          element.tagName === 'SCRIPT' &&
          (element.id === 'page-boot' || element.getAttribute('src') === '/dist/chat.js')
        ) && !(['math', 'svg'].includes(element.tagName) && element.closest('chat-math .katex') !== null),
    );
    const counts: Record<string, number> = {};
    for (const { tagName } of inBody) counts[tagName] = (counts[tagName] ?? 0) + 1;
    const attributes = [...document.body.querySelectorAll('*')].flatMap(element =>
      [...element.attributes]
        .filter(
          ({ name, value }) =>
            name.startsWith('on') ||
            [
              'href',
              'srcset',
              'action',
              'formaction',
              'srcdoc',
              'ping',
              'poster',
              'background',
              'data',
            ].includes(name) ||
            (name === 'style' && element.tagName !== 'TEXTAREA' && !element.closest('chat-math .katex')) ||
            (name === 'src' && !['/picture.png', '/dist/chat.js'].includes(value)),
        )
        .map(({ name, value }) => `${element.tagName} ${name}=${value.slice(0, 80)}`),
    );
    // Nothing may lie over the composer.
    const box = document.querySelector('chat-composer')?.getBoundingClientRect();
    const covering = new Set<string>();
    if (box !== undefined) {
      for (let x = box.left + 2; x < box.right; x += 20) {
        for (let y = box.top + 2; y < box.bottom; y += 10) {
          const element = document.elementFromPoint(x, y);
          if (element?.closest('chat-composer') === null) covering.add(element.outerHTML.slice(0, 200));
        }
      }
    }
    return {
      foreign: Object.entries(counts).filter(([tag, count]) => !own.has(tag) || count > 1),
      attributes,
      covering: [...covering],
    };
  });
  expect(found).toEqual({ foreign: [], attributes: [], covering: [] });
  await chat.expectWithinPanel();
}

/** Draws every turn, not only those in sight. */
async function showAll(chat: ChatPageUnderTest, count: number): Promise<void> {
  await expect(chat.page.getByTestId('chat-message')).toHaveCount(count);
  await chat.page.evaluate(async () => {
    for (const element of document.querySelectorAll('chat-message')) Object.assign(element, { isNear: true });
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  });
  expect(await chat.page.locator('.unrendered').count()).toBe(0);
}

async function showMessages(
  chat: ChatPageUnderTest,
  messages: readonly ChatMessageDto[],
  state: ChatState,
): Promise<void> {
  await chat.open({ ...state, session: { ...state.session, messages } });
  await showAll(chat, messages.length);
}

test('there are enough of them', () => {
  expect(hostileTexts.length).toBeGreaterThanOrEqual(300);
  expect(new Set(hostileTexts).size).toBe(hostileTexts.length);
});

for (const [index, texts] of batches(hostileTexts).entries()) {
  test(`as answers, ${index + 1}`, async ({ chat, page }) => {
    const messages = texts.map((text, number) =>
      message({ id: `a${number}`, text, reasoning: text.slice(0, 200) }),
    );
    await showMessages(chat, messages, chatState());
    for (const reasoning of await page.locator('.reasoning').all()) {
      await reasoning.evaluate(element => ((element as HTMLDetailsElement).open = true));
    }
    await chat.drawn();
    await expectUntouched(chat);
    // What looks like a link is pressed: only the host hears of it, and only of addresses
    // that may be opened, and of paths that stay inside of the workspace.
    await page.evaluate(() => {
      for (const link of document.querySelectorAll<HTMLElement>('[role=link]')) link.click();
    });
    for (const { href } of await chat.posted('openLink'))
      expect(href).toMatch(/^(?:(?:https?|mailto):|(?!\/\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^:\\&<>"']+$)/);
    expect(page.url()).toContain('127.0.0.1');
  });
}

test('there are enough formulas', () => {
  expect(hostileFormulas.length).toBeGreaterThanOrEqual(300);
});

for (const [index, formulas] of batches(hostileFormulas).entries()) {
  test(`as formulas, ${index + 1}`, async ({ chat, page }) => {
    const messages = formulas.map((formula, number) =>
      message({ id: `a${number}`, text: number % 2 === 0 ? `$$${formula}$$` : `A \\(${formula}\\) B` }),
    );
    // Then nothing waits to come near.
    await chat.useScreenReader();
    await showMessages(chat, messages, chatState());
    // Each has become a formula, or stays as it was written.
    await expect(page.locator('chat-math:not([data-state])')).toHaveCount(0);
    expect(await page.locator('chat-math').count()).toBeGreaterThan(formulas.length / 2);
    await expectUntouched(chat);
    // Whatever a formula says of its size and place, it stays in its own turn.
    const outside = await page.evaluate(() => {
      const seen: string[] = [];
      for (const turn of document.querySelectorAll('chat-message')) {
        turn.scrollIntoView();
        const { bottom, left } = turn.getBoundingClientRect();
        const below = document.elementFromPoint(left + 4, bottom + 2);
        const own = below?.closest('chat-math')?.closest('chat-message');
        if (own === turn) seen.push(turn.textContent.slice(0, 80));
      }
      return seen;
    });
    expect(outside).toEqual([]);
    for (const { href } of await chat.posted('openLink')) expect(href).toBe('');
  });
}

for (const [index, texts] of batches(hostileNames).entries()) {
  test(`as names and errors, ${index + 1}`, async ({ chat }) => {
    const messages = texts.map((text, number) =>
      message({
        id: `a${number}`,
        role: number % 2 === 0 ? 'user' : 'assistant',
        state: 'failed',
        images: [{ id: text, name: text, bytes: 1, source: undefined, progress: 1 }],
        contexts: [{ id: text, label: text, languageId: text, text }],
        problem: { text, requestId: text, actions: [{ id: text, title: text.slice(0, 60) }] },
      }),
    );
    const cards = texts.map((text, number) =>
      card({
        taskId: text,
        messageId: `a${number}`,
        prompt: text,
        stateText: text.slice(0, 100),
        source: undefined,
      }),
    );
    const state = chatState();
    await showMessages(chat, messages, { ...state, session: { ...state.session, cards } });
    await expectUntouched(chat);
  });

  test(`as titles, drafts and models, ${index + 1}`, async ({ chat, page }) => {
    await chat.open(chatState());
    await page.getByTestId('chat-sessions').click();
    const sessions = texts.map((text, number) =>
      session(String(number), { title: text, workspace: text, isCurrentWorkspace: false }),
    );
    await chat.say(sessionsWord(sessions, { problem: texts[0] }));
    await expect(page.getByTestId('chat-session')).toHaveCount(texts.length);
    await expectUntouched(chat);
    await page.keyboard.press('Escape');
    for (const text of texts.slice(0, 12)) {
      const [model] = models;
      if (model === undefined) continue;
      const hostileModel = { ...model, id: text, name: text, price: text, unusable: text };
      await chat.say({
        type: 'snapshot',
        state: chatState({
          draft: text,
          history: [text],
          models: [hostileModel],
          session: { id: text, title: text, note: text, model: text },
          composer: {
            problem: text,
            contexts: [{ id: 'c', label: text, languageId: text, text }],
            images: [{ id: 'i', name: text, bytes: 1, source: undefined, progress: 1 }],
          },
        }),
      });
      await page.getByTestId('chat-model').click();
      await chat.drawn();
      await chat.expectWithinPanel();
      await page.keyboard.press('Escape');
    }
  });
}

test('while it grows, letter by letter', async ({ chat }) => {
  const texts = hostileTexts.filter((text, index) => text.length < 120 && index % 4 === 0);
  await chat.open(chatState({ session: { messages: [message({ id: 'a', state: 'streaming' })] } }));
  let at = 0;
  for (const text of texts) {
    const pieces = Array.from(`${text.toWellFormed()}\n\n`);
    const words = pieces.map(piece => {
      const word = { type: 'delta', messageId: 'a', field: 'text', at, text: piece } as const;
      at += piece.length;
      return word;
    });
    await chat.say(...words);
    await chat.drawn();
  }
  await expectUntouched(chat);
});
