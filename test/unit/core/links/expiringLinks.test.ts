import { describe, expect, it } from 'vitest';
import { expiryOf, readHosts } from '../../../../src/core/links/expiringLinks.ts';

const known = { set: [], results: new Set<string>() };
const azure = 'https://oaidalleapiprodscus.blob.core.windows.net/private/org-a/user-b/img-c.png';
const discord = 'https://cdn.discordapp.com/attachments/1/2/fox.png';
const s3 = 'https://bucket.s3.eu-central-1.amazonaws.com/fox.png';
const goog = 'https://storage.googleapis.com/bucket/fox.png';
const cloudfront = 'https://d111111abcdef8.cloudfront.net/fox.png';

/** A link, and when it dies by its own word; `null` where only that it will is known. */
const dying: readonly (readonly [link: string, at: string | null])[] = [
  [`${azure}?st=2024-01-02T10%3A00%3A00Z&se=2024-01-02T12%3A00%3A00Z&sp=r&sig=abc%3D`, '2024-01-02T12:00:00Z'],
  [`${azure}?se=2024-01-02T12:00:00Z&sig=a`, '2024-01-02T12:00:00Z'],
  [`${azure}?sig=a&se=2024-01-02T12%3A00Z`, '2024-01-02T12:00:00Z'],
  [`${azure}?se=2024-01-02&sig=a`, '2024-01-02T00:00:00Z'],
  [`${azure}?se=2024-01-02T12:00:00.1234567Z&sig=a`, '2024-01-02T12:00:00Z'],
  [`${azure}?se=2024-01-02T14:00:00%2B02:00&sig=a`, '2024-01-02T12:00:00Z'],
  [`${azure}?se=2024-01-02T14:00:00+02:00&sig=a`, '2024-01-02T12:00:00Z'],
  [`${azure}?se=2024-01-02T07:00:00-05:00&sig=a`, '2024-01-02T12:00:00Z'],
  ['https://dalleprodsec.blob.core.windows.net/private/images/a/generated_00.png?se=2023-12-31T23%3A59%3A59Z&sig=x', '2023-12-31T23:59:59Z'],
  ['https://a.blob.core.windows.net/b/c.mp4?sv=2023-11-03&se=2025-02-28T00%3A00%3A00Z&sr=b&sp=r&sig=x', '2025-02-28T00:00:00Z'],
  [`${azure}?se=never&sig=a`, null],
  [`${discord}?ex=65903680&is=657dc180&hm=abc`, '2023-12-30T15:25:52Z'],
  [`${discord}?ex=65903680&`, '2023-12-30T15:25:52Z'],
  [`${discord}?ex=6590368F&is=1&hm=2`, '2023-12-30T15:26:07Z'],
  ['https://media.discordapp.net/attachments/1/2/fox.png?ex=65903680&is=1&hm=2&width=100', '2023-12-30T15:25:52Z'],
  ['https://cdn.discordapp.com/ephemeral-attachments/1/2/fox.png?ex=65903680', '2023-12-30T15:25:52Z'],
  [discord, '1970-01-01T00:00:00Z'],
  [`${discord}?width=100&height=100`, '1970-01-01T00:00:00Z'],
  ['https://media.discordapp.net/attachments/1/2/clip.mp4', '1970-01-01T00:00:00Z'],
  [`${s3}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240102T110000Z&X-Amz-Expires=3600&X-Amz-Signature=a`, '2024-01-02T12:00:00Z'],
  [`${s3}?x-amz-date=20240102T110000Z&x-amz-expires=60&x-amz-signature=a`, '2024-01-02T11:01:00Z'],
  ['https://a.r2.cloudflarestorage.com/b/c.png?X-Amz-Date=20240102T000000Z&X-Amz-Expires=604800&X-Amz-Signature=a', '2024-01-09T00:00:00Z'],
  ['https://minio.example.com/b/c.webm?X-Amz-Expires=1&X-Amz-Date=20241231T235959Z&X-Amz-Signature=a', '2025-01-01T00:00:00Z'],
  ['https://nyc3.digitaloceanspaces.com/b/c.png?X-Amz-Date=20240229T120000Z&X-Amz-Expires=86400&X-Amz-Signature=a', '2024-03-01T12:00:00Z'],
  [`${goog}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Date=20240102T110000Z&X-Goog-Expires=3600&X-Goog-Signature=a`, '2024-01-02T12:00:00Z'],
  [`${goog}?X-Goog-Signature=a&X-Goog-Expires=900&X-Goog-Date=20240102T114500Z`, '2024-01-02T12:00:00Z'],
  [`${goog}?GoogleAccessId=a&Expires=1704196800&Signature=b`, '2024-01-02T12:00:00Z'],
  [`${s3}?AWSAccessKeyId=a&Expires=1704196800&Signature=b`, '2024-01-02T12:00:00Z'],
  [`${cloudfront}?Expires=1704196800&Signature=a&Key-Pair-Id=K`, '2024-01-02T12:00:00Z'],
  [`${cloudfront}?Signature=a&Expires=4102444800&Key-Pair-Id=K`, '2100-01-01T00:00:00Z'],
  ['https://replicate.delivery/pbxt/abc/out-0.png', null],
  ['https://replicate.delivery/xezq/abc/tmp.webp', null],
  ['https://pbxt.replicate.delivery/abc/out-0.png', null],
  ['http://replicate.delivery/a.mp4', null],
  ['//replicate.delivery/a.png', null],
  ['https://fal.media/files/a/b.png', null],
  ['https://v3.fal.media/files/a/b.jpeg', null],
  ['https://v3b.fal.media/files/a/clip.mp4', null],
  ['HTTPS://REPLICATE.DELIVERY/a.png', null],
  ['https://cdn.discordapp.com/attachments/1/2/a%20b.png?ex=ffffffff', '2106-02-07T06:28:15Z'],
]; // prettier-ignore

const ordinary = Array.from({ length: 20 }, (_, number) => [
  `https://example.com/${number}.png`,
  `https://raw.githubusercontent.com/a/b/main/${number}.png`,
  `https://user-images.githubusercontent.com/1/${number}.png`,
  `https://i.imgur.com/a${number}.jpg`,
  `https://img.shields.io/badge/a-${number}-green.svg?expires=1704196800`,
  `https://a.blob.core.windows.net/public/${number}.png`,
  `https://a.blob.core.windows.net/public/${number}.png?se=2024-01-02T12:00:00Z`,
  `https://bucket.s3.amazonaws.com/${number}.png`,
  `https://bucket.s3.amazonaws.com/${number}.png?X-Amz-Date=20240102T110000Z`,
  `https://bucket.s3.amazonaws.com/${number}.png?Expires=1704196800`,
  `https://storage.googleapis.com/bucket/${number}.png?alt=media`,
  `https://d${number}.cloudfront.net/a.png?v=2`,
  `https://cdn.discordapp.com/icons/1/${number}.png`,
  `https://cdn.discordapp.com/emojis/${number}.webp?size=96`,
  `https://replicate.com/p/${number}.png`,
  `https://notreplicate.delivery/${number}.png`,
  `https://fal.media.example.com/${number}.png`,
  `https://example.com/blob.core.windows.net/${number}.png?se=2024-01-02&sig=a`,
  `https://upload.wikimedia.org/a/${number}.jpg?Signature=a&Expires=1704196800`,
  `https://cdn.jsdelivr.net/npm/a@${number}/b.png`,
  `https://images.unsplash.com/photo-${number}?w=100&se=1`,
  `https://xn--bcher-kva.example/ä${number}.png?ex=65903680`,
  `img/${number}.png`,
  `data:image/png;base64,AA${number}`,
  `ftp://replicate.delivery/${number}.png`,
]).flat(); // prettier-ignore

describe('links that stop working', () => {
  it.each(dying)('%s: %s', (link, at) => {
    const expiry = expiryOf(link, known);
    expect(expiry).toBeDefined();
    expect(expiry?.at).toBe(at === null ? undefined : Date.parse(at));
  });

  it('are told from those that go on', () => {
    expect(ordinary).toHaveLength(500);
    expect(dying).toHaveLength(40);
    expect(ordinary.filter(link => expiryOf(link, known))).toEqual([]);
  });

  it('are those of hosts that were set, or that gave results', () => {
    const set = readHosts(['a.example', '*.b.example', 'no host', 'https://c.example', 7]);
    expect(set).toEqual(['a.example', '*.b.example']);
    const own = { set, results: new Set(['r.example']) };
    const told = (link: string): string | undefined => expiryOf(link, own)?.rule;
    expect(told('https://a.example/x')).toBe('set');
    expect(told('https://x.a.example/x')).toBeUndefined();
    expect(told('https://x.b.example/x')).toBe('set');
    expect(told('https://b.example/x')).toBeUndefined();
    expect(told('https://r.example/x')).toBe('result');
    expect(readHosts('a')).toEqual([]);
  });
});
