import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const linter = new Linter();
let rule: Linter.RuleEntry;

async function ruleFor(file: string): Promise<Linter.RuleEntry | undefined> {
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile(
    path.join(root, file),
  )) as Linter.Config;
  return config.rules?.['no-restricted-syntax'];
}

/** What the rule of the house says of some code, line by line. */
function complaints(code: string): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: { 'no-restricted-syntax': rule },
  };
  return linter
    .verify(code, config, { filename: 'a.ts', allowInlineConfig: false })
    .map(({ line, message }) => `${line} ${message}`);
}

describe('the door for words', () => {
  beforeAll(async () => {
    const found = await ruleFor('src/vscode/tasks/taskCommands.ts');
    if (found === undefined) throw new Error('No rule shuts the door.');
    rule = found;
  });

  it.each([
    "vscode.window.showInformationMessage('a');",
    'const { showErrorMessage } = vscode.window;',
    'const show = vscode.window.showWarningMessage;',
    "vscode.window['showWarningMessage']('a');",
    'window.withProgress({}, work);',
    'await vscode.window.showInputBox({ prompt });',
    'vscode.window.createInputBox();',
    'vscode.window.showQuickPick(items);',
    'vscode.window.createQuickPick();',
    'vscode.window.setStatusBarMessage(text);',
    'vscode.window.createStatusBarItem();',
    'vscode.window.showOpenDialog({ title });',
    'vscode.window.showSaveDialog({ title });',
    'vscode.window.showWorkspaceFolderPick({ placeHolder });',
    'new vscode.TreeItem(name);',
    'new MarkdownString(text);',
    'item.description = text;',
    'item.tooltip = text;',
  ])('is the only way: %s', code => {
    expect(complaints(code)).toEqual([expect.stringMatching(/^1 Words for people go through/)]);
  });

  it('lets everything else be', () => {
    const code = [
      "ask('info', t('a'), []);",
      'vscode.window.createTreeView(id, options);',
      'vscode.window.showTextDocument(uri);',
      'const item = treeItem({ label });',
      'item.id = id;',
    ].join('\n');
    expect(complaints(code)).toEqual([]);
  });

  it('is used by all of the extension, and is shut for all but the room itself', async () => {
    expect(await ruleFor('src/vscode/messages/dialogs.ts')).toBeUndefined();
    expect(await ruleFor('src/extension.ts')).toEqual(rule);
    const files = globSync(['src/vscode/**/*.ts', 'src/extension.ts'], { cwd: root }).filter(
      file => !file.replaceAll('\\', '/').startsWith('src/vscode/messages/'),
    );
    expect(files.length).toBeGreaterThan(50);
    const found = files.flatMap(file =>
      complaints(readFileSync(path.join(root, file), 'utf8')).map(each => `${file}: ${each}`),
    );
    expect(found).toEqual([]);
  });
});
