import { describe, expect, it } from 'vitest';
import { modelFields, type ModelField } from '../../../../src/api/resources/modelParameters.ts';
import type { Model } from '../../../../src/api/resources/models.ts';
import {
  fieldName,
  fieldProblem,
  fittingValues,
  isSwitch,
  missingFields,
  readList,
  toggled,
  wireParams,
  withNewSeed,
} from '../../../../src/core/generate/parameters.ts';
import { inputProblem, inputRules } from '../../../../src/core/generate/inputRules.ts';
import { sizeAround, valuesForSize } from '../../../../src/core/generate/shape.ts';
import { modelOf, sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';

const models = await sandboxCatalogue();

function model(id: string, change: Partial<Model> = {}): Model {
  return modelOf(models, id, change);
}

function field(change: Partial<ModelField>): ModelField {
  return {
    key: 'a',
    label: 'A',
    type: 'text',
    required: false,
    default: undefined,
    min: undefined,
    max: undefined,
    step: undefined,
    options: [],
    description: undefined,
    ...change,
  };
}

describe('a value of a parameter', () => {
  const options = [
    { value: 'true', label: 'true' },
    { value: 'false', label: 'false' },
  ];

  it.each([
    [field({ type: 'select', options }), 'true', undefined],
    [field({ type: 'select', options }), 'maybe', 'option'],
    [field({ type: 'number', min: 0, max: 1, step: 0.05 }), 0.15, undefined],
    [field({ type: 'number', min: 0, max: 1, step: 0.05 }), '0.16', 'step'],
    [field({ type: 'number', min: 1 }), 0, 'minimum'],
    [field({ type: 'number', max: 1 }), 2, 'maximum'],
    [field({ type: 'number' }), 'two', 'number'],
    [field({ type: 'number' }), ' ', 'number'],
    [field({ type: 'array' }), [1], undefined],
    [field({ type: 'array' }), 'x', 'list'],
    [field({ type: 'boolean' }), true, undefined],
    [field({ type: 'boolean' }), 'true', 'option'],
    [field({ required: true }), '', 'required'],
    [field({ required: true, default: 'x' }), '', undefined],
    [field({}), undefined, undefined],
  ])('%j, %j: %s', (each, value, problem) => {
    expect(fieldProblem(each, value)).toBe(problem);
  });

  it('is forgotten when the model no longer takes it', () => {
    const fields = [field({ type: 'number', max: 5 }), field({ key: 'b' })];
    expect(fittingValues(fields, { a: 9, b: 'x', gone: 1 })).toEqual({ b: 'x' });
  });

  it('is asked for where it is required and has no default', () => {
    const fields = modelFields(model('elevenlabs-dialogue-v3'));
    expect(missingFields(fields, {}).map(each => each.key)).toEqual(['dialogue']);
    expect(missingFields(fields, { dialogue: [{ text: 'Hello' }] })).toEqual([]);
    expect(missingFields(modelFields(model('elevenlabs-turbo-2-5')), {})).toEqual([]);
  });

  it('goes out only when it was set, or is required', () => {
    const fields = modelFields(model('elevenlabs-turbo-2-5'));
    expect(wireParams(fields, { speed: '1.1' })).toEqual({ voice: 'TX3LPaxmHKxFdv7VOQHJ', speed: 1.1 });
    expect(wireParams(modelFields(model('z-image')), {})).toEqual({});
  });

  it('of a switch is turned over', () => {
    const select = field({ type: 'select', options, default: 'false' });
    expect([isSwitch(select), isSwitch(field({ type: 'boolean' })), isSwitch(field({}))]).toEqual([
      true,
      true,
      false,
    ]);
    expect([toggled(select, undefined), toggled(select, 'true')]).toEqual(['true', 'false']);
    expect(toggled(field({ type: 'boolean', default: true }), undefined)).toBe(false);
  });

  it('is named as people read it', () => {
    const names = [
      ['aspect_ratio', 'aspect_ratio'],
      ['imageSize', 'imageSize'],
      ['seed', 'Seed of the noise'],
    ].map(([key = '', label = '']) => fieldName({ key, label }));
    expect(names).toEqual(['Aspect ratio', 'Image size', 'Seed of the noise']);
  });

  it('of a seed is another one, within its limits, in the form that the model takes', () => {
    const number = field({ key: 'Seed', type: 'number', min: 5, max: 7 });
    expect([0, 0.5, 0.999].map(random => withNewSeed([number], {}, random)['Seed'])).toEqual([5, 6, 7]);
    expect(withNewSeed([field({ key: 'seed' })], { a: 1, seed: '1' }, 0)).toEqual({ a: 1, seed: '0' });
    const params = { a: 1 };
    const noSeeds = [field({ key: 'seed', options }), field({ key: 'seeds' })];
    expect(withNewSeed(noSeeds, params, 0)).toBe(params);
  });

  it('of a list is JSON', () => {
    expect(readList('[{"text":"Hello"}]')).toEqual([{ text: 'Hello' }]);
    expect(readList('{"text":"Hello"}')).toBeUndefined();
    expect(readList('[')).toBeUndefined();
  });
});

describe('the size that the context asks for', () => {
  it.each([
    ['<img src="a.png" width="1600" height="900">', '1600x900'],
    ['<Image width={640} height={480} />', '640x480'],
    ['<img\n  alt="|A fox"\n  width=1200\n  height=630\n>', '1200x630'],
    ['![|A fox](hero-1600x900.png)', '1600x900'],
    ['A fox| 1024 × 768', '1024x768'],
    ['<img width="100%" height="900">', undefined],
    ['A |fox\nother-1600x900.png', undefined],
    ['4x4 wheels', undefined],
    ['v1.20x30.1', undefined],
  ])('%j: %s', (marked, size) => {
    const at = Math.max(0, marked.indexOf('|'));
    const found = sizeAround(marked.replace('|', ''), at, at);
    expect(found && `${found.width}x${found.height}`).toBe(size);
  });

  it.each([
    ['z-image', 1600, 900, { aspect_ratio: '16:9' }],
    ['z-image', 1000, 1010, { aspect_ratio: '1:1' }],
    ['seedream-3-0', 900, 1600, { image_size: 'portrait_16_9' }],
    ['seedream-3-0', 800, 800, { image_size: 'square' }],
    ['sora-2', 900, 1600, { aspect_ratio: 'portrait' }],
    ['nano-banana-2', 4000, 500, { aspect_ratio: '8:1' }],
    ['suno-music', 1600, 900, {}],
  ])('is the nearest shape of %s: %d × %d', (id, width, height, values) => {
    expect(valuesForSize(modelFields(model(id)), { width, height })).toEqual(values);
  });
});

describe('input files', () => {
  const picture = { name: 'a.png', bytes: 1_000, kind: 'image', mediaType: 'image/png' } as const;
  const clip = { name: 'a.mp4', bytes: 1_000, kind: 'video', mediaType: 'video/mp4' } as const;

  function problemOf(id: string, files: readonly Parameters<typeof inputProblem>[1][number][]): string {
    const rules = inputRules(model(id));
    return rules ? (inputProblem(rules, files)?.reason ?? 'fine') : 'takes no files';
  }

  it.each([
    ['z-image', [picture], 'takes no files'],
    ['nano-banana', [picture], 'fine'],
    ['nano-banana', [], 'none'],
    ['nano-banana', Array.from({ length: 11 }, () => picture), 'count'],
    ['nano-banana', [clip], 'kind'],
    ['nano-banana', [{ ...picture, kind: undefined, mediaType: 'text/plain' }], 'kind'],
    ['nano-banana', [{ ...picture, bytes: 10_000_001 }], 'size'],
    ['nano-banana-2', [{ ...picture, bytes: 30_000_000 }], 'fine'],
    ['nano-banana', [{ ...picture, mediaType: 'image/gif' }], 'type'],
    ['wan-2-6', [clip], 'fine'],
  ])('for %s: %#', (id, files, problem) => {
    expect(problemOf(id, files)).toBe(problem);
  });

  it('are limited as the model says, however it says it', () => {
    const bare = model('z-image', { requires_files_api: true });
    expect(inputRules(bare)?.limits.get('image')?.maximumBytes).toBe(10_000_000);
    const odd = model('z-image', {
      reference_media: { maxFiles: 2, audio: { maxBytes: 5, mimeTypes: ['audio/wave'] } },
    });
    const rules = inputRules(odd);
    expect(rules?.maximumFiles).toBe(2);
    expect(rules?.limits.get('audio')).toEqual({ maximumBytes: 5, mediaTypes: ['audio/wave'] });
    const sound = { name: 'a.wav', bytes: 5, kind: 'audio', mediaType: 'audio/wav' } as const;
    expect(rules && inputProblem(rules, [sound])).toBeUndefined();
  });

  it('are taken by every model of the catalogue that says so', () => {
    for (const each of models) {
      if (each.category === 'chat') continue;
      expect(inputRules(each) !== undefined).toBe(each.supported_api_inputs.includes('file'));
    }
  });
});
