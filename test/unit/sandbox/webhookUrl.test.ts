import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/sandbox/http/apiError.ts';
import { requireWebhookUrl } from '../../../src/sandbox/webhooks/webhookUrl.ts';

function refusal(url: string, allowLoopback = false): string {
  try {
    return `accepted as ${requireWebhookUrl(url, allowLoopback)}`;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('the URL of a webhook', () => {
  it.each([
    ['https://hooks.example.com/rivya', 'https://hooks.example.com/rivya'],
    ['https://hooks.example.com:8443/a?b=c', 'https://hooks.example.com:8443/a?b=c'],
    ['HTTPS://Hooks.Example.com', 'https://hooks.example.com/'],
    ['https://8.8.8.8/hook', 'https://8.8.8.8/hook'],
    ['https://[2606:4700:4700::1111]/hook', 'https://[2606:4700:4700::1111]/hook'],
  ])('may be %s', (url, normalised) => {
    expect(requireWebhookUrl(url, false)).toBe(normalised);
  });

  it.each([
    ['hooks.example.com', /not a valid URL/],
    [`https://example.com/${'x'.repeat(2048)}`, /not a valid URL/],
    ['http://hooks.example.com/', /start with https/],
    ['ftp://hooks.example.com/', /start with https/],
    ['https://user:pass@hooks.example.com/', /credentials/],
    ['https://user@hooks.example.com/', /credentials/],
    ['https://hooks.example.com/#part', /fragment/],
    ['https://hooks.example.com/#', /fragment/],
    ['https://localhost/hook', /local network/],
    ['https://localhost./hook', /local network/],
    ['https://api.localhost/hook', /\.localhost/],
    ['https://printer/hook', /local network/],
    ['https://printer.local/hook', /\.local are/],
    ['https://metadata.google.internal/', /\.internal/],
    ['https://nas.home.arpa/', /\.home\.arpa/],
    ['https://127.0.0.1/hook', /loopback/],
    ['https://127.1/', /loopback/],
    ['https://2130706433/', /loopback/],
    ['https://0x7f.0.0.1/', /loopback/],
    ['https://0x7f000001/', /loopback/],
    ['https://0177.0.0.1/', /loopback/],
    ['https://127.0.0.1./', /loopback/],
    ['https://１２７.0.0.1/', /loopback/],
    ['https://[::1]/', /loopback/],
    ['https://[::ffff:127.0.0.1]/', /loopback/],
    ['https://[::ffff:a00:1]/', /private/],
    ['https://10.0.0.1/', /private/],
    ['https://172.16.0.1/', /private/],
    ['https://192.168.1.1/', /private/],
    ['https://3232235777/', /private/],
    ['https://169.254.169.254/', /linkLocal/],
    ['https://100.64.0.1/', /carrierGradeNat/],
    ['https://0.0.0.0/', /unspecified/],
    ['https://192.0.2.1/', /reserved/],
    ['https://198.18.0.1/', /address/],
    ['https://224.0.0.1/', /multicast/],
    ['https://255.255.255.255/', /broadcast/],
    ['https://[::]/', /unspecified/],
    ['https://[fe80::1]/', /linkLocal/],
    ['https://[fd00::1]/', /uniqueLocal/],
    ['https://[64:ff9b::7f00:1]/', /address/],
    ['https://[2002:7f00:1::]/', /address/],
    ['https://[2001:db8::1]/', /address/],
  ])('must not be %s', (url, reason) => {
    expect(refusal(url)).toMatch(/^webhook_url_rejected: /);
    expect(refusal(url)).toMatch(reason);
  });

  it('may lead to this machine, also over http, where the sandbox allows it', () => {
    for (const url of ['http://127.0.0.1:3000/', 'http://localhost:3000/', 'https://[::1]:3000/']) {
      expect(requireWebhookUrl(url, true)).toBe(url);
      expect(refusal(url)).toMatch(/^webhook_url_rejected/);
    }
    expect(refusal('http://192.168.1.1/', true)).toMatch(/https/);
    expect(refusal('https://192.168.1.1/', true)).toMatch(/private/);
    expect(refusal('http://user:pass@127.0.0.1/', true)).toMatch(/credentials/);
    expect(refusal('http://evil.localhost/', true)).toMatch(/https/);
  });

  it('never gets to a private IPv4 address by any spelling of its number', () => {
    const privateAddress = fc.oneof(
      fc.integer({ min: 0x0a000000, max: 0x0affffff }),
      fc.integer({ min: 0x7f000000, max: 0x7fffffff }),
      fc.integer({ min: 0xac100000, max: 0xac1fffff }),
      fc.integer({ min: 0xc0a80000, max: 0xc0a8ffff }),
    );
    const spelling = fc.constantFrom<(number: number) => string>(
      String,
      number => `0x${number.toString(16)}`,
      number => `0${number.toString(8)}`,
      number => `0x${(number >>> 24).toString(16)}.${number & 0xffffff}`,
      number => `0${(number >>> 24).toString(8)}.${(number >>> 16) & 255}.${number & 0xffff}`,
      number => `[::ffff:${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}]`,
    );
    fc.assert(
      fc.property(privateAddress, spelling, (number, spell) => {
        expect(refusal(`https://${spell(number)}/`)).toMatch(/^webhook_url_rejected/);
      }),
    );
  });
});
