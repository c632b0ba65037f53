import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { isTranslate, sourceStrings } from '../../scripts/l10n.ts';

const root = path.join(import.meta.dirname, '../..');

/** Properties of VS Code's options and items that a person reads. */
const readProperties = new Set([
  ...[
    'title',
    'placeHolder',
    'placeholder',
    'prompt',
    'label',
    'description',
    'detail',
    'tooltip',
    'message',
  ],
  ...['text', 'openLabel', 'saveLabel', 'accessibilityInformation', 'badge'],
]);
/** Calls of which a person reads an argument, and which one. */
const readCalls: Readonly<Record<string, number>> = {
  ...{ ask: 1, inform: 0, flash: 0, askFolder: 0, separator: 0, drawnText: 0 },
  ...{ UserError: 0, createOutputChannel: 0 },
};
/** The same in every language: names, units, samples of what to type. */
const names = new Set([
  ...['Rivya', 'curl', 'PowerShell', 'fetch', 'Python', 'Node', 'MB'],
  ...['Express', 'Hono', 'Next.js', 'FastAPI', 'Go', 'PHP'],
]);
/** Samples of what to type are in no language: an address, the beginning of a key, a piece of JSON. */
const sample = /^https:|…$|^\[/;

/** Words that stand in the code as they are, so that no translation can reach them: `file:line text`. */
function bareWords(file: string, code: string): string[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node | undefined): void => {
    if (!node) return;
    if (ts.isConditionalExpression(node)) {
      note(node.whenTrue);
      note(node.whenFalse);
      return;
    }
    const text = literalText(node);
    if (text === undefined || names.has(text.trim()) || sample.test(text) || !/\p{L}{2}/u.test(text)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${file}:${line + 1} ${text}`);
  };
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAssignment(node) &&
      ts.isIdentifier(node.name) &&
      readProperties.has(node.name.text) &&
      !isTranslated(node.parent)
    ) {
      note(node.initializer);
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isPropertyAccessExpression(node.left) &&
      readProperties.has(node.left.name.text)
    ) {
      note(node.right);
    }
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
      const argument = readCalls[callee.getText(source)];
      if (argument !== undefined) note(node.arguments?.[argument]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Whether the object is what `t` translates, with a comment for translators. */
function isTranslated(object: ts.Node): boolean {
  return ts.isCallExpression(object.parent) && isTranslate(object.parent.expression);
}

/** What a literal says apart from what is put into it. */
function literalText(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(span => span.literal.text)].join(' ');
}

describe('the words that people read', () => {
  it('are noticed when they escape translation', () => {
    const code = [
      "ask('info', 'Not translated', []);",
      "throw new UserError('Neither this');",
      "const item = { label: `Nor ${this}`, description: t('but this'), detail: isNew ? 'bare' : t('x') };",
      "item.tooltip = 'nor that';",
      "const fine = { icon: 'sync', label: t('x'), title: name, tooltip: '', description: 'Rivya', id: 'word' };",
      "item.text = t({ message: 'fine too', comment: 'A remark' });",
    ].join('\n');
    expect(bareWords('a.ts', code)).toEqual([
      'a.ts:1 Not translated',
      'a.ts:2 Neither this',
      'a.ts:3 Nor  ',
      'a.ts:3 bare',
      'a.ts:4 nor that',
    ]);
  });

  it('all pass through translation', () => {
    const files = globSync('src/vscode/**/*.ts', { cwd: root });
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(file => bareWords(file, readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
  });

  it('are all named in the manifest, and none stands there itself', () => {
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const bare: string[] = [];
    const visit = (value: unknown, key: string, where: string): void => {
      if (Array.isArray(value)) value.forEach((each, index) => visit(each, key, `${where}[${index}]`));
      else if (typeof value === 'object' && value !== null) {
        for (const [name, each] of Object.entries(value)) {
          // What models read is English in every language, and a tool's name is an id.
          const isForModels = where.startsWith('contributes.languageModelTools[');
          if (isForModels && ['name', 'modelDescription', 'inputSchema'].includes(name)) continue;
          visit(each, name, `${where}.${name}`);
        }
      } else if (
        typeof value === 'string' &&
        /^(?:title|label|name|shortTitle|altText|contents|contextualTitle|description|.+[dD]escriptions?)$/.test(
          key,
        ) &&
        !/^%[\w.]+%$/.test(value)
      ) {
        bare.push(`${where}: ${value}`);
      }
    };
    visit(manifest['contributes'], '', 'contributes');
    visit(manifest['capabilities'], '', 'capabilities');
    expect(bare).toEqual([]);
  });

  it('are calm, and no plural is made by hand', () => {
    const nls = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
      string,
      string
    >;
    const all = [...Object.values(sourceStrings().strings), ...Object.values(nls)];
    expect(all.filter(text => text.includes('!'))).toEqual([]);
    expect(all.filter(text => /\(s\)|\{\d\}s\b/.test(text))).toEqual([]);
    // Sentence case: VS Code capitalises titles and buttons, but nobody shouts.
    expect(
      all.filter(text =>
        /\b[A-Z]{4,}\b/.test(text.replace(/RIVYA_\w+|HTTPS?|JSON|YAML|JPEG|HTML|HMAC|POST/g, '')),
      ),
    ).toEqual([]);
    // Straight quotes and three dots for commands that ask for more, as VS Code has them.
    expect(all.filter(text => /[“”‘’]/.test(text))).toEqual([]);
  });
});
