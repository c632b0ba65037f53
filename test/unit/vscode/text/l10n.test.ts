import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as vscode from 'vscode';
import { choices } from '../../../../src/vscode/manifest/settings.ts';
import { chooseLanguage, l10n } from '../../../../src/vscode/text/l10n.ts';
import { creditsText } from '../../../../src/vscode/text/taskText.ts';
import { manifest, resetSettings, setSetting } from '../../../support/vscodeStandIn.ts';

const root = path.join(import.meta.dirname, '../../../..');
const folder = vscode.Uri.file(root);

function choose(language: unknown): void {
  setSetting('rivya.language', language);
  chooseLanguage(folder);
}

afterEach(() => {
  vi.restoreAllMocks();
  resetSettings();
  chooseLanguage(folder);
});

describe('rivya.language', () => {
  it('auto leaves the words to VS Code, with their comments and values', () => {
    const t = vi.spyOn(vscode.l10n, 't').mockReturnValue('von VS Code');
    choose('auto');
    expect(l10n.t('{0} credits', 7)).toBe('von VS Code');
    expect(t).toHaveBeenLastCalledWith({ message: '{0} credits', args: [7], comment: '' });
    l10n.t({ message: 'failed', comment: 'State of a generation' });
    expect(t).toHaveBeenLastCalledWith({ message: 'failed', args: [], comment: 'State of a generation' });
    expect(l10n.language).toBe(vscode.env.language);
  });

  it('hi says it in Hindi, whatever VS Code speaks', () => {
    choose('hi');
    expect(l10n.t('Stop Waiting')).toBe('इंतज़ार बंद करें');
    expect(l10n.t({ message: 'failed', comment: 'State of a generation' })).toBe('विफल');
    expect(creditsText(1_234_567)).toContain('12,34,567');
    expect(l10n.language).toBe('hi');
    expect(l10n.uri?.toString()).toBe(pathToFileURL(path.join(root, 'l10n/bundle.l10n.hi.json')).toString());
  });

  it('en says it in English, also where VS Code speaks another language', () => {
    const t = vi.spyOn(vscode.l10n, 't').mockReturnValue('von VS Code');
    choose('en');
    expect(l10n.t('Model "{1}" of {0}', 'a', '{0}')).toBe('Model "{0}" of a');
    expect(l10n.t({ message: 'failed', comment: 'State of a generation' })).toBe('failed');
    expect([l10n.language, l10n.uri]).toEqual(['en', undefined]);
    expect(t).not.toHaveBeenCalled();
  });

  it('that makes no sense is as if there were none', () => {
    choose('hindi');
    expect(l10n.language).toBe(vscode.env.language);
  });

  it('is followed by everything that speaks: nobody else asks VS Code for words or for its language', () => {
    const files = globSync('src/**/*.ts', { cwd: root }).filter(file =>
      /vscode\.(?:l10n|env\.language)\b/.test(
        readFileSync(path.join(root, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''),
      ),
    );
    expect(files).toEqual([path.join('src', 'vscode', 'text', 'l10n.ts')]);
  });
});

it('the choices of the code are those of the manifest', () => {
  const { properties } = manifest.contributes.configuration;
  const inManifest = Object.entries(properties).flatMap(([name, property]) =>
    'enum' in property ? [[name.replace('rivya.', ''), property.enum]] : [],
  );
  expect(Object.fromEntries(inManifest)).toEqual(choices);
});
