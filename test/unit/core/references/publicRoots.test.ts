import { describe, expect, it } from 'vitest';
import { readPublicRoots } from '../../../../src/core/references/paths/publicRoots.ts';

describe('readPublicRoots', () => {
  it('reads folders and addresses, the longest folder first', () => {
    expect(readPublicRoots({ './assets': '/files', 'web/public/': '/', a: '/b c' })).toEqual({
      roots: [
        { folder: 'web/public', url: '/' },
        { folder: 'assets', url: '/files/' },
      ],
      ignored: { a: '/b c' },
    });
  });

  it.each([
    { public: true },
    { public: '' },
    { public: 'img' },
    { public: '//cdn.example.org' },
    { public: 'https://example.org/' },
    { public: '/a?b' },
    { '': '/' },
    { '/public': '/' },
    { 'c:/public': '/' },
    { '../public': '/' },
  ])('ignores %j and says so', value => {
    expect(readPublicRoots(value)).toEqual({ roots: [], ignored: value });
  });

  it.each([undefined, null, {}, 'public', ['public']])('finds nothing in %j', value => {
    expect(readPublicRoots(value)).toEqual({ roots: [], ignored: {} });
  });
});
