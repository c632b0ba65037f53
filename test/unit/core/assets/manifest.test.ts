import { describe, expect, it } from 'vitest';
import { worded } from '../../../../src/base/wording.ts';
import { readManifest, type Asset, type PackageFiles } from '../../../../src/core/assets/manifest/expand.ts';
import { recipeIdOf } from '../../../../src/core/recipes/identity.ts';
import { headOfManifest as head, wrongManifests } from '../../../support/wrongManifests.ts';

/** Files of a package that is nowhere. */
function filesOf(texts: Readonly<Record<string, string>> = {}): PackageFiles {
  return {
    readText: file => {
      const text = texts[file];
      return text === undefined ? { problem: 'missing' } : { text };
    },
    isInside: file => !file.startsWith('linked/'),
  };
}

function assetsOf(text: string, files = filesOf()): readonly Asset[] {
  const read = readManifest(text, files);
  expect(read.problems).toEqual([]);
  return read.assets;
}

/** `line:column code` of each problem. */
function problemsOf(text: string, files = filesOf()): string[] {
  return readManifest(text, files).problems.map(
    ({ code, range, message }) => `${range.line}:${range.column} ${code} ${worded(message)}`,
  );
}

describe('a manifest', () => {
  it('says what each file is made from', () => {
    const assets = assetsOf(
      `rivya: 1
defaults:
  model: nano-banana-2
  params: { resolution: 1K }
  style: Flat vector.
limits: { maxCredits: 60 }
assets:
  hero:
    file: public/img/hero.webp
    prompt: A lighthouse at dawn, seen from the sea.
    size: 1600x900
    widths: [640, 1024]
    alt: A lighthouse at dawn
  card:
    file: public/img/cards/{theme}-{locale}.webp
    prompt: A postcard of {city}, {mood}.
    matrix: { theme: [light, dark], locale: [en, no] }
    exclude: [{ theme: dark, locale: no }]
    values:
      light: { mood: sunny morning }
      dark: { mood: starry night }
      en: { city: Lisbon }
      no: { city: Oslo }
  team:
    file: public/img/team/{slug}.webp
    each: data/team.csv
    prompt: Portrait of a {role}.
    model: other
    style: ""
    take: 2
    keep: true
`,
      filesOf({
        'data/team.csv': 'slug,role,unused\nada,"engineer, first",x\ngrace,"admiral ""Amazing""",y\n',
      }),
    );
    expect(assets.map(({ id, file, prompt }) => `${id} | ${file} | ${prompt}`)).toEqual([
      'hero | public/img/hero.webp | A lighthouse at dawn, seen from the sea. Flat vector.',
      'card light-en | public/img/cards/light-en.webp | A postcard of Lisbon, sunny morning. Flat vector.',
      'card light-no | public/img/cards/light-no.webp | A postcard of Oslo, sunny morning. Flat vector.',
      'card dark-en | public/img/cards/dark-en.webp | A postcard of Lisbon, starry night. Flat vector.',
      'team ada | public/img/team/ada.webp | Portrait of a engineer, first.',
      'team grace | public/img/team/grace.webp | Portrait of a admiral "Amazing".',
    ]);
    expect(assets[0]).toMatchObject({
      params: { resolution: '1K' },
      derivatives: { size: '1600x900', widths: [640, 1024] },
    });
    // Parameters are those of the model that they stand beside.
    expect(assets[4]).toMatchObject({ params: {}, take: 2, keep: true, model: 'other' });
  });

  it('is one wish in every spelling', () => {
    const idsOf = (text: string): string[] =>
      assetsOf(text).map(asset => recipeIdOf({ ...asset, references: [] }));
    const block = `${head}  a:\n    file: img/a.png\n    prompt: |\n      A fox\n      in snow.\n    params: { seed: 5, size: "1" }\n`;
    const quoted = `${head}  b:\n    params:\n      size: 1\n      seed: "5"\n    prompt: "A fox  \\nin snow.\\n"\n    file: other\\b.jpg\n    size: 10x10\n`;
    expect(idsOf(quoted)).toEqual(idsOf(block));
    expect(idsOf(block.replaceAll('\n', '\r\n'))).toEqual(idsOf(block));
  });

  it('reads a long prompt from its own file, without its front matter', () => {
    const [asset] = assetsOf(
      `${head}  a: { file: a.png, prompt: { file: prompts/a.md } }\n`,
      filesOf({ 'prompts/a.md': '---\nauthor: B\n---\nA fox {{in}} snow.\n' }),
    );
    expect(asset?.prompt).toBe('A fox {in} snow.');
  });
});

describe('a wrong manifest', () => {
  it(`is told by line and column, and nothing of it is read: ${wrongManifests.length} of them`, () => {
    const missed = wrongManifests.flatMap(([name, text, expected, texts]) => {
      const files = filesOf(texts);
      const problems = problemsOf(text, files);
      const isTold = problems.some(
        problem => problem.startsWith(expected) || problem.includes(` ${expected}`),
      );
      return isTold && readManifest(text, files).assets.length === 0
        ? []
        : [`${name}: ${problems.join(' | ')}`];
    });
    expect(missed).toEqual([]);
    expect(wrongManifests.length).toBeGreaterThan(60);
  });
});
