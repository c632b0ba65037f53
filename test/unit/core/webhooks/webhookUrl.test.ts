import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseWebhookUrl,
  resolvedProblem,
  type WebhookUrlProblem,
} from '../../../../src/core/webhooks/webhookUrl.ts';

const real = { loopback: false };
const onThisMachine = { loopback: true };
const never = new AbortController().signal;

function verdict(text: string, rules = real): WebhookUrlProblem | 'fine' {
  const parsed = parseWebhookUrl(text, rules);
  return 'url' in parsed ? 'fine' : parsed.problem;
}

const cases: Record<WebhookUrlProblem | 'fine', readonly string[]> = {
  fine: [
    'https://example.com/hooks',
    'https://example.com',
    '  https://example.com/hooks  ',
    'https://example.com:8443/hooks?source=rivya&x=1',
    'HTTPS://EXAMPLE.COM/Hooks',
    'https://hooks.example.co.uk./rivya',
    'https://münchen.example.com/hooks',
    'https://xn--mnchen-3ya.example.com/hooks',
    'https://नमूना.example.com/',
    'https://example.com/@name',
    'https://example.com/?next=https://me@localhost/',
    'https://8.8.8.8/hooks',
    'https://1.1.1.1',
    'https://[2606:4700:4700::1111]/hooks',
    'https://localhost.example.com/',
    'https://10.example.com/',
    'https://internal.example.com/',
    'https://172.15.255.255/',
    'https://172.32.0.1/',
    'https://100.63.255.255/',
    'https://100.128.0.1/',
    'https://169.253.1.1/',
    'https://192.167.1.1/',
  ],
  invalid: [
    '',
    'example.com/hooks',
    '/hooks',
    'https://',
    'https:///',
    'https://exa mple.com',
    'https://example..com/',
    'https://.example.com/',
    'https://example.com:99999/',
    'https://256.256.256.256/',
    'https://1.2.3.4.5/',
    'https://[::1/',
    'https://[fe80::1%25eth0]/',
    'https://a%00b.example.com/',
  ],
  notHttps: [
    'http://example.com/hooks',
    'http://8.8.8.8/',
    'ftp://example.com/',
    'ws://example.com/',
    'file:///etc/hosts',
    'javascript:alert(1)',
    'http://127.0.0.1/',
    'http://localhost:3000/',
  ],
  credentials: [
    'https://me@example.com/',
    'https://me:secret@example.com/',
    'https://:secret@example.com/',
    'https://@example.com/',
    'https://example.com@127.0.0.1/',
    'https:\\\\me@example.com/',
  ],
  fragment: ['https://example.com/#top', 'https://example.com/#', 'https://example.com/hooks?x=1#y'],
  localName: [
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://localhost:3000/hooks',
    'https://app.localhost/',
    'https://printer.local/',
    'https://printer.local./',
    'https://db.internal/',
    'https://metadata.google.internal/',
    'https://router.lan/',
    'https://nas.home/',
    'https://nas.home.arpa/',
    'https://build.corp/',
    'https://wiki.intranet/',
    'https://my.localdomain/',
    'https://service.test/',
    'https://intranet/',
    'https://loc%61lhost/',
    'https://ＬＯＣＡＬＨＯＳＴ/',
    'https://localhost。/',
  ],
  privateAddress: [
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://127.255.255.254/',
    'https://0.0.0.0/',
    'https://0.1.2.3/',
    'https://10.0.0.1/',
    'https://100.64.0.1/',
    'https://100.127.255.255/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://192.168.1.1:8443/',
    'https://198.18.0.1/',
    'https://198.19.255.255/',
    'https://198.51.100.7/',
    'https://203.0.113.7/',
    'https://224.0.0.1/',
    'https://239.255.255.250/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    // Decimal, hexadecimal, octal and short forms.
    'https://2130706433/',
    'https://0x7f000001/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://0x7f.0.0.1/',
    'https://0x7F.1/',
    'https://127.1/',
    'https://127.0.1/',
    'https://0/',
    'https://10.1/',
    'https://192.168.257/',
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://0300.0250.1.1/',
    'https://%31%32%37.0.0.1/',
    'https://１２７.０.０.１/',
    'https://127。0。0。1/',
    'https://①②⑦.0.0.1/',
    // IPv6.
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::127.0.0.1]/',
    'https://[64:ff9b::a00:1]/',
    'https://[64:ff9b:1::1]/',
    'https://[2002:7f00:1::]/',
    'https://[2002:a00:1::1]/',
    'https://[2001::1]/',
    'https://[2001:db8::1]/',
    'https://[3fff::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456:789a::1]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[100::1]/',
    'https://[4000::1]/',
  ],
  resolvesToPrivate: [],
};

describe('parseWebhookUrl', () => {
  const all = Object.entries(cases).flatMap(([expected, texts]) => texts.map(text => ({ text, expected })));

  it('has cases enough', () => expect(all.length).toBeGreaterThanOrEqual(120));

  it.each(all)('$text: $expected', ({ text, expected }) => {
    expect(verdict(text)).toBe(expected);
  });

  it('lets a server on this machine deliver to this machine, by http too, and to nothing else that is private', () => {
    const fine = [
      'http://127.0.0.1:3000/hooks',
      'http://localhost:3000/',
      'http://[::1]:3000/',
      'https://127.0.0.1/',
      'https://example.com/',
    ];
    expect(fine.map(text => verdict(text, onThisMachine))).toEqual(fine.map(() => 'fine'));
    expect(verdict('http://example.com/', onThisMachine)).toBe('notHttps');
    expect(verdict('https://app.localhost/', onThisMachine)).toBe('localName');
    expect(verdict('https://192.168.1.1/', onThisMachine)).toBe('privateAddress');
    expect(verdict('https://0.0.0.0/', onThisMachine)).toBe('privateAddress');
    expect(verdict('http://me@127.0.0.1/', onThisMachine)).toBe('credentials');
    expect(verdict('http://127.0.0.1/#x', onThisMachine)).toBe('fragment');
  });

  it('refuses every notation of every loopback and private address', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const starts = [[127], [10], [192, 168], [169, 254], [172, 20], [100, 100], [0], [224], [255]];
    const address = fc
      .tuple(fc.constantFrom(...starts), octet, octet, octet)
      .map(([start, ...rest]) => [...start, ...rest].slice(0, 4));
    fc.assert(
      fc.property(
        address,
        fc.constantFrom('dotted', 'decimal', 'hex', 'octal', 'mapped', 'sixToFour'),
        (bytes, form) => {
          const whole = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
          const hex = whole.toString(16).padStart(8, '0');
          const groups = `${hex.slice(0, 4)}:${hex.slice(4)}`;
          const host = {
            dotted: bytes.join('.'),
            decimal: String(whole),
            hex: `0x${hex}`,
            octal: bytes.map(byte => `0${byte.toString(8)}`).join('.'),
            mapped: `[::ffff:${groups}]`,
            sixToFour: `[2002:${groups}::1]`,
          }[form];
          expect(verdict(`https://${host}/`)).toBe('privateAddress');
        },
      ),
    );
  });

  it('never throws, and accepts nothing that is not https without credentials or fragment', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withFragments: true })), text => {
        const parsed = parseWebhookUrl(text, real);
        if (!('url' in parsed)) return;
        expect(parsed.url.protocol).toBe('https:');
        expect(parsed.url.username + parsed.url.password + parsed.url.hash).toBe('');
      }),
    );
  });
});

describe('resolvedProblem', () => {
  const url = new URL('https://hooks.example.com/');

  it.each([
    [['203.0.114.1'], undefined],
    [['8.8.8.8', '2606:4700::1111'], undefined],
    [['8.8.8.8', '10.0.0.1'], 'resolvesToPrivate'],
    [['127.0.0.1'], 'resolvesToPrivate'],
    [['fe80::1%eth0'], 'resolvesToPrivate'],
    [['::ffff:192.168.0.1'], 'resolvesToPrivate'],
    [[], undefined],
  ])('for a name that leads to %j: %s', async (addresses, expected) => {
    const asked: string[] = [];
    const resolveHost = (host: string): Promise<string[]> => {
      asked.push(host);
      return Promise.resolve(addresses);
    };
    expect(await resolvedProblem(url, resolveHost, real, never)).toBe(expected);
    expect(asked).toEqual(['hooks.example.com']);
  });

  it('asks nobody about an address, nor about this machine where that is allowed', async () => {
    const resolveHost = (): Promise<string[]> => Promise.reject(new Error('asked'));
    for (const text of ['https://8.8.8.8/', 'https://[2606:4700::1111]/', 'http://localhost:1/']) {
      expect(await resolvedProblem(new URL(text), resolveHost, onThisMachine, never)).toBeUndefined();
    }
  });

  it('leaves to the server what cannot be resolved here, or not in time', async () => {
    const failing = (): Promise<string[]> => Promise.reject(new Error('ENOTFOUND'));
    expect(await resolvedProblem(url, failing, real, never)).toBeUndefined();
    const ended = new AbortController();
    const hanging = (): Promise<string[]> => {
      ended.abort();
      return new Promise(() => undefined);
    };
    expect(await resolvedProblem(url, hanging, real, ended.signal)).toBeUndefined();
    expect(await resolvedProblem(url, hanging, real, AbortSignal.abort())).toBeUndefined();
  });
});
