import { expect, it } from 'vitest';
import { proxySettings } from '../../../../src/vscode/doctor/proxySettings.ts';

const none = { get: () => undefined };

it.each([
  ['http://proxy:8080', 'http://proxy:8080'],
  ['proxy.corp:8080', 'proxy.corp:8080'],
  ['socks5h://[::1]:1080/', 'socks5h://[::1]:1080'],
  ['user:secret@proxy:8080', '…@proxy:8080'],
  ['http://user:pa/secret@proxy', 'http://…@proxy'],
  ['http://user:p@secret@proxy', 'http://…@proxy'],
  ['http://user:p?secret#@proxy:1', 'http://…@proxy:1'],
  ['http://CORP\\user:secret@proxy:1', 'http://…@proxy:1'],
  ['//user:secret@proxy', '…@proxy'],
  ['http:user:secret@proxy', '…@proxy'],
  ['http://user:secret', 'http://…'],
  ['http://user%3Asecret%40proxy', 'http://…'],
  ['http://proxy/?token=secret', 'http://proxy'],
  ['http://user:secret@', 'http://…@…'],
  ['http://user:sec ret@proxy', 'http://…@proxy'],
  ['http://user:sec\nret@proxy', 'http://…@proxy'],
])('of the proxy %j it shows %s', (value, shown) => {
  expect(proxySettings({ get: name => (name === 'proxy' ? value : undefined) }, {})).toEqual([
    ['http.proxy', shown],
  ]);
  expect(proxySettings(none, { HTTPS_PROXY: value })).toEqual([['HTTPS_PROXY', shown]]);
  expect(proxySettings(none, { http_proxy: value })).toEqual([['HTTP_PROXY', shown]]);
});

it('shows the other settings, unless a password could stand in them', () => {
  const values: Record<string, unknown> = {
    proxySupport: 'override',
    proxyStrictSSL: false,
    noProxy: ['a.b', 'c'],
  };
  const http = { get: (name: string) => values[name] };
  const environment = {
    NO_PROXY: 'a.b,user:secret@c',
    NODE_EXTRA_CA_CERTS: '/home/me@corp/ca.pem',
    OTHER: 'x',
  };
  expect(proxySettings(http, environment)).toEqual([
    ['http.proxySupport', 'override'],
    ['http.proxyStrictSSL', 'false'],
    ['http.noProxy', '["a.b","c"]'],
    ['NO_PROXY', '…'],
    ['NODE_EXTRA_CA_CERTS', '/home/me@corp/ca.pem'],
  ]);
  expect(proxySettings({ get: () => [] }, {})).toEqual([]);
});
