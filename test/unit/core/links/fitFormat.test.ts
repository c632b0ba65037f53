import { describe, expect, it } from 'vitest';
import { fitFormat, type ConvertFile } from '../../../../src/core/links/fitFormat.ts';
import type { StoredFile } from '../../../../src/shared/task.ts';

const file = (extension: string): StoredFile => ({
  path: `a/b.${extension}`,
  mediaType: 'image/png',
  extension,
  bytes: 1,
  sha256: extension,
});
const converting: ConvertFile = (_, extension) =>
  Promise.resolve(file(extension === 'jpeg' ? 'jpg' : extension));
const lying: ConvertFile = () => Promise.resolve(file('png'));
const unable: ConvertFile = () => Promise.resolve(undefined);
const never: ConvertFile = () => Promise.reject(new Error('Nothing is to be converted.'));

describe('a file for a name that asks for a format', () => {
  it.each([
    ['is as it is where its bytes are of that format', 'png', 'png', never, 'png', 'png'],
    ['keeps the case and the spelling that are asked for', 'jpg', 'JPEG', never, 'jpg', 'JPEG'],
    ['is converted where that can be done', 'png', 'jpg', converting, 'jpg', 'jpg'],
    ['is converted to another spelling', 'png', 'JPEG', converting, 'jpg', 'JPEG'],
    ['has its own extension where nobody converts', 'png', 'jpg', undefined, 'png', 'png'],
    ['has its own where the converter cannot', 'png', 'webp', unable, 'png', 'png'],
    ['has its own where what was converted is something else', 'webp', 'jpg', lying, 'webp', 'webp'],
  ] as const)('%s', async (_, own, asked, convert, made, extension) => {
    const fitted = await fitFormat(file(own), asked, convert);
    expect([fitted.file.extension, fitted.extension]).toEqual([made, extension]);
  });
});
