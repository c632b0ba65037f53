import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sourceStrings } from '../../scripts/l10n.ts';

/* Whoever writes a sentence about money says in ARCHITECTURE.md what must have been observed for it. */

const architecture = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
const [, section = ''] = /^### What is said about money$(.+?)^## /ms.exec(architecture) ?? [];
const rows = section.split('\n').filter(line => line.startsWith('|'));
const cells = rows.slice(2).map(row => row.split('|').slice(1, -1));
/** What stands in code quotes in the first column: parts of sentences. */
const parts = cells.flatMap(([words = '']) => [...words.matchAll(/`([^`]+)`/g)].map(([, part = '']) => part));

const aboutMoney =
  /\b(?:credits?|charged?|costs?|paid|paying|prices?|spent)\b|\breserved \{|\{0\} reserved|Rivya reserved/i;
const sentences = Object.values(sourceStrings().strings).filter(text => aboutMoney.test(text));

it('every sentence about money stands in the table of what allows it', () => {
  expect(sentences.length).toBeGreaterThan(80);
  expect(sentences.filter(text => !parts.some(part => text.includes(part)))).toEqual([]);
});

it('the table has no words that nobody says, and an observation for all', () => {
  expect(parts.filter(part => !sentences.some(text => text.includes(part)))).toEqual([]);
  for (const [words, where, observation] of cells) {
    expect([words, where, observation].map(cell => cell?.trim())).not.toContain('');
  }
});
