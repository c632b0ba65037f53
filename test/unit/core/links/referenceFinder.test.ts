import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findReferences } from '../../../../src/core/links/find/findReferences.ts';
import { ReferenceFinder } from '../../../../src/core/links/find/referenceFinder.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { temporaryFolder } from '../../../support/tasks.ts';
import { writeFileSync } from 'node:fs';

const thread = path.resolve('src/core/links/find/finderThread.ts');
const identity = (name: string): { languageId: string; file: string[] } => ({
  languageId: 'plaintext',
  file: [name],
});
const page = '# A\n\nWords ![a fox](img/fox.png) and more.\n\n';

describe('the finder of references', () => {
  let finder: ReferenceFinder | undefined;
  afterEach(() => finder?.dispose());

  it('finds the same in its thread as without one, and in the order that it was asked', async () => {
    const own = (finder = new ReferenceFinder(thread, new ManualClock()));
    const texts = [
      ['a.md', page.repeat(4_000)],
      ['a.html', '<img src="a.png" alt="a">\n'.repeat(4_000)],
      ['a.css', 'a { background: url(img/a.png) }\n'.repeat(4_000)],
      ['a.yaml', '- image: img/a.png\n'.repeat(1_000)],
      ['short.md', page],
    ] as const;
    const found = await Promise.all(texts.map(([name, text]) => own.find(text, identity(name), 500)));
    expect(found).toEqual(texts.map(([name, text]) => findReferences(text, identity(name)).slice(0, 500)));
    expect(found.map(each => each.length)).toEqual([500, 500, 500, 500, 1]);
  });

  it('holds nobody up: what is due meanwhile comes before the answer', async () => {
    finder = new ReferenceFinder(thread, new ManualClock());
    const order: string[] = [];
    const search = finder.find(page.repeat(4_000), identity('a.md'), 1).then(() => order.push('found'));
    await new Promise(resolve => setImmediate(resolve));
    order.push('other work');
    await search;
    expect(order).toEqual(['other work', 'found']);
  });

  it('tells everybody who waits when its thread ends, and starts another', async () => {
    using folder = temporaryFolder();
    const broken = folder.file('thread.mjs');
    writeFileSync(
      broken,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id, question: { text } }) => {
         if (text.startsWith('end')) process.exit(3);
         if (text.startsWith('fail')) parentPort.postMessage({ id, problem: 'No reason.' });
         else parentPort.postMessage({ id, answer: [] });
       });`,
    );
    const own = (finder = new ReferenceFinder(broken, new ManualClock()));
    const long = ' '.repeat(20_000);
    const both = await Promise.allSettled([
      own.find(`end${long}`, identity('a.md'), 1),
      own.find(long, identity('a.md'), 1),
    ]);
    expect(both.map(each => (each.status === 'rejected' ? String(each.reason) : each.value))).toEqual([
      'Error: The thread of the search has ended with code 3.',
      'Error: The thread of the search has ended with code 3.',
    ]);
    await expect(own.find(`fail${long}`, identity('a.md'), 1)).rejects.toThrow('No reason.');
    expect(await own.find(long, identity('a.md'), 1)).toEqual([]);
  });

  it('ends a thread that nobody asks, and whoever asks then gets an answer all the same', async () => {
    const clock = new ManualClock();
    const own = (finder = new ReferenceFinder(thread, clock));
    const text = page.repeat(600);
    await own.find(text, identity('a.md'), 1);
    expect(clock.advanceToNext()).toBe(true);
    expect(await own.find(text, identity('a.md'), 1)).toHaveLength(1);
    const asked = own.find(text, identity('a.md'), 1);
    own.dispose();
    await expect(asked).rejects.toThrow('was ended');
  });
});
