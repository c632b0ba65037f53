import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/sandbox/catalogue/catalogue.ts';
import { call, sandboxForTest, type Json } from './client.ts';

async function models(): Promise<Map<unknown, Json>> {
  const sandbox = await sandboxForTest();
  const { body } = await call(sandbox, '/models', { key: null });
  expect(body['object']).toBe('list');
  return new Map((body['data'] as Json[]).map(model => [model['id'], model]));
}

describe('the model list', () => {
  it('has every model of the catalogue, without a key', async () => {
    const entries = JSON.parse(readFileSync('src/sandbox/catalogue/models.json', 'utf8')) as { id: string }[];
    expect([...(await models()).keys()]).toEqual(entries.map(entry => entry.id));
    expect(entries).toHaveLength(59);
  });

  it('shows z-image as the documented example does, with its one param', async () => {
    expect((await models()).get('z-image')).toEqual({
      id: 'z-image',
      display_name: 'Z-Image',
      category: 'image',
      runtime: 'async_task',
      base_credits: 1,
      billing_type: 'FIXED',
      supported_modes: ['text-to-image'],
      max_prompt_length: 1000,
      reference_media: null,
      params: [
        {
          key: 'aspect_ratio',
          type: 'select',
          required: false,
          default: '1:1',
          options: ['1:1', '4:3', '3:4', '16:9', '9:16'],
          description: 'Aspect ratio',
        },
      ],
      api_status: 'available',
      api_input_status: 'available_text',
      supported_api_inputs: ['text'],
      requires_files_api: false,
      requires_upload_for_modes: [],
      url_input_supported: false,
      file_kinds: [],
      chat_capabilities: null,
      notices: [],
    });
  });

  it('shows upload rules, a missing prompt limit and chat capabilities', async () => {
    const all = await models();
    expect(all.get('happyhorse-1-0')).toMatchObject({
      supported_modes: ['text-to-video', 'image-to-video', 'video-to-video'],
      api_input_status: 'partial_requires_files',
      requires_upload_for_modes: ['image-to-video', 'video-to-video'],
      file_kinds: ['image', 'video'],
      reference_media: {
        max_files: 10,
        limits: [
          { kind: 'image', max_size_mb: 10 },
          { kind: 'video', max_size_mb: 95 },
        ],
      },
    });
    expect(all.get('flux-kontext-pro')).toMatchObject({
      max_prompt_length: null,
      reference_media: { max_files: 1 },
    });
    expect(all.get('gpt-5-2-chat')).toMatchObject({
      supported_modes: ['chat-completion'],
      reference_media: null,
      chat_capabilities: { web_search: true, image_attachments: true },
    });
    expect(all.get('claude-sonnet-4-6-chat')).toMatchObject({
      chat_capabilities: { image_attachments: false },
    });
  });

  it('names at least one mode for every model, and defaults that its own options allow', () => {
    for (const { wire } of loadCatalogue().values()) {
      expect(wire.supported_modes.length, wire.id).toBeGreaterThan(0);
      for (const param of wire.params) {
        if (param.options && param.default !== undefined)
          expect(param.options, `${wire.id} ${param.key}`).toContain(param.default);
      }
    }
  });
});
