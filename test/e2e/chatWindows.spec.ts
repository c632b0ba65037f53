import { ChatPanel, countedWords } from '../support/chatPanel.ts';
import { Workbench } from '../support/workbench.ts';
import { expect, test } from './fixtures.ts';

test.use({ settings: { 'rivya.defaultModel.chat': 'gpt-5-2-chat' } });

test('two windows show one conversation, and ask each question once', async ({
  chat,
  context,
  sandbox,
  server,
}) => {
  sandbox.control.update({ stream: { deltaIntervalMs: 0 }, chatAnswer: 'The first answer.' });
  await chat.ask('From the first window');
  await chat.expectState('complete');

  const otherWorkbench = new Workbench(await context.newPage(), server);
  await otherWorkbench.open();
  const other = new ChatPanel(otherWorkbench);
  await other.open();
  await expect(other.question).toContainText('From the first window');
  await expect(other.answer).toContainText('The first answer.');

  sandbox.control.update({ chatAnswer: 'The second answer.' });
  await other.ask('From the second window');
  await other.expectState('complete');
  await expect(chat.question).toContainText('From the second window');
  await expect(chat.answer).toContainText('The second answer.');
  await chat.expectState('complete');
  await expect(chat.page.getByText('2 credits used · 98 left')).toBeVisible();

  // An answer that one window streams is seen in the other, which neither asks again nor loses its draft.
  sandbox.control.update({ stream: { deltaIntervalMs: 50 }, chatAnswer: countedWords(200) });
  await chat.ask('Count');
  await expect(other.answer).toContainText('w0 w1');
  await other.expectState('streaming');
  await other.input.fill('What comes next');
  await other.page.getByTestId('chat-stop').click();
  await expect(otherWorkbench.notification('in progress in another window')).toBeVisible();
  await otherWorkbench.screenshot('chatOtherWindow');
  for (const panel of [chat, other]) {
    await panel.expectState('complete');
    await expect(panel.answer).toContainText(countedWords(200));
    await expect(panel.messages).toHaveCount(6);
    await expect(panel.page.getByText('3 credits used · 97 left')).toBeVisible();
  }
  await expect(other.input).toHaveValue('What comes next');

  const posts = sandbox.control.requests().filter(request => request.path.includes('/chat/completions'));
  expect(posts).toHaveLength(3);
  expect(sandbox.control.charges()).toHaveLength(3);
  const sessions = posts.slice(1).map(({ body }) => (body as { session_id?: string }).session_id);
  expect(new Set(sessions).size).toBe(1);
  expect(sessions[0]).toBeDefined();
});
