import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root } from '../../scripts/workspace.ts';
import { keepPicture } from '../support/readmeMedia.ts';
import { installExtension } from '../support/vscodeServer.ts';
import { expect, test as base } from './fixtures.ts';

/** Set to have the picture of the README written anew. */
const writes = process.env['RIVYA_WRITE_MEDIA'] !== undefined;

/** With an extension that has a chat model which follows a script. */
const test = base.extend<object, { extensionsFolder: string }>({
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

interface Call {
  readonly name: string;
  readonly input: object;
}

test('an agent of the chat makes a picture that a person has agreed to, looks at it, and is told all of it', async ({
  workbench,
  page,
  sandbox,
  workspaceFolder,
}) => {
  await workbench.setKey(sandbox);
  await writeFile(path.join(workspaceFolder, 'fox.md'), '# Fox\n\nA red fox.\n');
  const tools: Call[] = [
    // From here on the price is known.
    { name: 'rivya_list_models', input: { kind: 'image', query: 'z-image' } },
    { name: 'rivya_generate_image', input: { prompt: 'A red fox in snow', document: 'fox.md' } },
    { name: 'rivya_check_task', input: { task_ids: ['$task'], show: true } },
  ];
  const question = 'Put a picture of a red fox into fox.md.';
  await writeFile(path.join(workspaceFolder, 'script.json'), JSON.stringify({ question, tools }));
  await workbench.openFile('fox.md');
  await workbench.runCommand('Scripted Model: Ask');

  const chat = page.locator('.interactive-session');
  const allow = chat.getByRole('button', { name: /^Allow/ }).first();
  await expect(allow).toBeVisible({ timeout: 120_000 });
  await expect(chat).toContainText('Generate an image for 1 credit?');
  await expect(chat).toContainText('A red fox in snow');
  await expect(chat).toContainText('Agents have spent 0 of 50 credits today');
  const picture = await workbench.screenshot('agent-confirmation');
  if (writes) await keepPicture(picture, 'agent');
  expect(sandbox.control.charges()).toEqual([]);
  await allow.click();

  await expect(chat).toContainText('The script is done.', { timeout: 120_000 });
  await workbench.screenshot('agent-done');
  expect(sandbox.control.charges()).toHaveLength(1);
  const seen = JSON.parse(await readFile(path.join(workspaceFolder, 'seen.json'), 'utf8')) as string[][];
  const [models = [], made = [], looked = []] = seen;
  expect(models.join()).toContain('z-image');
  const [, file = ''] = /^file: (\S+) \(image\//m.exec(made.join('\n')) ?? [];
  await access(path.join(workspaceFolder, file));
  expect(made.join('\n')).toMatch(/reference for "fox\.md": !\[A red fox in snow\]\(/);
  expect(looked[0]).toContain('shown: 1');
  expect(looked[1]).toMatch(/^image\/jpeg, \d+ bytes/);
});

test('a person who skips the question pays nothing, and the agent is told', async ({
  workbench,
  page,
  sandbox,
  workspaceFolder,
}) => {
  await workbench.setKey(sandbox);
  const tools: Call[] = [{ name: 'rivya_generate_image', input: { prompt: 'A wolf' } }];
  await writeFile(path.join(workspaceFolder, 'script.json'), JSON.stringify({ question: 'A wolf.', tools }));
  await workbench.runCommand('Scripted Model: Ask');
  const chat = page.locator('.interactive-session');
  const skip = chat.getByRole('button', { name: /^Skip/ }).first();
  await expect(skip).toBeVisible({ timeout: 120_000 });
  await skip.click();
  await expect(chat).toContainText('The script is done.', { timeout: 120_000 });
  expect(sandbox.control.charges()).toEqual([]);
});

test('after *Allow in this Session* nobody is asked by VS Code, and Rivya itself asks at 50 credits', async ({
  workbench,
  page,
  sandbox,
  workspaceFolder,
}) => {
  await workbench.setKey(sandbox);
  // Three of them cost 42 credits.
  const tools = [1, 2, 3, 4].map((number): Call => {
    const input = { prompt: `Fox ${number}`, model: 'flux-2-flex', wait_seconds: 0 };
    return { name: 'rivya_generate_image', input };
  });
  tools.unshift({ name: 'rivya_list_models', input: {} });
  await writeFile(path.join(workspaceFolder, 'script.json'), JSON.stringify({ question: 'Foxes.', tools }));
  await workbench.runCommand('Scripted Model: Ask');
  const chat = page.locator('.interactive-session');
  const allow = chat.getByRole('button', { name: 'Allow this tool to run in this session' }).first();
  await allow.click({ timeout: 120_000 });
  const question = page.locator('.notification-toast', { hasText: 'wants to make an image' });
  await expect(question).toContainText('for 14 credits. Agents have spent 42 of 50 credits today', {
    timeout: 120_000,
  });
  await workbench.screenshot('agent-budget');
  await question.getByRole('button', { name: 'Deny' }).click();
  await expect(chat).toContainText('The script is done.', { timeout: 120_000 });
  const charged = sandbox.control.charges().reduce((sum, { credits }) => sum + credits, 0);
  expect(charged).toBe(42);
  const seen = JSON.parse(await readFile(path.join(workspaceFolder, 'seen.json'), 'utf8')) as string[][];
  expect(seen.at(-1)?.join()).toContain('budget_exceeded');
});
