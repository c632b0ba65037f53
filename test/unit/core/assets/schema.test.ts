import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readManifest } from '../../../../src/core/assets/manifest/expand.ts';

const root = path.join(import.meta.dirname, '../../../..');
const schema = JSON.parse(
  readFileSync(path.join(root, 'media/schemas/rivya.assets.schema.json'), 'utf8'),
) as Record<string, unknown>;
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
const files = { readText: () => ({ text: 'n\na\n' }), isInside: () => true };

const head = 'rivya: 1\ndefaults: { model: m }\nassets:\n  a: { file: a.png, prompt: x';
const texts: readonly (readonly [string, boolean])[] = [
  [`${head} }\n`, true],
  [
    `${head}, size: 10x10, widths: [1, 2], formats: [webp], set: og, placeholder: thumbhash, poster: true }\n`,
    true,
  ],
  [
    `${head}, params: { a: 1, b: "2", c: true, d: [{ e: f }], g: null }, take: 2, keep: true, alt: y }\n`,
    true,
  ],
  [
    'rivya: 1\ndefaults: { model: m }\nassets:\n  a: { file: "{n}.png", prompt: { file: x.md }, each: t.csv }\n',
    true,
  ],
  ['rivya: 1\nlimits: { maxCredits: 5 }\nassets: {}\n', true],
  [`${head}, promt: y }\n`, false],
  [`${head}, size: 0x1 }\n`, false],
  [`${head}, widths: [0] }\n`, false],
  [`${head}, formats: [gif] }\n`, false],
  [`${head}, take: 0 }\n`, false],
  [`${head}, keep: maybe }\n`, false],
  [`${head}, references: a.png }\n`, false],
  [`${head}, params: { referenceMediaItems: [] } }\n`, false],
  ['rivya: 1\nassets:\n  a: { prompt: x, model: m }\n', false],
  ['assets: {}\n', false],
  ['rivya: 1\n', false],
  ['rivya: 1\nassets: {}\nmore: 1\n', false],
  ['rivya: 1\nlimits: { maxCredits: 1.5 }\nassets: {}\n', false],
];

describe('the schema of a manifest', () => {
  it.each(texts)('thinks of %j as the reader does: %s', (text, isRight) => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(isRight);
    expect(readManifest(text, files).problems.length === 0).toBe(isRight);
  });

  it('takes the manifest of the tutorial', () => {
    const page = readFileSync(path.join(root, 'docs/media-as-code.md'), 'utf8');
    const [, text = ''] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
    expect(validate(parse(text))).toBe(true);
    expect(readManifest(text, files).problems).toEqual([]);
  });
});
