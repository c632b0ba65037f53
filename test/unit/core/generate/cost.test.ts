import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/api/resources/models.ts';
import { estimateCost, sumOf, type PricedJob } from '../../../../src/core/generate/cost.ts';
import { modelOf, sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';

const models = await sandboxCatalogue();

function estimate(id: string, job: Partial<PricedJob> = {}, change: Partial<Model> = {}) {
  return estimateCost(modelOf(models, id, change), {
    prompt: 'A fox.',
    params: {},
    hasInputs: false,
    ...job,
  });
}

describe('the price of a job', () => {
  it('is certain when it is fixed and nothing was changed', () => {
    const certain = { jobs: 1, certainty: 'certain', credits: 42, worst: 42 };
    expect(estimate('kling-v2-5-turbo-pro')).toEqual(certain);
    expect(estimate('kling-v2-5-turbo-pro', { params: { duration: '5' } })).toEqual(certain);
    expect(estimate('kling-v2-5-turbo-pro', { params: { duration: 5 } })).toEqual(certain);
  });

  it.each([
    ['kling-v2-5-turbo-pro', { duration: '10' }, 84],
    ['grok-imagine-video', { duration: 30 }, 50],
    ['grok-imagine-video', { duration: 12, resolution: '720p' }, 45],
    ['seedream-4-0', { max_images: 6 }, 36],
    ['nano-banana-2', { resolution: '4K' }, 80],
    ['wan-2-5-video', { resolution: '1080p' }, 135],
    ['sora-2', { n_frames: '15' }, 9],
    ['kling-2-6', { sound: 'true' }, 110],
    ['midjourney', { speed: 'turbo' }, 12],
    ['gpt-image-1-5', { quality: 'high' }, 16],
    ['sora-2-pro', { size: 'high' }, 300],
    // Shorter may be cheaper, but nothing says so.
    ['seedance-2', { duration: 4 }, 175],
    ['z-image', { aspect_ratio: '16:9' }, 1],
    ['seedream-3-0', { seed: 7, image_size: 'portrait_4_3' }, 5],
    // Nobody knows the parameter, but its name tells enough.
    ['z-image', { duration: 60 }, 4],
    ['z-image', { odd: [1] }, 1],
  ])('of %s with %j may reach %d', (id, params, worst) => {
    const { credits } = estimate(id);
    expect(estimate(id, { params })).toEqual({ jobs: 1, certainty: 'atLeast', credits, worst });
  });

  it('is not certain with input files', () => {
    expect(estimate('nano-banana', { hasInputs: true }).certainty).toBe('atLeast');
  });

  it('of a metered model is told for a short text only', () => {
    const speech = (characters: number, params = {}) =>
      estimate('elevenlabs-turbo-2-5', { prompt: 'é'.repeat(characters), params });
    expect(speech(10)).toEqual({ jobs: 1, certainty: 'unknown', credits: 6, worst: 6 });
    expect(speech(251).worst).toBe(12);
    expect(speech(500).worst).toBe(12);
    expect(speech(501).worst).toBeUndefined();
    // What is said in a dialogue counts as well.
    const dialogue = Array.from({ length: 6 }, () => ({ text: 'a'.repeat(100), voice: 'Adam' }));
    expect(estimate('elevenlabs-dialogue-v3', { prompt: '', params: { dialogue } }).worst).toBeUndefined();
    expect(estimate('elevenlabs-turbo-2-5', { hasInputs: true }).worst).toBeUndefined();
    expect(estimate('elevenlabs-sound-effect-v2', { params: { duration_seconds: 22 } }).worst).toBe(22);
  });

  it('of a model without one, or with a way of billing that nobody knows, is unknown', () => {
    const nothing = { jobs: 1, certainty: 'unknown', credits: undefined, worst: undefined };
    expect(estimate('z-image', {}, { base_credits: null })).toEqual(nothing);
    const odd = { jobs: 1, certainty: 'unknown', credits: 1, worst: undefined };
    expect(estimate('z-image', {}, { billing_type: 'PER_SECOND' as Model['billing_type'] })).toEqual(odd);
    expect(estimate('z-image', {}, { billing_type: null })).toEqual(odd);
  });

  it('is never named below what Rivya names, for any model and any values', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constantFrom('4K', '10', 'high', null));
    fc.assert(
      fc.property(
        fc.constantFrom(...models.filter(each => each.category !== 'chat')),
        fc.dictionary(fc.constantFrom('duration', 'resolution', 'quality', 'seed', 'sound', 'x'), value),
        (model, params) => {
          const { credits, worst } = estimateCost(model, { prompt: 'A fox.', params, hasInputs: false });
          if (worst !== undefined) expect(worst).toBeGreaterThanOrEqual(credits ?? 0);
        },
      ),
    );
  });
});

describe('the price of several jobs', () => {
  it('is the sum, and as unsure as the least sure of them', () => {
    const fox = estimate('z-image');
    expect(sumOf([fox, fox, fox])).toEqual({ jobs: 3, certainty: 'certain', credits: 3, worst: 3 });
    const clip = estimate('kling-v2-5-turbo-pro', { params: { duration: '10' } });
    expect(sumOf([fox, clip])).toEqual({ jobs: 2, certainty: 'atLeast', credits: 43, worst: 85 });
    const speech = estimate('elevenlabs-turbo-2-5', { prompt: 'a'.repeat(4_949) });
    expect(sumOf([fox, speech])).toEqual({ jobs: 2, certainty: 'unknown', credits: 7, worst: undefined });
    const odd = estimate('z-image', {}, { base_credits: null });
    expect(sumOf([odd, fox])).toEqual({
      jobs: 2,
      certainty: 'unknown',
      credits: undefined,
      worst: undefined,
    });
  });
});
