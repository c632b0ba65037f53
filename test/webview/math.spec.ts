/** Formulas and diagrams in answers. */
import { expect, test } from './support/fixtures.ts';
import { chatState, message } from './support/states.ts';

const answer = (text: string): ReturnType<typeof chatState> =>
  chatState({ session: { messages: [message({ id: 'a', text })] } });

test('formulas are drawn, with what a screen reader says of them', async ({ chat, page }) => {
  await chat.open(
    answer(
      'Euler: $e^{i\\pi} + 1 = 0$, and\n\n$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$\n\n\\(a_1\\) \\[b\\]\n\n```math\n\\sqrt{2}\n```',
    ),
  );
  const formulas = page.locator('chat-math[data-state=formula]');
  await expect(formulas).toHaveCount(5);
  await expect(page.locator('chat-math.display')).toHaveCount(3);
  await expect(formulas.first().locator('math')).toHaveCount(1);
  await expect(formulas.first().locator('.katex-html')).toHaveAttribute('aria-hidden', 'true');
  // Drawn with the fonts of the package, by the style sheet that came with them.
  const fonts = await page.evaluate(async () => {
    await document.fonts.ready;
    return [...document.fonts].filter(({ status }) => status === 'loaded').map(({ family }) => family);
  });
  expect(fonts).toContain('KaTeX_Main');
  expect(fonts).toContain('KaTeX_Math');
  await chat.expectWithinPanel();
});

test('what is no formula stays as it was written, and money is none', async ({ chat, page }) => {
  await chat.open(answer('$\\frac{1}$ and $5 and $6, and `$x$`'));
  const source = page.locator('chat-math[data-state=source]');
  await expect(source).toHaveCount(1);
  await expect(source).toHaveText('$\\frac{1}$');
  await expect(page.locator('chat-math')).toHaveCount(1);
  await expect(page.getByTestId('chat-message').last()).toContainText('$5 and $6');
});

test('formulas far from what is seen are drawn when the reader comes near', async ({ chat, page }) => {
  const formulas = Array.from({ length: 100 }, (_, index) => `$$\\frac{${index}}{2}$$`);
  await chat.open(answer(formulas.join('\n\n')));
  const last = page.locator('chat-math').last();
  await expect(last).toHaveAttribute('data-state', 'formula');
  const first = page.locator('chat-math').first();
  await expect(first).toHaveText('$$\\frac{0}{2}$$');
  await expect(first).not.toHaveAttribute('data-state');
  await page.locator('.log').evaluate(log => log.scrollTo({ top: 0 }));
  await expect(first).toHaveAttribute('data-state', 'formula');
});

test('whoever listens is told every formula at once', async ({ chat, page }) => {
  await chat.useScreenReader();
  await chat.open(answer('$$x^2$$\n\n'.repeat(40)));
  await expect(page.locator('chat-math[data-state=formula]')).toHaveCount(40);
});

test('a formula that is complete is drawn once, however long the answer goes on', async ({ chat, page }) => {
  await chat.open(
    chatState({ session: { messages: [message({ id: 'a', text: 'So $x^2$', state: 'streaming' })] } }),
  );
  const drawn = page.locator('chat-math[data-state=formula] .katex');
  await expect(drawn).toHaveCount(1);
  await drawn.evaluate(element => element.setAttribute('data-first', ''));
  let at = 'So $x^2$'.length;
  for (const text of [' and $y', '^3$', ' in the same paragraph.\n\n', '# More']) {
    await chat.say({ type: 'delta', messageId: 'a', field: 'text', at, text });
    at += text.length;
  }
  await expect(drawn).toHaveCount(2);
  await expect(page.locator('.katex[data-first]')).toHaveCount(1);
});

test('without a formula nothing of it is read', async ({ chat, page }) => {
  const read: string[] = [];
  page.on('request', request => read.push(new URL(request.url()).pathname));
  await chat.open(answer('No formula, but `code`.'));
  await chat.drawn();
  expect(read.filter(path => /formula|math|KaTeX/.test(path))).toEqual([]);
});

test('a diagram is opened as one', async ({ chat, page }) => {
  const source = 'graph TD\n  A --> B';
  await chat.open(answer(`\`\`\`mermaid\n${source}\n\`\`\`\n`));
  await page.getByRole('button', { name: 'Open as Diagram' }).click();
  expect(await chat.posted('saveCode')).toEqual([{ type: 'saveCode', text: source, languageId: 'mermaid' }]);
});
