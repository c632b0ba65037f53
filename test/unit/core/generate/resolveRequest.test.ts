import { describe, expect, it } from 'vitest';
import { draftJob, sentWith } from '../../../../src/core/generate/draftJob.ts';
import type { ParameterValues } from '../../../../src/core/generate/parameters.ts';
import {
  inputRefusal,
  proposedValues,
  resolveModel,
  resolveRequest,
  startValues,
  type GenerationRequest,
  type ResolveContext,
} from '../../../../src/core/generate/resolveRequest.ts';
import { modelOf, sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';

const models = await sandboxCatalogue();
const picture = { name: 'a.png', bytes: 1_000, kind: 'image', mediaType: 'image/png' } as const;
const clip = { name: 'a.mp4', bytes: 1_000, kind: 'video', mediaType: 'video/mp4' } as const;

function resolve(
  change: Partial<GenerationRequest>,
  context: Partial<ResolveContext> = {},
): ReturnType<typeof resolveRequest> {
  const request = { kind: 'image', model: 'z-image', prompts: [{ prompt: 'A red fox' }], ...change } as const;
  return resolveRequest(request, { models, remembered: () => ({}), ...context });
}

/** The params of each job. */
function paramsOf(
  change: Partial<GenerationRequest>,
  remembered: Readonly<Record<string, ParameterValues>> = {},
): unknown[] {
  const resolution = resolve(change, { remembered: (model: string) => remembered[model] ?? {} });
  return resolution.type === 'resolved' ? resolution.jobs.map(({ params }) => params) : [resolution.type];
}

function certaintiesOf(change: Partial<GenerationRequest>): unknown {
  const resolution = resolve(change);
  return resolution.type === 'resolved'
    ? resolution.jobs.map(({ estimate }) => estimate.certainty)
    : resolution.type;
}

function around(text: string): { text: string; start: number; end: number } {
  const start = text.indexOf('|');
  return { text: text.replace('|', ''), start, end: start };
}

describe('a request', () => {
  it('is resolved with the defaults, which are left to the server', () => {
    expect(resolve({})).toEqual({
      type: 'resolved',
      kind: 'image',
      model: modelOf(models, 'z-image'),
      jobs: [
        {
          prompt: 'A red fox',
          params: {},
          estimate: { jobs: 1, certainty: 'certain', credits: 1, worst: 1 },
        },
      ],
    });
    expect(paramsOf({ kind: 'audio', model: 'elevenlabs-turbo-2-5' })).toEqual([
      { voice: 'TX3LPaxmHKxFdv7VOQHJ' },
    ]);
  });

  it('takes the values of the last time as far as the model still takes them', () => {
    const remembered = {
      'z-image': { aspect_ratio: '16:9', gone: 1 },
      'sora-2': { aspect_ratio: 'portrait' },
    };
    expect(paramsOf({}, remembered)).toEqual([{ aspect_ratio: '16:9' }]);
    expect(paramsOf({}, { 'z-image': { aspect_ratio: '17:9' } })).toEqual([{}]);
    const model = modelOf(models, 'z-image');
    expect(startValues(model, { remembered: () => remembered['z-image'] })).toEqual({ aspect_ratio: '16:9' });
  });

  it('takes the shape from the text around each prompt, before that of the last time', () => {
    const prompts = [
      { prompt: 'A fox', context: around('![|A fox](fox-1600x900.png)') },
      { prompt: 'A hare', context: around('<img alt="|" width="900" height="1600">') },
      { prompt: 'A dog', context: around('A |dog') },
      { prompt: 'A cat' },
    ];
    expect(paramsOf({ prompts }, { 'z-image': { aspect_ratio: '4:3' } })).toEqual([
      { aspect_ratio: '16:9' },
      { aspect_ratio: '9:16' },
      { aspect_ratio: '4:3' },
      { aspect_ratio: '4:3' },
    ]);
    expect(proposedValues(modelOf(models, 'z-image'), {})).toEqual({});
  });

  it('takes size and format from the file that a document refers to', () => {
    const wanted = { size: { width: 900, height: 1600 }, extension: 'jpg' };
    const prompts = [{ prompt: 'A fox', context: around('|hero-1600x900.png'), wanted }];
    expect(paramsOf({ prompts })).toEqual([{ aspect_ratio: '9:16' }]);
    const [params = {}] = paramsOf({ model: 'qwen-image', prompts });
    expect(params).toMatchObject({ output_format: 'jpeg' });
    const webp = [{ prompt: 'A fox', wanted: { size: undefined, extension: 'webp' } }];
    expect(paramsOf({ model: 'qwen-image', prompts: webp })[0]).not.toHaveProperty('output_format');
  });

  it('takes values that were set as a whole: nothing is added', () => {
    const prompts = [{ prompt: 'A fox', context: around('|hero-1600x900.png') }];
    const remembered = { 'z-image': { aspect_ratio: '4:3' } };
    expect(paramsOf({ prompts, values: {} }, remembered)).toEqual([{}]);
    expect(paramsOf({ prompts, values: { aspect_ratio: '1:1' } }, remembered)).toEqual([
      { aspect_ratio: '1:1' },
    ]);
  });

  it('takes params as they are, for a job that is run again', () => {
    const params = { odd: [1] };
    const prompts = [{ prompt: 'A fox', context: around('|hero-1600x900.png') }];
    expect(paramsOf({ prompts, params }, { 'z-image': { aspect_ratio: '4:3' } })).toEqual([params]);
    expect(paramsOf({ kind: 'audio', model: 'elevenlabs-dialogue-v3', params })).toEqual([params]);
    expect(certaintiesOf({ params })).toEqual(['atLeast']);
  });

  it('has a price for each job, which is certain only with the defaults and without input files', () => {
    expect(certaintiesOf({ values: { aspect_ratio: '16:9' } })).toEqual(['atLeast']);
    expect(certaintiesOf({ model: 'nano-banana', inputs: [picture] })).toEqual(['atLeast']);
    const prompts = [{ prompt: 'A fox', context: around('|hero-900x1600.png') }, { prompt: 'A hare' }];
    expect(certaintiesOf({ prompts })).toEqual(['atLeast', 'certain']);
    expect(certaintiesOf({ kind: 'audio', model: 'elevenlabs-turbo-2-5' })).toEqual(['unknown']);
  });

  it('needs a model', () => {
    expect(resolve({ model: undefined })).toEqual({ type: 'modelNeeded' });
    expect(resolve({ model: '' }, { models: [] })).toEqual({ type: 'modelNeeded' });
    expect(resolve({ model: 'gone' })).toEqual({ type: 'modelUnknown', id: 'gone' });
  });

  it('needs a model that can be used for it', () => {
    const model = modelOf(models, 'z-image', { api_status: 'coming_soon' });
    expect(resolve({}, { models: [model] })).toEqual({ type: 'modelUnusable', model, reason: 'comingSoon' });
    expect(resolve({ kind: 'video' })).toMatchObject({ type: 'modelUnusable', reason: 'otherKind' });
    expect(resolve({ inputs: [picture] })).toMatchObject({ type: 'modelUnusable', reason: 'takesNoFiles' });
    const request = { kind: 'image', prompts: [], model: 'z-image' } as const;
    expect(resolveModel(request, models)).toEqual({ type: 'model', model: modelOf(models, 'z-image') });
  });

  it('needs prompts that the model takes, each of them', () => {
    const model = modelOf(models, 'z-image', { max_prompt_length: 3 });
    const prompts = [{ prompt: 'fox' }, { prompt: 'hares' }];
    const problem = { type: 'promptTooLong', model, maximum: 3, excess: 2 };
    expect(resolve({ prompts }, { models: [model] })).toEqual(problem);
  });

  it('needs inputs that the model takes', () => {
    expect(resolve({ model: 'nano-banana', inputs: [picture] }).type).toBe('resolved');
    const model = modelOf(models, 'nano-banana');
    const many = Array.from({ length: 11 }, () => picture);
    expect(resolve({ model: 'nano-banana', inputs: many })).toEqual({
      type: 'inputsWrong',
      model,
      problem: { reason: 'count', maximum: 10, count: 11 },
    });
    expect(inputRefusal(model, [clip])).toMatchObject({ type: 'inputsWrong', problem: { reason: 'kind' } });
    const text = modelOf(models, 'z-image');
    expect(inputRefusal(text, [picture])).toEqual({ type: 'inputsNotTaken', model: text });
  });

  it('needs what a model cannot do without', () => {
    const request = { kind: 'audio', model: 'elevenlabs-dialogue-v3' } as const;
    const problem = resolve(request, { remembered: () => ({ stability: 0.5 }) });
    expect(problem).toMatchObject({ type: 'parametersMissing', fields: [{ key: 'dialogue' }] });
    const dialogue = [{ text: 'Hello', voice: 'Adam' }];
    expect(paramsOf(request, { 'elevenlabs-dialogue-v3': { dialogue } })).toMatchObject([{ dialogue }]);
    expect(paramsOf({ ...request, values: { dialogue } })).toMatchObject([{ dialogue }]);
    expect(resolve({ ...request, values: {} }).type).toBe('parametersMissing');
  });
});

describe('the draft of a job', () => {
  const model = modelOf(models, 'nano-banana');
  const identity = {
    id: 'id-1',
    idempotencyKey: 'key-1',
    origin: 'https://rivya.ai',
    sources: [],
    items: [],
    orderId: 'order-1',
  };
  const estimate = { jobs: 1, certainty: 'atLeast', credits: 3, worst: 12 } as const;

  it('has the body that is sent, with the trace id, and with params only when there are some', () => {
    const task = draftJob({ kind: 'image', model }, { prompt: 'A fox', params: {}, estimate }, identity);
    expect(task).toEqual({
      id: 'id-1',
      origin: 'https://rivya.ai',
      kind: 'image',
      model: 'nano-banana',
      prompt: 'A fox',
      body: '{"model":"nano-banana","prompt":"A fox","client_request_id":"id-1"}',
      idempotencyKey: 'key-1',
      sources: [],
      orderId: 'order-1',
      agreedCredits: 12,
    });
  });

  it('brings uploaded files among the params, from which a repetition leaves them out', () => {
    const items = [{ url: 'https://files/1', kind: 'image', name: 'a.png', mimeType: 'image/png' }] as const;
    const job = { prompt: 'A fox', params: { seed: 1 }, estimate };
    const files = { ...identity, items, sources: ['file:///a.png'] };
    const task = draftJob({ kind: 'image', model }, job, files);
    expect(JSON.parse(task.body)).toMatchObject({ params: { seed: 1, referenceMediaItems: items } });
    expect(task.sources).toEqual(['file:///a.png']);
    expect(sentWith(task.body)).toEqual({ params: { seed: 1 }, hasInputs: true });
    expect(sentWith('{"model":"z-image"}')).toEqual({ params: {}, hasInputs: false });
  });
});
