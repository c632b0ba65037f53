import { describe, expect, it } from 'vitest';
import { mediaPathAt } from '../../../../src/core/generate/mediaPath.ts';

describe('the file that a document refers to', () => {
  it.each([
    ['![A |fox](../img/a%20fox.png "Title")', '../img/a fox.png'],
    ['![a](<my fox.png>)|', 'my fox.png'],
    ['<img src="a fox.jpg?v=2"| alt="x">', 'a fox.jpg'],
    ["import fox from './|fox.webp';", './fox.webp'],
    ['background: |url(/img/fox.png)', '/img/fox.png'],
    ['image::fox.png|[A fox]', 'fox.png'],
    ['\\includegraphics{fo|x.png}', 'fox.png'],
    ['"hero": "img/100%.png"|', 'img/100%.png'],
    ['![a](one.png) ![b](t|wo.png)', 'two.png'],
    ['[clip](sea.mp4)|', 'sea.mp4'],
    ['https://x.y/a.png|', 'https://x.y/a.png'],
    ['No file |here.\n![a](b.png)', undefined],
  ])('%j: %s', (marked, path) => {
    expect(mediaPathAt(marked.replace('|', ''), marked.indexOf('|'))).toBe(path);
  });
});
