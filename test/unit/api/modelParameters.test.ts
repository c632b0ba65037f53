import { describe, expect, test } from 'vitest';
import { modelFields, toWireParams } from '../../../src/api/resources/modelParameters.ts';

const plain = {
  label: 'seed',
  required: false,
  default: undefined,
  min: undefined,
  max: undefined,
  step: undefined,
  options: [],
  description: undefined,
};

describe('the fields of a model', () => {
  const select = {
    ...plain,
    key: 'size',
    label: 'Size',
    type: 'select',
    required: true,
    default: '1',
    options: [
      { value: '1', label: 'One' },
      { value: '2', label: '2' },
    ],
    description: 'How large',
  };
  test.each([
    ['a list', [{ key: 'size', label: 'Size', type: 'select', required: true, default: 1, options: [{ value: 1, label: 'One' }, 2], description: 'How large' }]], // prettier-ignore
    ['other spellings', [{ name: 'params.size', title: 'Size', kind: 'ENUM', isRequired: 'yes', defaultValue: '1', choices: [{ id: '1', name: 'One' }, '2', '2'], help: 'How large' }]], // prettier-ignore
    ['entries by name', { size: { label: 'Size', type: 'dropdown', required: true, default_value: '1', options: { 1: 'One', 2: '2' }, hint: 'How large' } }], // prettier-ignore
    ['a JSON Schema', { type: 'object', required: ['size'], properties: { size: { title: 'Size', type: 'string', default: '1', enum: ['1', '2'], description: 'How large' } } }], // prettier-ignore
  ])('are read from %s', (_name, params) => {
    const [field] = modelFields({ params });
    const named = { ...select, options: [{ value: '1', label: expect.any(String) as string }, { value: '2', label: '2' }] }; // prettier-ignore
    expect(field).toEqual(named);
  });

  test.each([
    ['numbers', { min: 0, max: 1, step: 0.05 }],
    ['numbers as text', { min: '0', max: '1', step: '0.05' }],
    ['a JSON Schema', { minimum: 0, maximum: 1, multipleOf: 0.05 }],
    ['a range', { range: { min: 0, max: 1, step: 0.05 } }],
    ['a range as list', { range: [0, 1, 0.05] }],
    ['a range as on the model pages', { range: 'min 0 / max 1 / step 0.05' }],
  ])('have bounds from %s', (_name, bounds) => {
    const [field] = modelFields({ params: [{ key: 'seed', type: 'number', default: '0.5', ...bounds }] });
    expect(field).toEqual({
      ...plain,
      key: 'seed',
      type: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      step: 0.05,
    });
  });

  test.each([
    ['integer', 'number'],
    ['Slider', 'number'],
    ['switch', 'boolean'],
    ['textarea', 'text'],
    ['array', 'array'],
    ['hologram', 'unknown'],
    ['select', 'text'],
    [undefined, 'unknown'],
    [7, 'unknown'],
  ])('of the type %s are %s', (type, expected) => {
    expect(modelFields({ params: [{ key: 'seed', type }] })).toEqual([
      { ...plain, key: 'seed', type: expected },
    ]);
  });

  test.each([null, undefined, 'seed', 7, [], {}, [null, 1, {}, { type: 'text' }, []], { a: 1 }])(
    'of %j are none',
    params => {
      expect(modelFields({ params })).toEqual([]);
    },
  );

  test('that come twice are taken once, and bare names are fields of an unknown type', () => {
    expect(modelFields({ params: ['seed', { key: 'seed', type: 'number' }] })).toEqual([
      { ...plain, key: 'seed', type: 'unknown' },
    ]);
  });
});

describe('the values of a form', () => {
  const fields = modelFields({
    params: [
      { key: 'pro', type: 'select', options: [true, false] },
      { key: 'seconds', type: 'select', options: ['5', '10'] },
      { key: 'seed', type: 'number' },
      { key: 'loop', type: 'boolean' },
      { key: 'lines', type: 'array' },
      { key: 'style', type: 'text' },
      { key: 'odd', type: 'hologram' },
    ],
  });

  test.each([
    ['selects as strings', { pro: false, seconds: 10 }, { pro: 'false', seconds: '10' }],
    ['numbers as numbers', { seed: '0' }, { seed: 0 }],
    ['numbers that are none as they are', { seed: 'many' }, { seed: 'many' }],
    ['booleans as booleans', { loop: 'true' }, { loop: true }],
    ['lists from JSON', { lines: '[{"voice":"A"}]' }, { lines: [{ voice: 'A' }] }],
    ['lists that are none as they are', { lines: 'one' }, { lines: 'one' }],
    ['text as text', { style: 7 }, { style: '7' }],
    ['unknown types as free text', { odd: 'x' }, { odd: 'x' }],
    [
      'what has no field as it is',
      { referenceMediaItems: [{ url: 'u' }] },
      { referenceMediaItems: [{ url: 'u' }] },
    ],
    ['nothing for what is empty', { style: '', seed: undefined, odd: null }, {}],
    ['zero and false', { seed: 0, loop: false }, { seed: 0, loop: false }],
  ])('go out: %s', (_name, values, expected) => {
    expect(toWireParams(fields, values)).toEqual(expected);
  });
});
