import { describe, expect, it } from 'vitest';
import { publicPath, readPublicRoots } from '../../../../src/core/references/publicRoots.ts';

const standard = readPublicRoots({ public: '/', static: '/' });

describe('readPublicRoots', () => {
  it('reads folders and addresses', () => {
    expect(readPublicRoots({ 'web/public/': '/', './assets': '/files', a: '/b c' })).toEqual({
      roots: [
        { folder: ['web', 'public'], url: '/' },
        { folder: ['assets'], url: '/files/' },
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

describe('publicPath', () => {
  it.each([
    ['html', 'public/img/a.png', '/img/a.png'],
    ['markdown', 'static/a b.png', '/a b.png'],
    ['typescriptreact', 'apps/site/public/img/a.png', '/img/a.png'],
    ['vue', 'public/static/a.png', '/static/a.png'],
    ['html', 'src/public', undefined],
    ['html', 'publications/a.png', undefined],
    ['html', 'src/assets/a.png', undefined],
    ['latex', 'public/img/a.png', undefined],
    ['json', 'public/img/a.png', undefined],
  ])('%s: %s', (languageId, file, path) => {
    expect(publicPath(languageId, file.split('/'), standard)).toBe(path);
  });

  it('takes the longest of several folders', () => {
    const roots = readPublicRoots({ web: '/w', 'web/public': '/p' });
    expect(publicPath('html', ['web', 'public', 'a.png'], roots)).toBe('/p/a.png');
    expect(publicPath('html', ['web', 'a.png'], roots)).toBe('/w/a.png');
  });
});
