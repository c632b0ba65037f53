import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { randomFrom } from '../test/support/random.ts';
import { root } from './workspace.ts';

const folder = path.join(root, 'test/integration');

/**
 * The files of the integration suite by their names, such as `chat`, in the order that belongs to the seed.
 */
export function integrationFiles(seed: number): string[] {
  const random = randomFrom(seed);
  return globSync('*.test.ts', { cwd: folder })
    .toSorted()
    .map(file => ({ name: path.basename(file, '.test.ts'), place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ name }) => name);
}

/** Deals files out, in their order, to at most so many windows that have about as many tests each. */
export function dealOut(files: readonly string[], windows: number): string[][] {
  const hands = Array.from({ length: windows }, () => ({ files: [] as string[], tests: 0 }));
  for (const file of files) {
    const [hand] = hands.toSorted((a, b) => a.tests - b.tests);
    hand?.files.push(file);
    if (hand) hand.tests += countTests(file);
  }
  return hands.map(hand => hand.files).filter(each => each.length > 0);
}

function countTests(file: string): number {
  return readFileSync(path.join(folder, `${file}.test.ts`), 'utf8').match(/\bit\(/g)?.length ?? 0;
}
