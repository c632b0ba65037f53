import { expect, it } from 'vitest';
import { everything } from '../../../src/webview/gallery/everything.ts';
import { readGalleryMessage } from '../../../src/shared/gallerySchema.ts';

const look = { type: 'look', look: 1, query: everything, offset: 0 };

it.each([
  [{ type: 'ready' }],
  [look],
  [{ type: 'do', verb: 'remove', taskIds: ['a', 'b'] }],
  [{ type: 'favourite', taskIds: ['a'], on: true }],
  [{ type: 'ids', request: 3, query: everything, offset: 99_000, count: 1_000 }],
  [{ type: 'thumbnail', taskId: 'a', index: 0, bytes: new ArrayBuffer(10) }],
  [{ type: 'thumbnail', taskId: 'a', index: 0, bytes: new Uint8Array(65_536) }],
])('understands %j', value => {
  expect(readGalleryMessage(value)).toEqual(value);
});

it.each([
  [{ type: 'shutdown' }],
  [{ ...look, offset: -1 }],
  [{ ...look, offset: 1.5 }],
  [{ ...look, query: { ...everything, kind: 'pdf' } }],
  [{ ...look, query: { ...everything, day: '2026-1-1' } }],
  [{ ...look, query: { ...everything, text: 'x'.repeat(2_001) } }],
  [{ type: 'do', verb: 'sendAgain', taskIds: ['a'] }],
  [{ type: 'do', verb: 'insert', taskIds: [] }],
  [{ type: 'do', verb: 'insert', taskIds: Array.from({ length: 1_001 }, () => 'a') }],
  [{ type: 'ids', request: 1, query: everything, offset: 0, count: 1_001 }],
  [{ type: 'thumbnail', taskId: 'a', index: 0, bytes: new ArrayBuffer(65_537) }],
  [{ type: 'thumbnail', taskId: 'a', index: 0, bytes: new ArrayBuffer(0) }],
  [{ type: 'thumbnail', taskId: 'a', index: -1, bytes: new ArrayBuffer(9) }],
  [{ type: 'thumbnail', taskId: 'a', index: 0, bytes: 'UklGRg==' }],
])('does not understand %j', value => {
  expect(readGalleryMessage(value)).toBeUndefined();
});
