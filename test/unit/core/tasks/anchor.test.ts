import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anchorAt,
  findAnchor,
  moveAnchor,
  refreshAnchor,
  type TextChange,
} from '../../../../src/core/tasks/anchor.ts';
import type { Anchor } from '../../../../src/core/tasks/placement.ts';

function apply(text: string, { rangeOffset, rangeLength, text: inserted }: TextChange): string {
  return text.slice(0, rangeOffset) + inserted + text.slice(rangeOffset + rangeLength);
}

/**
 * The model: every character knows whether it belongs to the anchor; when none does, a cell without a
 * character marks the point.
 */
interface Cell {
  readonly character: string;
  readonly inside: boolean;
}

const point: Cell = { character: '', inside: false };

function cellsOf(text: string, { start, end }: Anchor): Cell[] {
  const cells = Array.from(text, (character, at) => ({ character, inside: start <= at && at < end }));
  return start === end ? cells.toSpliced(start, 0, point) : cells;
}

function applyToCells(cells: readonly Cell[], { rangeOffset, rangeLength, text }: TextChange): Cell[] {
  const characters = cells.filter(cell => cell !== point);
  const removed = characters.slice(rangeOffset, rangeOffset + rangeLength);
  const before = characters[rangeOffset - 1];
  const after = characters[rangeOffset];
  const inside =
    removed.length > 0 ? removed.every(cell => cell.inside) : !!before?.inside && !!after?.inside;
  const inserted = Array.from(text, character => ({ character, inside }));
  const result = characters.toSpliced(rangeOffset, rangeLength, ...inserted);
  if (result.some(cell => cell.inside)) return result;
  const at = cells.indexOf(point);
  const rest = characters.length - Math.max(at, rangeOffset + rangeLength);
  return result.toSpliced(at !== -1 && at < rangeOffset ? at : result.length - rest, 0, point);
}

function markCells(cells: readonly Cell[]): string {
  const at = cells.indexOf(point);
  const start = at === -1 ? cells.findIndex(cell => cell.inside) : at;
  const end = at === -1 ? cells.findLastIndex(cell => cell.inside) + 1 : at;
  return mark(cells.map(cell => cell.character).join(''), { start, end, text: '' });
}

function mark(text: string, { start, end }: Anchor): string {
  return `${text.slice(0, start)}‹${text.slice(start, end)}›${text.slice(end)}`;
}

// The letters of the edits are not those of the text, so that the anchor's text cannot come back by chance.
const original = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), minLength: 1, maxLength: 20 });
const typed = fc.string({ unit: fc.constantFrom('x', 'y', '\n'), maxLength: 5 });

interface Scenario {
  readonly text: string;
  readonly anchor: Anchor;
  readonly changes: readonly { readonly from: number; readonly to: number; readonly text: string }[];
}

const fraction = fc.nat(1000).map(thousandths => thousandths / 1000);
const scenarios: fc.Arbitrary<Scenario> = fc
  .tuple(
    original,
    fraction,
    fraction,
    fc.array(fc.record({ from: fraction, to: fraction, text: typed }), { maxLength: 12 }),
  )
  .map(([text, one, other, changes]) => {
    const [start = 0, end = 0] = [one, other]
      .map(part => Math.round(part * text.length))
      .toSorted((a, b) => a - b);
    return { text, anchor: anchorAt(text, start, end), changes };
  });

/** Edits are fractions of the text as it is then, so that shrinking keeps them inside. */
function changesOf({ changes }: Scenario, length: () => number): Iterable<TextChange> {
  return changes.values().map(({ from, to, text }) => {
    const offsets = [from, to].map(part => Math.round(part * length()));
    const rangeOffset = Math.min(...offsets);
    return { rangeOffset, rangeLength: Math.max(...offsets) - rangeOffset, text };
  });
}

describe('moveAnchor', () => {
  const text = 'one two three';
  const two = anchorAt(text, 4, 7);

  it.each<[string, TextChange, string]>([
    ['typing before', { rangeOffset: 0, rangeLength: 0, text: 'x' }, 'xone ‹two› three'],
    ['typing at its start', { rangeOffset: 4, rangeLength: 0, text: 'x' }, 'one x‹two› three'],
    ['typing inside', { rangeOffset: 5, rangeLength: 0, text: 'x' }, 'one ‹txwo› three'],
    ['typing at its end', { rangeOffset: 7, rangeLength: 0, text: 'x' }, 'one ‹two›x three'],
    ['typing after', { rangeOffset: 8, rangeLength: 0, text: 'x' }, 'one ‹two› xthree'],
    ['deleting before', { rangeOffset: 0, rangeLength: 4, text: '' }, '‹two› three'],
    ['deleting over its start', { rangeOffset: 2, rangeLength: 3, text: '' }, 'on‹wo› three'],
    ['deleting inside', { rangeOffset: 5, rangeLength: 1, text: '' }, 'one ‹to› three'],
    ['deleting over its end', { rangeOffset: 6, rangeLength: 3, text: '' }, 'one ‹tw›hree'],
    ['deleting it', { rangeOffset: 4, rangeLength: 3, text: '' }, 'one ‹› three'],
    ['deleting more', { rangeOffset: 3, rangeLength: 5, text: '' }, 'one‹›three'],
    ['replacing its head', { rangeOffset: 4, rangeLength: 1, text: 'xx' }, 'one ‹xxwo› three'],
    ['replacing its tail', { rangeOffset: 6, rangeLength: 1, text: 'xx' }, 'one ‹twxx› three'],
    ['replacing over its start', { rangeOffset: 2, rangeLength: 3, text: 'xx' }, 'onxx‹wo› three'],
    ['replacing over its end', { rangeOffset: 6, rangeLength: 3, text: 'xx' }, 'one ‹tw›xxhree'],
    ['replacing exactly it', { rangeOffset: 4, rangeLength: 3, text: 'xx' }, 'one ‹xx› three'],
    ['replacing more', { rangeOffset: 3, rangeLength: 5, text: 'xx' }, 'onexx‹›three'],
    ['replacing from its start to beyond', { rangeOffset: 4, rangeLength: 5, text: 'xx' }, 'one xx‹›hree'],
    [
      'replacing all by a text that has it',
      { rangeOffset: 0, rangeLength: 13, text: '1\n2\ntwo\n' },
      '1\n2\n‹two›\n',
    ],
    ['wrapping it in one edit', { rangeOffset: 4, rangeLength: 3, text: '**two**' }, 'one **‹two›** three'],
  ])('%s', (_name, change, expected) => {
    expect(mark(apply(text, change), moveAnchor(two, change))).toBe(expected);
  });

  it('comes back with an undo', () => {
    const deleted = moveAnchor(two, { rangeOffset: 2, rangeLength: 8, text: '' });
    expect(deleted).toMatchObject({ start: 2, end: 2 });
    expect(moveAnchor(deleted, { rangeOffset: 2, rangeLength: 0, text: 'e two th' })).toEqual(two);
  });

  it('takes the nearest of several when a formatter rewrites everything', () => {
    const again = { rangeOffset: 0, rangeLength: 13, text: 'two\n\none\n\ntwo\n\ntwo\n' };
    expect(moveAnchor(two, again)).toMatchObject({ start: 0 });
    expect(moveAnchor({ ...two, start: 9, end: 12 }, again)).toMatchObject({ start: 10 });
  });

  it('survives a change of the line breaks', () => {
    const lines = 'a\nb c\nd e\nf';
    const anchor = anchorAt(lines, 2, 9);
    const windows = lines.replaceAll('\n', '\r\n');
    const moved = moveAnchor(anchor, { rangeOffset: 0, rangeLength: lines.length, text: windows });
    expect(windows.slice(moved.start, moved.end)).toBe('b c\r\nd e');
    expect(moved.text).toBe('b c\r\nd e');
  });

  it('moves a point behind what is typed there', () => {
    expect(
      moveAnchor({ start: 4, end: 4, text: '' }, { rangeOffset: 4, rangeLength: 0, text: 'xyz' }),
    ).toEqual({
      start: 7,
      end: 7,
      text: '',
    });
  });

  it('does what a text does whose characters know their place, after any edits', () => {
    fc.assert(
      fc.property(scenarios, scenario => {
        let { text: now, anchor } = scenario;
        let cells = cellsOf(now, anchor);
        for (const change of changesOf(scenario, () => now.length)) {
          now = apply(now, change);
          anchor = moveAnchor(anchor, change);
          cells = applyToCells(cells, change);
          expect(mark(now, anchor)).toBe(markCells(cells));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never leaves the text, whatever comes back', () => {
    const anything = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r\n'), maxLength: 6 });
    fc.assert(
      fc.property(scenarios, fc.array(anything, { minLength: 12, maxLength: 12 }), (scenario, texts) => {
        let { text: now, anchor } = scenario;
        let index = 0;
        for (const each of changesOf(scenario, () => now.length)) {
          const change = { ...each, text: texts[index++] ?? '' };
          now = apply(now, change);
          anchor = moveAnchor(anchor, change);
          expect(anchor.start).toBeGreaterThanOrEqual(0);
          expect(anchor.end).toBeGreaterThanOrEqual(anchor.start);
          expect(anchor.end).toBeLessThanOrEqual(now.length);
          const kept = refreshAnchor(anchor, now);
          expect(now.slice(kept.start, kept.end)).toBe(kept.text);
        }
      }),
    );
  });
});

describe('anchorAt', () => {
  it.each([
    ['a\nbc\nd', 3, 'a\n‹bc›\nd'],
    ['a\r\nbc\r\nd', 4, 'a\r\n‹bc›\r\nd'],
    ['a\rbc\rd', 2, 'a\r‹bc›\rd'],
    ['\nbc', 0, '‹›\nbc'],
    ['\r\nbc', 0, '‹›\r\nbc'],
    ['\rbc', 0, '‹›\rbc'],
    ['', 0, '‹›'],
    ['abc', 3, '‹abc›'],
    ['abc\n', 4, 'abc\n‹›'],
    ['a\n\nb', 2, 'a\n‹›\nb'],
  ])('takes the line of a cursor: %j at %i', (text, offset, expected) => {
    expect(mark(text, anchorAt(text, offset, offset))).toBe(expected);
  });

  it('takes a selection as it is', () => {
    expect(anchorAt('a\nbc\nd', 1, 3)).toEqual({ start: 1, end: 3, text: '\nb' });
  });
});

describe('findAnchor', () => {
  const anchor = anchorAt('intro\nA cat.\nend', 6, 12);

  it.each([
    ['unchanged', 'intro\nA cat.\nend', 'intro\n‹A cat.›\nend'],
    ['moved down', 'intro\nmore and more\nA cat.\nend', 'intro\nmore and more\n‹A cat.›\nend'],
    ['moved up', 'A cat.\nend', '‹A cat.›\nend'],
    [
      'doubled, the nearer one before',
      'i\nA cat.\n\n\n\n\n\n\n\n\nA cat.',
      'i\n‹A cat.›\n\n\n\n\n\n\n\n\nA cat.',
    ],
    ['doubled, the nearer one after', 'A cat.intr\nA cat.', 'A cat.intr\n‹A cat.›'],
  ])('%s', (_name, text, expected) => {
    const found = findAnchor(text, anchor);
    expect(found && mark(text, found)).toBe(expected);
  });

  it('knows when the place is gone', () => {
    expect(findAnchor('intro\nA dog.\nend', anchor)).toBeUndefined();
    expect(findAnchor('', anchor)).toBeUndefined();
  });

  it('does not know a place by nothing or blanks', () => {
    expect(findAnchor('a\n\nb', anchorAt('a\n\nb', 2, 2))).toBeUndefined();
    expect(findAnchor('a\n  \nb', anchorAt('a\n  \nb', 2, 4))).toBeUndefined();
  });

  it('finds the nearest of all occurrences, or none', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 30 });
    const sought = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(short, sought, fc.nat(40), (text, part, start) => {
        const places = Array.from(text, (_character, at) => at).filter(at => text.startsWith(part, at));
        const nearest = Math.min(...places.map(at => Math.abs(at - start)));
        const found = findAnchor(text, { start, end: start + part.length, text: part });
        if (places.length === 0) {
          expect(found).toBeUndefined();
          return;
        }
        expect(found && text.slice(found.start, found.end)).toBe(part);
        expect(found && Math.abs(found.start - start)).toBe(nearest);
      }),
      { numRuns: 1000 },
    );
  });
});
