import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativePath } from '../../../../src/core/references/paths/relativePath.ts';

describe('relativePath', () => {
  it.each([
    [[], ['a.png'], 'a.png'],
    [['docs'], ['docs', 'a.png'], 'a.png'],
    [['docs'], ['docs', 'images', 'a.png'], 'images/a.png'],
    [['docs', 'en'], ['assets', 'a.png'], '../../assets/a.png'],
    [['docs'], ['a.png'], '../a.png'],
    // A folder of the same name as the file is not the file.
    [['a.png'], ['a.png'], '../a.png'],
    [['docs', 'en'], ['docs', 'english', 'a.png'], '../english/a.png'],
  ])('from %j to %j', (from, to, expected) => {
    expect(relativePath(from, to)).toBe(expected);
  });

  it('leads to the file, and starts with a name or with ../', () => {
    const segment = fc.constantFrom('a', 'b', 'c d', 'é', '.hidden');
    fc.assert(
      fc.property(fc.array(segment), fc.array(segment, { minLength: 1 }), (from, to) => {
        const path = relativePath(from, to);
        expect(posix.join('/', ...from, path)).toBe(posix.join('/', ...to));
        expect(path).not.toMatch(/^\.?\/|\\/);
        // Nothing of the way leads down and up again.
        expect(posix.normalize(path)).toBe(path);
      }),
    );
  });
});
