import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  verifyWebhook,
  type SignedWebhook,
  type WebhookHeaders,
} from '../../../src/api/resources/webhookSignature.ts';
import { propertyRuns } from '../../support/propertyRuns.ts';

const time = 1_778_457_600;
const text = '{"id":"evt_1","type":"generation.succeeded","note":"Grüße 1.5"}';
const body = Buffer.from(text);
const key = Buffer.from('0123456789abcdefghijklmnop~~~~');
const secret = `whsec_${key.toString('base64')}`;

type Encoding = 'hex' | 'base64' | 'base64url';

function sign(content: string, by: Buffer | string = key, encoding: Encoding = 'base64'): string {
  return createHmac('sha256', by).update(content).digest(encoding);
}

function standard(entries = `v1,${sign(`evt_1.${time}.${text}`)}`, at = String(time), id = 'evt_1') {
  return { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': entries };
}

function verify(headers: WebhookHeaders, changes: Partial<SignedWebhook> = {}): string {
  const result = verifyWebhook({ body, headers, secret, now: time * 1000, ...changes });
  return result.verified ? `verified ${result.scheme}` : result.reason;
}

function stripe(at: string | number = time, content = text): string {
  return `t=${at},v1=${sign(`${at}.${content}`, secret, 'hex')},v0=ignored`;
}

const vectors: [string, string, (content: string) => Record<string, string>][] = [
  ['Standard Webhooks', 'standardWebhooks', content => standard(`v1,${sign(`evt_1.${time}.${content}`)}`)],
  ['Stripe', 'stripe', content => ({ 'Rivya-Signature': stripe(time, content) })],
  ['plain hex', 'hmacHex', content => ({ 'x-rivya-signature': sign(content, secret, 'hex') })],
  ['plain base64', 'hmacBase64', content => ({ 'X-Signature': sign(content, secret) })],
];

test('the example that the makers of Standard Webhooks publish is verified, and nothing near it', () => {
  const published = {
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: Buffer.from('{"test": 2432232314}'),
    now: 1_614_265_330_000,
  };
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  const headers = (given: string, id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'): WebhookHeaders =>
    standard(given, '1614265330', id);
  const judged = (...values: Parameters<typeof headers>): string => verify(headers(...values), published);
  expect(judged(signature)).toBe('verified standardWebhooks');
  expect(judged(`v1,AAAA ${signature} v2,AAAA`)).toBe('verified standardWebhooks');
  const svix = Object.fromEntries(
    Object.entries(headers(signature)).map(([name, value]) => [name.replace('webhook', 'svix'), value]),
  );
  expect(verify(svix, published)).toBe('verified standardWebhooks');
  expect(judged(signature, 'msg_other')).toBe('signatureMismatch');
  for (const given of [
    signature.replace('g0h', 'g0i'),
    signature.replace('v1', 'v2'),
    signature.slice(3),
    'v1,',
    '',
  ])
    expect(judged(given)).not.toMatch(/^verified/);
  for (const change of [
    { body: Buffer.from('{"test":2432232314}') },
    { secret: 'whsec_AAAA' },
    { now: 1_614_265_631_000 },
  ])
    expect(verify(headers(signature), { ...published, ...change })).not.toMatch(/^verified/);
});

describe.each(vectors)('%s', (_name, scheme, signed) => {
  const headers = signed(text);

  test('is verified', () => {
    expect(verify(headers)).toBe(`verified ${scheme}`);
  });

  test('is verified from Headers and from a Node request', () => {
    expect(verify(new Headers(headers))).toBe(`verified ${scheme}`);
    const lists = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
    expect(verify({ ...lists, host: undefined })).toBe(`verified ${scheme}`);
  });

  test('a changed body is refused, at each of its bytes', () => {
    for (let index = 0; index < body.length; index++) {
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(verify(headers, { body: changed })).toBe('signatureMismatch');
    }
    expect(verify(headers, { body: body.subarray(0, -1) })).toBe('signatureMismatch');
    expect(verify(headers, { body: Buffer.alloc(0) })).toBe('signatureMismatch');
  });

  test('another secret is refused', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), other => {
        fc.pre(other.trim() !== '' && !secret.includes(other.trim()));
        expect(verify(headers, { secret: other })).toMatch(/signatureMismatch|secretUnusable/);
      }),
    );
  });

  test('the signature of another body is refused', () => {
    expect(verify(signed(`${text} `))).toBe('signatureMismatch');
  });
});

describe('the time', () => {
  const signed: [string, (at: number) => WebhookHeaders][] = [
    ['Standard Webhooks', at => standard(`v1,${sign(`evt_1.${at}.${text}`)}`, String(at))],
    ['Stripe', at => ({ 'rivya-signature': stripe(at) })],
  ];

  test.each(signed)('of %s is tolerated to the second and no further', (_name, headers) => {
    const accepted = expect.stringMatching(/^verified/) as unknown;
    expect(verify(headers(time - 300))).toEqual(accepted);
    expect(verify(headers(time + 300))).toEqual(accepted);
    expect(verify(headers(time - 301))).toBe('timestampTooOld');
    expect(verify(headers(time + 301))).toBe('timestampTooNew');
    expect(verify(headers(time - 11), { toleranceSeconds: 10 })).toBe('timestampTooOld');
    expect(verify(headers(0), { toleranceSeconds: Infinity })).toEqual(accepted);
  });

  test.each(signed)('of %s cannot be changed after the signing', (_name, headers) => {
    const renewed = Object.fromEntries(
      Object.entries(headers(time - 900)).map(([name, value]) => [
        name,
        String(value).replace(String(time - 900), String(time)),
      ]),
    );
    expect(verify(renewed)).toBe('signatureMismatch');
  });

  test.each(signed)(
    'of %s is not waved through by a tolerance or a clock that is no number',
    (_name, headers) => {
      expect(verify(headers(time), { toleranceSeconds: NaN })).toMatch(/^timestamp/);
      expect(verify(headers(time), { toleranceSeconds: -1 })).toMatch(/^timestamp/);
      expect(verify(headers(time), { now: NaN })).toMatch(/^timestamp/);
    },
  );

  test.each(['', '-1', '1e9', '12.5', ' ', 'now', '0x10', '1'.repeat(13)])('%j is not a time', at => {
    expect(verify(standard(`v1,${sign(`evt_1.${at}.${text}`)}`, at))).toBe('signatureUnreadable');
    expect(verify({ 'rivya-signature': stripe(at) })).toBe('signatureUnreadable');
  });
});

describe('Standard Webhooks', () => {
  const good = `v1,${sign(`evt_1.${time}.${text}`)}`;
  const other = `v1,${sign('something else')}`;

  test.each([
    ['the last of several', `${other} v1a,AAAA ${good}`],
    ['the first of several', `${good} ${other}`],
    ['in two headers', `${other}, ${good}`],
  ])('one matching signature is enough: %s', (_name, entries) => {
    expect(verify(standard(entries))).toBe('verified standardWebhooks');
  });

  test('none matching of several is refused', () => {
    expect(verify(standard(`${other} ${other}`))).toBe('signatureMismatch');
  });

  test('is recognised under another common prefix', () => {
    const headers = { 'svix-id': 'evt_1', 'svix-timestamp': String(time), 'svix-signature': good };
    expect(verify(headers)).toBe('verified standardWebhooks');
  });

  test.each([
    ['only a signature by public key', standard('v1a,AAAA')],
    ['no id', { ...standard(), 'webhook-id': undefined }],
    ['no time', { ...standard(), 'webhook-timestamp': undefined }],
    ['an id with a full stop', standard(`v1,${sign(`evt.1.${time}.${text}`)}`, String(time), 'evt.1')],
    ['a signature that is too short', standard('v1,AAAA')],
    ['an empty signature', standard('v1,')],
  ])('is unreadable with %s', (_name, headers) => {
    expect(verify(headers)).toBe('signatureUnreadable');
  });

  test('an id that was changed is refused', () => {
    expect(verify({ ...standard(), 'webhook-id': 'evt_2' })).toBe('signatureMismatch');
  });
});

test('Stripe: one matching signature of several is enough, and two times are unreadable', () => {
  const old = sign('something else', secret, 'hex');
  expect(verify({ 'rivya-signature': stripe().replace(',v1', `,v1=${old}, v1`) })).toBe('verified stripe');
  expect(verify({ 'rivya-signature': `t=${time - 1},${stripe()}` })).toBe('signatureUnreadable');
});

describe('the plain signature', () => {
  test.each([
    ['as GitHub has it', { 'x-hub-signature-256': `sha256=${sign(text, secret, 'hex')}` }],
    ['in capitals', { 'x-signature': sign(text, secret, 'hex').toUpperCase() }],
    ['in the alphabet for URLs', { signature: sign(text, secret, 'base64url') }],
    ['beside an unreadable one', { 'a-signature': 'x', 'b-signature': sign(text, secret) }],
  ])('is verified %s', (_name, headers) => {
    expect(verify(headers)).toMatch(/^verified hmac/);
  });

  test.each([
    ['Standard Webhooks', `evt_1.${time - 9_000}.${text}`, key],
    ['Stripe', `${time - 9_000}.${text}`, secret],
  ])('cannot be used to replay what %s signed', (_name, content, by) => {
    const headers = { 'x-signature': sign(content, by) };
    expect(verify(headers, { body: Buffer.from(content) })).toBe('bodyNotJson');
  });
});

describe('the secret', () => {
  test.each([
    ['base64 after whsec_', secret, key],
    ['base64 alone', key.toString('base64'), key],
    ['base64 without padding', `whsec_${key.toString('base64url')}`, key],
    ['text with whsec_', 'whsec_plain text!', 'whsec_plain text!'],
    ['text after whsec_', 'whsec_plain text!', 'plain text!'],
    ['text', 'plain text!', 'plain text!'],
    ['pasted with blanks', ` ${secret}\n`, key],
  ])('may be %s', (_name, given, by) => {
    const headers = standard(`v1,${sign(`evt_1.${time}.${text}`, by)}`);
    expect(verify(headers, { secret: given })).toBe('verified standardWebhooks');
  });

  test.each(['', '  ', 'whsec_', 'whsec_====', '====', 'whsec_!', 'whsec_A'])(
    '%j never becomes an empty key',
    given => {
      const forged = createHmac('sha256', '').update(text).digest('hex');
      expect(verify({ 'x-signature': forged }, { secret: given })).toMatch(
        /^(?:secretUnusable|signatureMismatch)$/,
      );
    },
  );

  test.each(['', ' \n', 'whsec_'])('%j is unusable', given => {
    expect(verify(standard(), { secret: given })).toBe('secretUnusable');
  });
});

test.each<[string, WebhookHeaders]>([
  ['no headers', {}],
  ['headers of other names', { 'x-signature-input': sign(text), 'x-signed': sign(text), host: 'a' }],
  ['an undefined header', { 'x-signature': undefined }],
])('%s: the signature is missing', (_name, headers) => {
  expect(verify(headers)).toBe('signatureMissing');
});

describe('whatever comes', () => {
  const name = fc.oneof(
    fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'Webhook-Signature', 'x-signature', 'signature', '-signature', '__proto__', 'x-hub-signature-256'), // prettier-ignore
    fc.string(),
  );
  const part = fc.constantFrom('t=', 'v1=', 'v1,', 'v1a,', ',', ' ', '=', 'sha256=', String(time), 'evt_1', sign(text), sign(text, secret, 'hex').slice(1), '\u0000', '\ud800'); // prettier-ignore
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.array(part).map(parts => parts.join('')),
  );
  const record = fc.dictionary(name, fc.option(fc.oneof(value, fc.array(value)), { nil: undefined }));
  const list = fc.array(fc.tuple(name, value));

  test('nothing is thrown and nothing verified', () => {
    // A key that no header of the above can have been signed with.
    const unknown = randomBytes(32).toString('base64');
    const number = fc.oneof(fc.double(), fc.constant(time * 1000));
    fc.assert(
      fc.property(
        fc.oneof(record, list),
        fc.uint8Array(),
        fc.string(),
        number,
        number,
        (headers, bytes, suffix, now, toleranceSeconds) => {
          const delivery = { body: bytes, headers, now, toleranceSeconds };
          expect(verifyWebhook({ ...delivery, secret: `${unknown}${suffix}` }).verified).toBe(false);
          expect(verifyWebhook({ ...delivery, secret: suffix }).verified).toBe(false);
        },
      ),
      { numRuns: propertyRuns(1_000) },
    );
  });

  test('every JSON body that was signed is verified', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ minLength: 1 }), (content, bytes) => {
        const given = `whsec_${Buffer.from(bytes).toString('base64')}`;
        const changes = { body: Buffer.from(content), secret: given };
        const entries = `v1,${sign(`evt_1.${time}.${content}`, Buffer.from(bytes))}`;
        expect(verify(standard(entries), changes)).toBe('verified standardWebhooks');
        expect(verify({ 'x-signature': sign(content, given, 'hex') }, changes)).toBe('verified hmacHex');
      }),
    );
  });
});
