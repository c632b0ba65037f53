import { expect, it } from 'vitest';
import { differencesOf } from '../../../../src/core/tasks/differences.ts';

it('names what differs, and leaves out what is the same', () => {
  const differences = differencesOf([
    [
      ['Prompt', 'A fox'],
      ['Model', 'Z'],
      ['seed', '1'],
    ],
    [
      ['Prompt', 'A fox'],
      ['Model', 'F'],
      ['size', '2K'],
    ],
  ]);
  expect(differences).toEqual([
    { name: 'Model', values: ['Z', 'F'] },
    { name: 'seed', values: ['1', ''] },
    { name: 'size', values: ['', '2K'] },
  ]);
});

it('finds nothing between equal things, and none between none', () => {
  expect(differencesOf([[['a', '1']], [['a', '1']]])).toEqual([]);
  expect(differencesOf([])).toEqual([]);
});
