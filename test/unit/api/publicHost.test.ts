import { describe, expect, test, vi } from 'vitest';
import { hostProblem, isPublicAddress } from '../../../src/api/address/publicHost.ts';
import { isRivyaError } from '../../../src/api/errors/errors.ts';
import type { Fetch } from '../../../src/api/transport/abortableFetch.ts';
import { openResult } from '../../../src/api/transport/download.ts';
import { parseWebhookUrl } from '../../../src/core/webhooks/webhookUrl.ts';

/** Whether a result there would be fetched for an API in the internet. */
async function isFetched(url: string): Promise<boolean> {
  const fetch = vi.fn<Fetch>(() => Promise.resolve(new Response('x')));
  try {
    (await openResult(url, { fetch, baseUrl: 'https://rivya.ai' })).dispose();
  } catch (error) {
    expect(isRivyaError(error) && error.code).toBe('result_url_refused');
  }
  return fetch.mock.calls.length > 0;
}

function webhookProblem(url: string): string | undefined {
  const parsed = parseWebhookUrl(url, { loopback: false });
  return 'problem' in parsed ? parsed.problem : undefined;
}

describe('a host', () => {
  test.each([
    // IPv4, also inside other notations.
    ['127.0.0.1', 'privateAddress'],
    ['10.1.2.3', 'privateAddress'],
    ['100.64.0.1', 'privateAddress'],
    ['169.254.169.254', 'privateAddress'],
    ['172.16.0.1', 'privateAddress'],
    ['192.0.0.1', 'privateAddress'],
    ['192.0.2.1', 'privateAddress'],
    ['192.88.99.1', 'privateAddress'],
    ['192.168.0.1', 'privateAddress'],
    ['198.18.0.1', 'privateAddress'],
    ['198.51.100.1', 'privateAddress'],
    ['203.0.113.9', 'privateAddress'],
    ['224.0.0.1', 'privateAddress'],
    ['255.255.255.255', 'privateAddress'],
    ['0x7f000001', 'privateAddress'],
    ['017700000001', 'privateAddress'],
    // IPv6, and IPv4 inside it: mapped, translated, compatible, NAT64, 6to4, Teredo.
    ['[::]', 'privateAddress'],
    ['[::1]', 'privateAddress'],
    ['[fc00::1]', 'privateAddress'],
    ['[fe80::1]', 'privateAddress'],
    ['[fec0::1]', 'privateAddress'],
    ['[ff02::1]', 'privateAddress'],
    ['[100::1]', 'privateAddress'],
    ['[::ffff:10.0.0.1]', 'privateAddress'],
    ['[::ffff:8.8.8.8]', 'privateAddress'],
    ['[::ffff:0:7f00:1]', 'privateAddress'],
    ['[::7f00:1]', 'privateAddress'],
    ['[64:ff9b::7f00:1]', 'privateAddress'],
    ['[64:ff9b::808:808]', 'privateAddress'],
    ['[64:ff9b:1::7f00:1]', 'privateAddress'],
    ['[2002:7f00:1::]', 'privateAddress'],
    ['[2002:a00:1::1]', 'privateAddress'],
    ['[2001:0:4136:e378:8000:63bf:80ff:fffe]', 'privateAddress'],
    ['[2001:db8::1]', 'privateAddress'],
    ['[3fff::1]', 'privateAddress'],
    // Names.
    ['localhost', 'localName'],
    ['app.localhost', 'localName'],
    ['router', 'localName'],
    ['router.home', 'localName'],
    ['nas.home.arpa', 'localName'],
    ['printer.local', 'localName'],
    ['printer.local.', 'localName'],
    ['x.localdomain', 'localName'],
    ['db.internal', 'localName'],
    ['wiki.intranet', 'localName'],
    ['a.private', 'localName'],
    ['a.lan', 'localName'],
    ['a.corp', 'localName'],
    ['a.test', 'localName'],
    ['a.invalid', 'localName'],
    ['a.onion', 'localName'],
    ['a.alt', 'localName'],
  ])('%s is refused for results and for webhooks alike: %s', async (host, problem) => {
    const url = `https://${host}/x`;
    expect(hostProblem(new URL(url).hostname)).toBe(problem);
    expect(webhookProblem(url)).toBe(problem);
    expect(await isFetched(url)).toBe(false);
  });

  test.each([
    'rivya.ai',
    'media.example',
    'hooks.example.co.uk.',
    'localhost.example.com',
    '10.example.com',
    '8.8.8.8',
    '100.128.0.1',
    '172.32.0.1',
    '192.0.1.1',
    '203.0.114.9',
    '[2606:4700:4700::1111]',
    '[2001:4860:4860::8888]',
  ])('%s is public for results and for webhooks alike', async host => {
    const url = `https://${host}/x`;
    expect(hostProblem(new URL(url).hostname)).toBeUndefined();
    expect(webhookProblem(url)).toBeUndefined();
    expect(await isFetched(url)).toBe(true);
  });
});

describe('isPublicAddress', () => {
  test.each(['', 'localhost', '1.2.3', '::g', 'fe80::1%eth0'])('is no public address: %j', text => {
    expect(isPublicAddress(text)).toBe(false);
  });
});
