import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * Imports go down only (ARCHITECTURE.md, "The house"). Each layer names the layers it must not see;
 * test/unit/layers.test.ts proves the same rule on the files themselves. Circles are found there alone:
 * `import-x/no-cycle` takes a third of the time of all rules, and sees no types.
 */
const layers = {
  base: ['shared', 'api', 'core', 'vscode', 'cli', 'mcp', 'webview', 'sandbox', 'extension.ts'],
  shared: ['base', 'api', 'core', 'vscode', 'cli', 'mcp', 'webview', 'sandbox', 'extension.ts'],
  api: ['shared', 'core', 'vscode', 'cli', 'mcp', 'webview', 'sandbox', 'extension.ts'],
  core: ['vscode', 'cli', 'mcp', 'webview', 'sandbox', 'extension.ts'],
  cli: ['vscode', 'mcp', 'webview', 'sandbox', 'extension.ts'],
  mcp: ['vscode', 'cli', 'webview', 'sandbox', 'extension.ts'],
  vscode: ['cli', 'webview', 'extension.ts'],
  webview: ['base', 'api', 'core', 'vscode', 'cli', 'mcp', 'sandbox', 'extension.ts'],
  sandbox: ['api', 'core', 'vscode', 'cli', 'mcp', 'webview', 'extension.ts'],
};

const zones = Object.entries(layers).flatMap(([target, forbidden]) =>
  forbidden.map(from => ({
    target: `./src/${target}`,
    from: `./src/${from}`,
    message: `src/${target} must not import src/${from}: imports go down only.`,
  })),
);

/**
 * Words reach a person through src/vscode/messages alone (ARCHITECTURE.md, "The door for words"), which takes
 * links, icons, line breaks and excess out of them.
 */
const windowCalls =
  '/^(?:show(?:(?:Information|Warning|Error)Message|InputBox|QuickPick|OpenDialog|SaveDialog|WorkspaceFolderPick)' +
  '|withProgress|setStatusBarMessage|create(?:InputBox|QuickPick|StatusBarItem))$/';
const wordsMessage = 'Words for people go through src/vscode/messages.';
const directWords = [
  `MemberExpression[property.name=${windowCalls}]`,
  `MemberExpression > Literal.property[value=${windowCalls}]`,
  `ObjectPattern > Property[key.name=${windowCalls}]`,
  'NewExpression[callee.property.name=/^(?:TreeItem|MarkdownString)$/]',
  'NewExpression[callee.name=/^(?:TreeItem|MarkdownString)$/]',
  ...['label', 'description', 'tooltip', 'accessibilityInformation'].map(
    name => `AssignmentExpression[left.object.name='item'][left.property.name='${name}']`,
  ),
].map(selector => ({ selector, message: wordsMessage }));

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'dist-package/',
      'dist-test/',
      'test-results/',
      '.vscode-test/',
      '.tools/',
      'node_modules/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    // Rules that ask for types are in .oxlintrc.json.
    extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })] },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      'import-x/no-default-export': 'error',
      'import-x/no-restricted-paths': ['error', { zones }],
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'Only src/vscode may import vscode.' }] },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/vscode/**/*.ts', 'src/extension.ts', 'test/integration/**/*.ts', 'test/unit/vscode/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/vscode/messages/**'],
    rules: { 'no-restricted-syntax': ['error', ...directWords] },
  },
  { files: ['scripts/**', 'test/**/*.ts', 'src/sandbox/cli.ts'], rules: { 'no-console': 'off' } },
  { files: ['*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['test/fixtures/scriptedModel/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { Buffer: 'readonly' } },
  },
  prettier,
  // Prettier does not wrap comments.
  { rules: { 'max-len': ['error', { code: Number.MAX_SAFE_INTEGER, comments: 110 }] } },
);
