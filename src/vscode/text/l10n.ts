import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { setting } from '../manifest/settings.ts';

/** A text with a comment for translators, which is part of its key. */
interface CommentedText {
  readonly message: string;
  readonly comment: string;
}

/** A language in place of VS Code's. English needs no texts. */
interface ChosenLanguage {
  readonly id: 'en' | 'hi';
  readonly uri?: vscode.Uri;
  readonly texts: Readonly<Record<string, string>>;
}

let chosen: ChosenLanguage | undefined;
const vscodeWords = vscode.l10n;

/**
 * Takes the language that `rivya.language` names. Before the first word, and once: as with VS Code's own
 * language, a window keeps the one that it has begun with.
 * @param extension its folder
 */
export function chooseLanguage(extension: vscode.Uri): void {
  const id = setting('language');
  if (id === 'hi') {
    const uri = vscode.Uri.joinPath(extension, 'l10n', 'bundle.l10n.hi.json');
    chosen = { id, uri, texts: JSON.parse(readFileSync(uri.fsPath, 'utf8')) as Record<string, string> };
  } else chosen = id === 'en' ? { id, texts: {} } : undefined;
}

/** The words at run time: `vscode.l10n` in the language that `rivya.language` names. */
export const l10n = {
  /** The text in that language, with `{0}`, `{1}` … replaced by the values. */
  t: (text: string | CommentedText, ...values: readonly (string | number | boolean)[]): string => {
    const { message, comment } = typeof text === 'string' ? { message: text, comment: '' } : text;
    if (!chosen) return vscodeWords.t({ message, args: [...values], comment });
    const key = comment === '' ? message : `${message}/${comment}`;
    return (chosen.texts[key] ?? message).replace(/\{(\d+)\}/g, (placeholder, index: string) =>
      String(values[Number(index)] ?? placeholder),
    );
  },

  /** The id of the language, for numbers and times too. */
  get language(): string {
    return chosen?.id ?? vscode.env.language;
  },

  /** The file with the texts of that language; undefined where they are English. */
  get uri(): vscode.Uri | undefined {
    return chosen ? chosen.uri : vscodeWords.uri;
  },
};
