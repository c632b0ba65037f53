import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from '@playwright/test';
import { createVSIX } from '@vscode/vsce';
import { root } from '../../scripts/workspace.ts';
import { keepPicture } from '../support/readmeMedia.ts';
import { installExtension } from '../support/vscodeServer.ts';
import { expect, test as base } from './fixtures.ts';

/** Set to have the picture of the README written anew. */
const writes = process.env['RIVYA_WRITE_MEDIA'] !== undefined;

/** An agent of the chat, whose model is a script. */
interface Agent {
  readonly chat: Locator;
  /** Asks it a question, to which it calls these tools one after the other. */
  ask(question: string, tools: readonly Call[]): Promise<void>;
  /** What it was given for each call, once it is done. */
  seen(): Promise<readonly (readonly string[])[]>;
}

interface Call {
  readonly name: string;
  readonly input: object;
}

/** The built-in chat takes its time to start. */
const patience = { timeout: 120_000 };

/** With an extension that has a chat model which follows a script. */
const test = base.extend<{ agent: Agent }, { extensionsFolder: string }>({
  extensionsFolder: [
    async ({ extensionsFolder }, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'rivya-scripted-'));
      const packagePath = path.join(folder, 'scripted.vsix');
      const cwd = path.join(root, 'test/fixtures/scriptedModel');
      await createVSIX({
        cwd,
        packagePath,
        dependencies: false,
        skipLicense: true,
        allowMissingRepository: true,
      });
      await installExtension(packagePath, extensionsFolder);
      await use(extensionsFolder);
      await rm(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  agent: async ({ workbench, page, sandbox, workspaceFolder }, use) => {
    await workbench.setKey(sandbox);
    const chat = page.locator('.interactive-session');
    await use({
      chat,
      ask: async (question, tools) => {
        await writeFile(path.join(workspaceFolder, 'script.json'), JSON.stringify({ question, tools }));
        await workbench.runCommand('Scripted Model: Ask');
      },
      seen: async () => {
        await expect(chat).toContainText('The script is done.', patience);
        return JSON.parse(await readFile(path.join(workspaceFolder, 'seen.json'), 'utf8')) as string[][];
      },
    });
  },
});

test.use({
  // The chat itself is one of these.
  allBuiltInExtensions: true,
  settings: {
    'chat.disableAIFeatures': false,
    // Else the first question opens a dialog to sign in.
    'chat.allowAnonymousAccess': true,
    'rivya.defaultModel.image': 'z-image',
    'editor.minimap.enabled': false,
  },
  viewport: { width: 1280, height: 800 },
});

test('an agent of the chat makes a picture that a person has agreed to, looks at it, and is told all of it', async ({
  agent,
  workbench,
  sandbox,
  workspaceFolder,
}) => {
  await writeFile(path.join(workspaceFolder, 'fox.md'), '# Fox\n\nA red fox.\n');
  await workbench.openFile('fox.md');
  await agent.ask('Put a picture of a red fox into fox.md.', [
    // From here on the price is known.
    { name: 'rivya_list_models', input: { kind: 'image', query: 'z-image' } },
    { name: 'rivya_generate_image', input: { prompt: 'A red fox in snow', document: 'fox.md' } },
    { name: 'rivya_check_task', input: { task_ids: ['$task'], show: true } },
  ]);

  const allow = agent.chat.getByRole('button', { name: /^Allow/ }).first();
  await expect(allow).toBeVisible(patience);
  await expect(agent.chat).toContainText('Generate an image? Price: 1 credit');
  await expect(agent.chat).toContainText('A red fox in snow');
  await expect(agent.chat).toContainText('Agents have spent 0 of 50 credits today');
  const picture = await workbench.screenshot('agent-confirmation');
  if (writes) await keepPicture(picture, 'agent');
  expect(sandbox.control.charges()).toEqual([]);
  await allow.click();

  const [models = [], made = [], looked = []] = await agent.seen();
  await workbench.screenshot('agent-done');
  expect(sandbox.control.charges()).toHaveLength(1);
  expect(models.join()).toContain('z-image');
  const [, file = ''] = /^file: (\S+) \(image\//m.exec(made.join('\n')) ?? [];
  await access(path.join(workspaceFolder, file));
  expect(made.join('\n')).toMatch(/reference for "fox\.md": !\[A red fox in snow\]\(/);
  expect(looked[0]).toContain('shown: 1');
  expect(looked[1]).toMatch(/^image\/jpeg, \d+ bytes/);
});

test('a person who skips the question pays nothing, and the agent is told', async ({ agent, sandbox }) => {
  await agent.ask('A wolf.', [{ name: 'rivya_generate_image', input: { prompt: 'A wolf' } }]);
  await agent.chat.getByRole('button', { name: /^Skip/ }).first().click(patience);
  await agent.seen();
  expect(sandbox.control.charges()).toEqual([]);
});

test('after *Allow in this Session* nobody is asked by VS Code, and Rivya itself asks at 50 credits', async ({
  agent,
  workbench,
  page,
  sandbox,
}) => {
  // Three of them cost 42 credits.
  const orders = [1, 2, 3, 4].map((number): Call => {
    const input = { prompt: `Fox ${number}`, model: 'flux-2-flex', wait_seconds: 0 };
    return { name: 'rivya_generate_image', input };
  });
  await agent.ask('Foxes.', [{ name: 'rivya_list_models', input: {} }, ...orders]);
  const session = agent.chat.getByRole('button', { name: 'Allow this tool to run in this session' });
  await session.first().click(patience);
  const question = page.locator('.notification-toast', { hasText: 'wants to generate an image' });
  await expect(question).toContainText(
    'Price: 14 credits. Agents have spent 42 of 50 credits today',
    patience,
  );
  await workbench.screenshot('agent-budget');
  await question.getByRole('button', { name: 'Deny' }).click();
  const seen = await agent.seen();
  const charged = sandbox.control.charges().reduce((sum, { credits }) => sum + credits, 0);
  expect(charged).toBe(42);
  expect(seen.at(-1)?.join()).toContain('budget_exceeded');
});
