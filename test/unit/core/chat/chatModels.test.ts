import { describe, expect, it } from 'vitest';
import type { Model } from '../../../../src/api/resources/models.ts';
import { chatCapabilities, chatModels } from '../../../../src/core/chat/chatModels.ts';

function model(change: Partial<Model>): Model {
  return { id: 'm', category: 'chat', file_kinds: [], chat_capabilities: null, ...change } as Model;
}

describe('chatCapabilities', () => {
  it.each([
    { web_search: true, image_attachments: true, reasoning_efforts: ['low', 'high'] },
    { webSearch: true, imageAttachments: true, reasoningEfforts: ['low', 'high'] },
    { supports_web_search: 'supported', vision: {}, reasoning_effort: { options: ['low', 'high'] } },
  ])('is read in every plausible spelling: %j', said => {
    expect(chatCapabilities(model({ chat_capabilities: said }))).toEqual({
      webSearch: true,
      images: true,
      reasoningEfforts: ['low', 'high'],
    });
  });

  it.each([null, [], 'all', { web_search: false, images: false, reasoning_efforts: [1, 'a b', null] }])(
    'offers nothing that is not said: %j',
    said => {
      expect(chatCapabilities(model({ chat_capabilities: said }))).toEqual({
        webSearch: false,
        images: false,
        reasoningEfforts: [],
      });
    },
  );
});

describe('chatModels', () => {
  it('puts those that can be used first, and leaves other kinds out', () => {
    const found = chatModels([
      model({ id: 'z' }),
      model({ id: 'a', api_status: 'studio_only' }),
      model({ id: 'b' }),
      model({ id: 'image', category: 'image' }),
    ]);
    expect(found.map(each => each.id)).toEqual(['b', 'z', 'a']);
  });
});
