import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const source = path.join(import.meta.dirname, '../../src');

/** What each folder of src may import from, besides itself (ARCHITECTURE.md, "The house"). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  shared: [],
  api: ['base'],
  core: ['base', 'api', 'shared'],
  sandbox: ['base', 'shared'],
  webview: ['shared'],
  vscode: ['base', 'api', 'core', 'shared', 'sandbox'],
  'extension.ts': ['base', 'api', 'core', 'shared', 'vscode'],
};

interface Import {
  readonly file: string;
  readonly layer: string;
  readonly specifier: string;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => file.endsWith('.ts'));

const imports: Import[] = files.flatMap(file => {
  const text = readFileSync(path.join(source, file), 'utf8');
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return Array.from(found, match => ({ file, layer: file.split('/')[0] ?? '', specifier: match[1] ?? '' }));
});

function layerOf({ file, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier)).split('/')[0];
}

describe('the house', () => {
  it('is read as it is', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(200);
    expect(imports.every(each => each.layer in allowed)).toBe(true);
  });

  it('has imports that go down only', () => {
    const wrong = imports.filter(each => {
      const target = layerOf(each);
      return target !== undefined && target !== each.layer && !allowed[each.layer]?.includes(target);
    });
    expect(wrong).toEqual([]);
  });

  it('has one importer of vscode', () => {
    const importers = imports.filter(each => each.specifier === 'vscode').map(each => each.layer);
    expect(new Set(importers)).toEqual(new Set(['vscode', 'extension.ts']));
  });

  it('loads the sandbox, the database and the media types on use only', () => {
    const eager = new Set<string>();
    const visit = (file: string): void => {
      if (eager.has(file)) return;
      eager.add(file);
      const text = readFileSync(path.join(source, file), 'utf8');
      for (const match of text.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from '(\.[^']+)'/gm)) {
        visit(path.posix.normalize(path.posix.join(path.posix.dirname(file), match[1] ?? '')));
      }
    };
    visit('extension.ts');
    expect(
      [...eager].filter(file => /^sandbox\/|ledger|database|runner|library|transport/.test(file)),
    ).toEqual([]);
    expect(eager.size).toBeGreaterThan(5);
  });
});
