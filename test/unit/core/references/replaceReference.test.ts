import { describe, expect, it } from 'vitest';
import { mediaAddressAt, mediaAddressesOf } from '../../../../src/core/generate/mediaPath.ts';
import type { ReferenceMedia } from '../../../../src/core/references/plan/plan.ts';
import { planReference } from '../../../../src/core/references/planReference.ts';
import { replaceReference } from '../../../../src/core/references/replaceReference.ts';
import { applied } from './applied.ts';
import { places, type PlaceCase } from './places.ts';

const old = { name: 'cat-1a2b3c4d.png', mediaType: 'image/png', width: 1024, height: 768 };
const next = { name: 'cat-5e6f7a8b.webp', mediaType: 'image/webp', width: 512, height: 896 };

function planned({ languageId, mode, before }: PlaceCase, file: typeof old): string | undefined {
  const start = before.indexOf('‹');
  const end = before.indexOf('›') - 1;
  const text = before.replace(/[‹›]/g, '');
  const { name, ...facts } = file;
  const media: ReferenceMedia = {
    kind: 'image',
    path: `assets/${name}`,
    isPublic: false,
    alt: 'A cat',
    ...facts,
  };
  const plan = planReference({ languageId, text, start, end, media: [media], mode, eol: '\n' });
  return plan && applied(text, plan);
}

function replaced(text: string, before = old, after = next): string {
  const addresses = mediaAddressesOf(text, before.name);
  expect(addresses).toHaveLength(1);
  const [address] = addresses;
  if (!address) return text;
  expect(mediaAddressAt(text, address.start)).toEqual(address);
  const edits = replaceReference(text, address, before, after);
  return edits ? applied(text, { edits, main: 0, alt: undefined }) : text;
}

/** Names that are made of the file's name stay: others in the document may use them. */
const madeOfName =
  /\bcat[-_]?(?:1a2b3c4d|5e6f7a8b)\b(?!\.)|\bcat(?:1a2b3c4d|5e6f7a8b)\b|\bCat(?:1a2b3c4d|5e6f7a8b)\b/g;

describe('a reference to another file', () => {
  const cases = places.filter(each => planned(each, old) !== undefined);

  it('is tried in every language', () => {
    expect(new Set(cases.map(({ languageId }) => languageId)).size).toBeGreaterThan(15);
  });

  it.each(cases)('$languageId, $mode, $name: is what the language itself would have written', place => {
    const expected = planned(place, next) ?? '';
    const result = replaced(planned(place, old) ?? '');
    expect(result.replaceAll(madeOfName, 'cat')).toBe(expected.replaceAll(madeOfName, 'cat'));
  });

  it.each([
    ['![Mine *own* words](a/cat-1a2b3c4d.png "Title")', '![Mine *own* words](a/cat-5e6f7a8b.webp "Title")'],
    ['![[cat-1a2b3c4d.png|300]]', '![[cat-5e6f7a8b.webp|300]]'],
    [
      '<img width="1024" height=768 src="/cat-1a2b3c4d.png">',
      '<img width="512" height=896 src="/cat-5e6f7a8b.webp">',
    ],
    [
      '<img src="cat-1a2b3c4d.png" width="512" height="384">',
      '<img src="cat-5e6f7a8b.webp" width="512" height="896">',
    ],
    [
      '<img src="cat-1a2b3c4d.png" width="50%" height="auto">',
      '<img src="cat-5e6f7a8b.webp" width="50%" height="auto">',
    ],
    [
      '<img src="cat-1a2b3c4d.png" width="100" height="100">',
      '<img src="cat-5e6f7a8b.webp" width="100" height="100">',
    ],
    ['<p width="1024"><img src="cat-1a2b3c4d.png"></p>', '<p width="1024"><img src="cat-5e6f7a8b.webp"></p>'],
    [
      '<Image source={require("./cat-1a2b3c4d.png")} style={{ width: 1024, height: 768 }} />',
      '<Image source={require("./cat-5e6f7a8b.webp")} style={{ width: 512, height: 896 }} />',
    ],
    [
      '<source srcset="x/cat-1a2b3c4d.png" type="image/png">',
      '<source srcset="x/cat-5e6f7a8b.webp" type="image/webp">',
    ],
    [
      '<img onLoad={() => go(1024)} src="cat-1a2b3c4d.png" width={1024} height={768} />',
      '<img onLoad={() => go(1024)} src="cat-5e6f7a8b.webp" width={512} height={896} />',
    ],
    ["{{ asset('generated/cat-1a2b3c4d.png') }}", "{{ asset('generated/cat-5e6f7a8b.webp') }}"],
    ['"hero": "docs:cat-1a2b3c4d.png"', '"hero": "docs:cat-5e6f7a8b.webp"'],
    [
      '\\includegraphics[width=1024px]{fig/cat-1a2b3c4d.png}',
      '\\includegraphics[width=512px]{fig/cat-5e6f7a8b.webp}',
    ],
  ])('%s', (before, after) => {
    expect(replaced(before)).toBe(after);
  });

  it('is left alone where it is not known what the address means, or the name would need an escape', () => {
    const text = 'see img\\cat-1a2b3c4d.png';
    expect(replaceReference(text, { start: 4, end: text.length }, old, next)).toBeUndefined();
    const named = { ...next, name: 'a cat.png' };
    expect(replaceReference('(cat-1a2b3c4d.png)', { start: 1, end: 17 }, old, named)).toBeUndefined();
  });
});
