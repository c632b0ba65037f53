import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCutOff } from '../../../../src/core/assets/cutOff.ts';
import { recognise, recogniseBytes } from '../../../../src/core/assets/mediaType.ts';
import { NotMedia, resultType } from '../../../../src/core/assets/resultType.ts';
import { png, smallFiles } from '../../../support/mediaBytes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rivya-kinds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(bytes: Uint8Array): string {
  const file = path.join(folder, 'file');
  writeFileSync(file, bytes);
  return file;
}

function box(type: string, ...content: (Uint8Array | string)[]): Buffer {
  const all = Buffer.concat(content.map(each => Buffer.from(each)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(all.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, all]);
}

const ftyp = (brand: string): Buffer => box('ftyp', `${brand}\0\0\0\0isom${brand}`);
const track = (handler: string): Buffer =>
  box(
    'trak',
    box('tkhd', Buffer.alloc(84)),
    box('mdia', box('mdhd', Buffer.alloc(24)), box('hdlr', Buffer.alloc(8), handler, Buffer.alloc(13))),
  );
const movie = (...tracks: Buffer[]): Buffer => box('moov', box('mvhd', Buffer.alloc(100)), ...tracks);
const mdat = box('mdat', Buffer.alloc(400, 7));
const large = Buffer.concat([
  Buffer.from([0, 0, 0, 1]),
  Buffer.from('mdat'),
  Buffer.from([0, 0, 0, 0, 0, 0, 0, 32]),
  Buffer.alloc(16),
]);

function riff(magic: string, size: number): Buffer {
  const bytes = Buffer.concat([smallFiles['wav']?.bytes ?? Buffer.alloc(0)]);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(size, 4);
  return bytes;
}

const sizes = Buffer.alloc(28);
sizes.writeBigUInt64LE(BigInt(12 + 8 + 28 + 20 - 8), 0);
const rf64 = Buffer.concat([
  Buffer.from('RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0', 'latin1'),
  sizes,
  Buffer.from('data'),
  Buffer.alloc(16),
]);
const ebml = Buffer.from('1a45dfa384428281ff', 'hex');

describe('the kind of a file, by its content', () => {
  it.each([
    ['a sound with the brand of videos', [ftyp('mp42'), movie(track('soun')), mdat], 'audio/mp4'],
    ['one with the brand isom', [ftyp('isom'), movie(track('soun')), mdat], 'audio/mp4'],
    ['one whose tracks stand at its end', [ftyp('mp42'), mdat, large, movie(track('soun'))], 'audio/mp4'],
    ['one without tracks', [ftyp('mp42'), movie(), mdat], 'audio/mp4'],
    ['a recording of a telephone', [ftyp('3gp4'), movie(track('soun')), mdat], 'audio/3gpp'],
    ['a film of a telephone', [ftyp('3gp4'), movie(track('soun'), track('vide')), mdat], 'video/3gpp'],
    ['a sound of QuickTime', [ftyp('qt  '), movie(track('soun')), mdat], 'audio/quicktime'],
    ['a video', [ftyp('mp42'), movie(track('soun'), track('vide')), mdat], 'video/mp4'],
    ['a silent video', [ftyp('isom'), movie(track('vide')), mdat], 'video/mp4'],
    ['a video that was cut off', [ftyp('mp42'), movie(track('soun')).subarray(0, 60)], 'video/mp4'],
    ['RF64', [riff('RF64', 0xffff_ffff)], 'audio/wav'],
    ['BW64', [riff('BW64', 0xffff_ffff)], 'audio/wav'],
    ['MP3 with zeros before it', [Buffer.alloc(700), smallFiles['mp3']?.bytes ?? ''], 'audio/mpeg'],
    ['zeros', [Buffer.alloc(20_000)], undefined],
    ['a picture with zeros before it', [Buffer.alloc(64), png(2, 2)], undefined],
  ])('%s', async (_name, parts, mediaType) => {
    const bytes = Buffer.concat(parts.map(each => Buffer.from(each)));
    expect((await recognise(written(bytes)))?.mediaType).toBe(mediaType);
    const found = await recogniseBytes(bytes);
    expect(found?.mediaType).toBe(mediaType);
    if (mediaType) expect(found?.kind).toBe(mediaType.split('/')[0]);
  });
});

describe('a file whose length nobody has told', () => {
  const whole: [string, Buffer, string][] = [
    ['PNG', png(64, 64), 'image/png'],
    ['JPEG', smallFiles['jpeg']?.bytes ?? Buffer.alloc(0), 'image/jpeg'],
    ['WebP', smallFiles['webp']?.bytes ?? Buffer.alloc(0), 'image/webp'],
    ['WAV', riff('RIFF', (smallFiles['wav']?.bytes.length ?? 0) - 8), 'audio/wav'],
    ['MP4', Buffer.concat([ftyp('mp42'), movie(track('vide')), large, mdat]), 'video/mp4'],
    ['M4A', Buffer.concat([ftyp('M4A '), movie(track('soun')), mdat]), 'audio/x-m4a'],
    ['AVIF', Buffer.concat([ftyp('avif'), box('meta', Buffer.alloc(4)), mdat]), 'image/avif'],
    ['GIF', smallFiles['gif']?.bytes ?? Buffer.alloc(0), 'image/gif'],
    ['AVI', riff('RIFF', (smallFiles['wav']?.bytes.length ?? 0) - 8), 'video/vnd.avi'],
    ['RF64', rf64, 'audio/wav'],
    ['AIFF', Buffer.concat([Buffer.from('FORM\0\0\0\x0eAIFF'), Buffer.alloc(10)]), 'audio/aiff'],
    ['WebM', Buffer.concat([ebml, Buffer.from('18538067410a', 'hex'), Buffer.alloc(266)]), 'video/webm'],
  ];

  it.each(whole)('%s is whole at its own end, and cut off before', async (_name, bytes, mediaType) => {
    const cut = async (part: Buffer): Promise<boolean> => isCutOff(written(part), part.length, mediaType);
    expect(await cut(bytes)).toBe(false);
    expect(await cut(bytes.subarray(0, -1))).toBe(true);
    expect(await cut(bytes.subarray(0, bytes.length - 10))).toBe(true);
    // Much software writes something behind the end.
    expect(await cut(Buffer.concat([bytes, Buffer.alloc(8)]))).toBe(false);
  });

  it.each([
    ['a WAV of a writer who did not know', riff('RIFF', 0xffff_ffff), 'audio/wav'],
    [
      'a WebM of a live recording',
      Buffer.concat([ebml, Buffer.from('1853806701ffffffffffffff', 'hex')]),
      'video/webm',
    ],
    ['the same with 0', riff('RIFF', 0), 'audio/wav'],
    ['an MP4 up to its end', Buffer.concat([ftyp('mp42'), Buffer.from('\0\0\0\0mdatxx')]), 'video/mp4'],
    ['what says nothing', smallFiles['flac']?.bytes.subarray(0, 9) ?? Buffer.alloc(1), 'audio/flac'],
  ])('%s is taken as it is', async (_name, bytes, mediaType) => {
    expect(await isCutOff(written(bytes), bytes.length, mediaType)).toBe(false);
  });
});

describe('a page in place of a file', () => {
  const utf16be = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  it.each([
    ['in UTF-8', Buffer.from('<html><body>Sign in')],
    ['in Latin-1', Buffer.from('<html>Zugriff verweigert f\u00fcr Sie', 'latin1')],
    ['in Latin-1, with a doctype', Buffer.from('\r\n<!DOCTYPE HTML><p>Acc\u00e8s refus\u00e9', 'latin1')],
    ['in UTF-16', Buffer.from('\ufeff<html>Sign in', 'utf16le')],
    ['in UTF-16, the other way round', utf16be('<!doctype html>Sign in')],
    ['as JSON in UTF-16', Buffer.from('\ufeff{"error":"x"}', 'utf16le')],
    ['as XML of a store', Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
    ['as a script', Buffer.from('#!/bin/sh\nexit 1\n')],
  ])('is no result: %s', async (_name, bytes) => {
    await expect(resultType(written(bytes), bytes.length, {})).rejects.toThrow(NotMedia);
  });

  it.each([
    [
      'a drawing with a mark',
      Buffer.from('\ufeff<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'image/svg+xml',
    ],
    ['a program', Buffer.from(`MZ${'\u0001'.repeat(200)}`, 'latin1'), 'application/octet-stream'],
    ['WebAssembly', Buffer.from('0061736d01000000', 'hex'), 'application/octet-stream'],
    ['an icon', Buffer.from('000001000100101000000100200068040000160000', 'hex'), 'image/x-icon'],
  ])('%s is kept, as what nothing opens', async (_name, bytes, mediaType) => {
    const type = await resultType(written(bytes), bytes.length, { kind: 'image' });
    expect(type).toEqual({ mediaType, extension: 'bin' });
  });
});
