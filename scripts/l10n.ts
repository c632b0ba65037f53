/**
 * The words of the extension in every language.
 *
 *   node scripts/l10n.ts --list     prints every text that is passed to `l10n.t` or `wording`, by its key
 *   node scripts/l10n.ts --check    names what is missing or superfluous in each language file; exit code 1
 *                                   when there is any
 *
 * `vscode.l10n.t` looks strings up by their English text in `l10n/bundle.l10n.<language>.json`, and so does
 * the `t` of the chat page, which gets the same file from the host. Where one English text means several
 * things, the code gives a comment for translators (`t({ message, comment })`), and the key is
 * `message/comment`. The words of the manifest stand under their keys in `package.nls.<language>.json`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './workspace.ts';

export type Words = Readonly<Record<string, string>>;

/** What the code says. */
export interface SourceStrings {
  /** English texts by their keys, in the order of the files. */
  readonly strings: Words;
  /** Calls whose text or comment is no string literal, so that nobody can translate it: `file:line`. */
  readonly unreadable: readonly string[];
}

/** A file of translations and the English words that it must have. */
export interface Translation {
  /** Relative to the root. */
  readonly file: string;
  readonly english: Words;
  readonly translated: Words;
}

/**
 * The strings of all calls `t(…)` and `….l10n.t(…)` in src/vscode, src/webview and src/extension.ts, and of
 * `wording(…)` in src/core.
 */
export function sourceStrings(): SourceStrings {
  const files = ['src/core', 'src/vscode', 'src/webview'].flatMap(folder =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts'))
      .map(name => path.join(folder, name)),
  );
  const strings: Record<string, string> = {};
  const unreadable: string[] = [];
  for (const file of [...files.toSorted(), 'src/extension.ts']) {
    const found = stringsOf(file, readFileSync(path.join(root, file), 'utf8'));
    Object.assign(strings, found.strings);
    unreadable.push(...found.unreadable);
  }
  return { strings, unreadable };
}

/** The strings of one file. */
export function stringsOf(file: string, text: string): SourceStrings {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const strings: Record<string, string> = {};
  const unreadable: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && (isTranslate(node.expression) || isWording(node.expression))) {
      const text = textOf(node.arguments[0]);
      if (text) strings[text.key] = text.message;
      else unreadable.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { strings, unreadable };
}

/** What the first argument of `t` says, and its key, which VS Code forms in the same way. */
function textOf(argument: ts.Expression | undefined): { key: string; message: string } | undefined {
  if (argument === undefined) return undefined;
  if (ts.isStringLiteralLike(argument)) return { key: argument.text, message: argument.text };
  if (!ts.isObjectLiteralExpression(argument)) return undefined;
  const message = property(argument, 'message');
  const comment = property(argument, 'comment');
  if (message === undefined || !ts.isStringLiteralLike(message) || comment === undefined) return undefined;
  const parts: readonly ts.Expression[] = ts.isArrayLiteralExpression(comment) ? comment.elements : [comment];
  if (!parts.every(ts.isStringLiteralLike)) return undefined;
  return { key: `${message.text}/${parts.map(part => part.text).join('')}`, message: message.text };
}

function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  return object.properties
    .filter(ts.isPropertyAssignment)
    .find(each => ts.isIdentifier(each.name) && each.name.text === name)?.initializer;
}

/** Whether a call of this expression translates its first argument. */
export function isTranslate(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 't';
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 't') return false;
  const owner = callee.expression;
  return (
    (ts.isPropertyAccessExpression(owner) ? owner.name.text : ts.isIdentifier(owner) && owner.text) === 'l10n'
  );
}

/** Whether a call of this expression makes a text of the core, which is translated where it is shown. */
function isWording(callee: ts.Expression): boolean {
  return ts.isIdentifier(callee) && callee.text === 'wording';
}

/** Every file of translations there is, of the manifest and of the code. */
export function translations(source: SourceStrings = sourceStrings()): Translation[] {
  const find = (folder: string, pattern: RegExp, english: Words): Translation[] =>
    readdirSync(path.join(root, folder))
      .filter(name => pattern.test(name))
      .map(name => path.join(folder, name))
      .map(file => ({ file, english, translated: readWords(file) }));
  return [
    ...find('.', /^package\.nls\..+\.json$/, readWords('package.nls.json')),
    ...find('l10n', /^bundle\.l10n\..+\.json$/, source.strings),
  ];
}

/** What is wrong with the keys of a file, a line each. */
export function keyProblems({ file, english, translated }: Translation): string[] {
  const report = (word: string, keys: readonly string[]): string[] =>
    keys.map(key => `${file}: ${word} ${JSON.stringify(key)}`);
  return [
    ...report(
      'missing',
      Object.keys(english).filter(key => !Object.hasOwn(translated, key)),
    ),
    ...report(
      'superfluous',
      Object.keys(translated).filter(key => !Object.hasOwn(english, key)),
    ),
  ];
}

function readWords(file: string): Words {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Words;
}

function main(mode: string | undefined): void {
  const source = sourceStrings();
  if (mode === '--list') {
    console.log(JSON.stringify(source.strings, undefined, 2));
    return;
  }
  if (mode !== '--check') {
    console.error('Say --list or --check.');
    process.exitCode = 2;
    return;
  }
  const files = translations(source);
  const problems = [
    ...source.unreadable.map(place => `${place}: the text or the comment of t is no string literal`),
    ...files.flatMap(keyProblems),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else
    console.log(
      `${Object.keys(source.strings).length} strings; complete: ${files.map(({ file }) => file).join(', ')}`,
    );
}

if (import.meta.main) main(process.argv[2]);
