import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  categories: string[];
  keywords: string[];
};

/** Those of the Marketplace. */
const categories = new Set([
  ...['AI', 'Azure', 'Chat', 'Data Science', 'Debuggers', 'Education', 'Extension Packs', 'Formatters'],
  ...['Keymaps', 'Language Packs', 'Linters', 'Machine Learning', 'Notebooks', 'Other'],
  ...['Programming Languages', 'SCM Providers', 'Snippets', 'Testing', 'Themes', 'Visualization'],
]);

describe('the listing', () => {
  it('shows what it does before anything else: six lines, four pictures, three steps', () => {
    const [first = '', second = ''] = readme.split(/^## /m);
    expect(first.match(/^- \*\*/gm)).toHaveLength(6);
    expect(first.match(/!\[[^\]]+\]\(/g)).toHaveLength(4);
    expect(second).toMatch(/^Begin in three steps/);
    expect(second.match(/^\d\. /gm)).toHaveLength(3);
  });

  it('speaks of building to developers only', () => {
    expect(readme.indexOf('npm')).toBeGreaterThan(readme.indexOf('\n## For developers'));
    expect(readme.indexOf('Node')).toBeGreaterThan(readme.indexOf('\n## For developers'));
  });

  it('has every picture that it shows', () => {
    const shown = readme.replaceAll(/`[^`]*`/g, '');
    const pictures = Array.from(shown.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g), match => match[1] ?? '');
    expect(pictures.length).toBeGreaterThan(4);
    expect(pictures.filter(picture => !existsSync(path.join(root, picture)))).toEqual([]);
  });

  it('stands where people look', () => {
    expect(manifest.categories.filter(each => !categories.has(each))).toEqual([]);
    expect(manifest.categories).toEqual(expect.arrayContaining(['AI', 'Chat', 'Visualization']));
    expect(manifest.keywords).toContain('text to image');
  });
});
