import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';

vi.mock('vscode', () => import('../../support/vscodeStandIn.ts'));
const { helpText } = await import('../../../src/vscode/access/accessibilityHelp.ts');

interface Manifest {
  readonly contributes: {
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

it('names every key of the manifest and no setting that is none', () => {
  const file = path.join(import.meta.dirname, '../../../package.json');
  const { contributes } = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const text = helpText(contributes.keybindings);
  // Escape leads back as everywhere, and is named as a word.
  const keys = contributes.keybindings.map(({ key }) => key).filter(key => key !== 'escape');
  for (const key of keys) expect(text).toContain(`\`${key}\``);
  expect(text).not.toContain('``');
  const settings = text.match(/rivya\.\w+(?:\.\w+)*/g) ?? [];
  expect(settings).not.toEqual([]);
  for (const name of settings) expect(Object.keys(contributes.configuration.properties)).toContain(name);
});
