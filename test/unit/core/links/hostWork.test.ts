import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as finding from '../../../../src/core/links/find/findReferences.ts';
import { mostAtOnce, ReferenceFinder } from '../../../../src/core/links/find/referenceFinder.ts';
import { TurnBudget } from '../../../../src/core/links/find/turnBudget.ts';
import { ManualClock } from '../../../support/manualClock.ts';

/** Counts turns of the event loop, and what was searched in this thread in each of them. */
const host = vi.hoisted(() => ({ turn: 0, searched: [] as { turn: number; length: number }[] }));

vi.mock('../../../../src/core/links/find/findReferences.ts', async importOriginal => {
  const original = await importOriginal<typeof finding>();
  return {
    ...original,
    findReferences: (...of: Parameters<typeof original.findReferences>) => {
      host.searched.push({ turn: host.turn, length: of[0].length });
      return original.findReferences(...of);
    },
  };
});

const named = (name: string): { languageId: string; file: string[] } => ({
  languageId: 'plaintext',
  file: [name],
});
const page = '# A\n\nWords ![a fox](img/fox.png) and more.\n\n';

describe('what a search holds the host up for', () => {
  let finder: ReferenceFinder;
  let counting: NodeJS.Immediate;

  beforeEach(() => {
    [host.turn, host.searched] = [0, []];
    const count = (): void => {
      host.turn++;
      counting = setImmediate(count);
    };
    counting = setImmediate(count);
    finder = new ReferenceFinder(path.resolve('src/core/links/find/finderThread.ts'), new ManualClock());
  });

  afterEach(() => {
    clearImmediate(counting);
    finder.dispose();
  });

  const perTurn = (): number[] =>
    [...Map.groupBy(host.searched, ({ turn }) => turn).values()].map(all =>
      all.reduce((sum, { length }) => sum + length, 0),
    );

  it('is never more text in a turn of the loop than its share, however many documents wait', async () => {
    const texts = Array.from({ length: 200 }, (_, number) => page.repeat(1 + ((number * 37) % 180)));
    const apart = finder.apart();
    const found = await Promise.all(
      texts.map((text, number) => (number % 2 === 0 ? finder : apart).find(text, named('a.md'), 1_000)),
    );
    apart.dispose();
    expect(found.map(({ length }) => length)).toEqual(texts.map(text => text.length / page.length));
    expect(host.searched).toHaveLength(texts.filter(({ length }) => length <= mostAtOnce).length);
    expect(Math.max(...perTurn())).toBeLessThanOrEqual(mostAtOnce);
    // It is no lone piece a turn either, which would make a workspace slow.
    expect(perTurn().length).toBeLessThan(host.searched.length);
  });

  it('is less for languages whose parsers take longer', async () => {
    const text = '- image: img/a.png\n'.repeat(40);
    await Promise.all(Array.from({ length: 30 }, () => finder.find(text, named('a.yaml'), 1_000)));
    expect(host.searched).toHaveLength(30);
    expect(Math.max(...perTurn())).toBeLessThanOrEqual(mostAtOnce / 4);
  });

  it('is nothing of a long document, neither to find nor to heal', async () => {
    const long = page.repeat(1_000);
    expect(await finder.find(long, named('a.md'), 500)).toHaveLength(500);
    expect(await finder.findTo(`${long}![b](b.png)`, named('a.md'), ['b.png'])).toHaveLength(1);
    expect(await finder.findTo(long, named('a.md'), ['img/fox.png'])).toHaveLength(1_000);
    expect(host.searched).toEqual([]);
  });
});

describe('a budget of turns', () => {
  it('has a turn even for a piece that is larger than one, while small ones go on coming', async () => {
    const budget = new TurnBudget(10);
    await budget.take(6);
    const served: number[] = [];
    const large = budget.take(25).then(() => served.push(25));
    while (!served.includes(25)) {
      await budget.take(6);
      served.push(6);
    }
    await large;
    expect(served.length).toBeLessThanOrEqual(3);
  });
});
