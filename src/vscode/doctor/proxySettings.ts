const settings = [
  'proxy',
  'proxySupport',
  'proxyStrictSSL',
  'noProxy',
  'systemCertificates',
  'fetchAdditionalSupport',
];
const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];

/**
 * The settings and variables that steer the way to the server, for a page that people copy: of the proxies
 * host and port alone, and nothing else in which a password could stand.
 * @param http VS Code's section of this name
 */
export function proxySettings(
  http: { get(name: string): unknown },
  environment: Readonly<Record<string, string | undefined>>,
): [name: string, value: string][] {
  const values: [string, unknown][] = [
    ...settings.map((name): [string, unknown] => [`http.${name}`, http.get(name)]),
    ...variables.map((name): [string, unknown] => [
      name,
      environment[name] ?? environment[name.toLowerCase()],
    ]),
  ];
  return values.flatMap(([name, value]) => {
    if (value === undefined || value === null || value === '') return [];
    if (Array.isArray(value) && value.length === 0) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (/proxy$/i.test(name) && !/no_?proxy$/i.test(name)) return [[name, proxyAddress(text)]];
    // A path may have an at sign; in anything else it may end a password.
    return [[name, text.includes('@') && name !== 'NODE_EXTRA_CA_CERTS' ? '…' : text]];
  });
}

/**
 * Scheme, host and port. What stands before the last at sign may be a password, and so may what is unclear.
 */
function proxyAddress(text: string): string {
  const address = text.trim();
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(address)?.[0] ?? '';
  const at = address.lastIndexOf('@');
  const isUser = at >= scheme.length;
  const rest = address.slice(isUser ? at + 1 : scheme.length).replace(/[/?#].*$/s, '');
  const isHost = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.test(rest);
  return `${scheme}${isUser ? '…@' : ''}${isHost ? rest : '…'}`;
}
