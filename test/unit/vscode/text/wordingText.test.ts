import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import * as vscode from 'vscode';
import { wording, worded, type Wording } from '../../../../src/base/wording.ts';
import { readManifest } from '../../../../src/core/assets/manifest/expand.ts';
import { chooseLanguage } from '../../../../src/vscode/text/l10n.ts';
import { wordingText } from '../../../../src/vscode/text/wordingText.ts';
import { resetSettings, setSetting } from '../../../support/vscodeStandIn.ts';

const folder = vscode.Uri.file(path.join(import.meta.dirname, '../../../..'));

afterEach(() => {
  resetSettings();
  chooseLanguage(folder);
});

/** What is wrong with a manifest of one asset. */
function problem(line: string): Wording {
  const manifest = `rivya: 1\nassets:\n  a:\n    model: z-image\n    prompt: A fox.\n    ${line}\n`;
  const files = { readText: () => ({ problem: 'missing' as const }), isInside: () => true };
  const [first] = readManifest(manifest, files).problems;
  if (!first) throw new Error('The manifest is right.');
  return first.message;
}

it('what the core says has the words of the window, its parts too; a command line has the English ones', () => {
  const path = problem('file: ../a.png');
  const key = problem('files: a.png');
  expect(worded(path)).toBe('The path "../a.png" is outside the folder of the manifest.');
  expect(wordingText(path)).toBe(worded(path));
  setSetting('rivya.language', 'hi');
  chooseLanguage(folder);
  expect(wordingText(path)).toBe('Path "../a.png" manifest के फ़ोल्डर से बाहर है।');
  expect(wordingText(key)).toMatch(/^"files" इसका हिस्सा नहीं है: asset। मान्य नाम: file, prompt, /);
});

it('values are no places for others', () => {
  expect(worded(wording('"{0}" and "{1}"', '{1}', 'b'))).toBe('"{1}" and "b"');
});
