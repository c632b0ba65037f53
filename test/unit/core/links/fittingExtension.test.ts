import { expect, it } from 'vitest';
import { fittingExtension } from '../../../../src/core/links/fittingExtension.ts';

it.each([
  ['its own where that is asked for', 'png', 'png', 'png'],
  ['what is asked for, in its case and spelling, where that is the same format', 'jpg', 'JPEG', 'JPEG'],
  ['its own where another format is asked for', 'png', 'jpg', 'png'],
  ['its own where none is asked for', 'webp', '', 'webp'],
])('a file for a name has %s', (_, extension, asked, fitting) => {
  expect(fittingExtension({ extension }, asked)).toBe(fitting);
});
