import { expect, it } from 'vitest';
import { isoSpan, searchWords } from '../../../../src/core/tasks/searchWords.ts';

const now = new Date(2026, 10, 26, 15, 30).getTime();
const kindNames = { image: 'चित्र', video: 'वीडियो', audio: 'ऑडियो' };

function day(year: number, month: number, date: number): number {
  return new Date(year, month - 1, date).getTime();
}

it.each([
  ['2026', day(2026, 1, 1), day(2027, 1, 1)],
  ['2026-12', day(2026, 12, 1), day(2027, 1, 1)],
  ['2024-02-29', day(2024, 2, 29), day(2024, 3, 1)],
])('%s is a stretch of time', (text, since, before) => {
  expect(isoSpan(text)).toEqual({ since, before });
});

it.each(['2026-02-30', '2025-02-29', '2026-13', '26', '1200', '20260', '2026-1', '2026-11-', 'v2026'])(
  '%s is none',
  text => {
    expect(isoSpan(text)).toBeUndefined();
  },
);

it.each([
  ['en', 'today', day(2026, 11, 26), day(2026, 11, 27)],
  ['en', 'Yesterday', day(2026, 11, 25), day(2026, 11, 26)],
  ['en', 'november', day(2026, 11, 1), day(2026, 12, 1)],
  ['en', 'December', day(2025, 12, 1), day(2026, 1, 1)],
  ['en', 'thursday', day(2026, 11, 26), day(2026, 11, 27)],
  ['en', 'friday', day(2026, 11, 20), day(2026, 11, 21)],
  ['hi', 'आज', day(2026, 11, 26), day(2026, 11, 27)],
  ['hi', 'नवंबर', day(2026, 11, 1), day(2026, 12, 1)],
  ['hi', 'yesterday', day(2026, 11, 25), day(2026, 11, 26)],
])('in %s, %s is the last one that was', (language, text, since, before) => {
  expect(searchWords(text, { language, now })).toEqual([{ text, span: { since, before } }]);
});

it('knows the kinds in the language of the person, and leaves other words as they are', () => {
  expect(searchWords('  चित्र  red FOX ', { language: 'hi', kindNames, now })).toEqual([
    { text: 'चित्र', kind: 'image' },
    { text: 'red' },
    { text: 'FOX' },
  ]);
});

it('knows what models are called, where their ids do not tell it', () => {
  const modelNames = new Map([
    ['seedream-4-5', 'Seedream 4.5'],
    ['kling-3-0', 'Kling 3.0'],
    ['z-image', 'Z-Image'],
  ]);
  expect(searchWords('seedream 4.5 z-image . 3.0', { language: 'en', modelNames, now })).toEqual([
    { text: 'seedream' },
    { text: '4.5', models: ['seedream-4-5'] },
    { text: 'z-image' },
    { text: '.' },
    { text: '3.0', models: ['kling-3-0'] },
  ]);
});
